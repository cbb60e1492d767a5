/** 选房回执: who, what, when, where in the ledger, and a signature anybody can check (S4). */
import { useState } from 'react';
import Taro, { useRouter } from '@tarojs/taro';
import type { Receipt } from '@shared/contract/schemas';
import { bedroomLabels } from '@shared/lane';
import { formatInstant } from '@shared/shanghai-time';
import { Box } from '@/components/Box';
import { Fact } from '@/components/HomeFacts';
import { EmptyState, ErrorNotice, Notice, Skeleton } from '@/components/Notices';
import { PageFrame } from '@/components/PageFrame';
import { BigButton } from '@/components/Press';
import { isWeb, platform } from '@/platform/platform';
import { call, needsSignIn } from '@/services/http';
import { goTab, goTo } from '@/services/navigation';
import { useAnswer } from '@/services/use-answer';
import { useFrame } from '@/services/use-frame';
import { texts } from '@/texts';
import { groupName, numberName } from '@/wording';
import { readKeptReceipt } from '../kept-receipt';
import { receiptText, shortSignature } from '../receipt-text';
import '../selection.scss';

const t = texts.receipt;

export default function ReceiptPage() {
  const frame = useFrame();
  const { params } = useRouter();
  const ticketId = params.ticket ?? '';
  const { data, failure, reload } = useAnswer<Receipt>(() => call('getReceipt', { params: { ticketId } }), ticketId);
  const receipt = data ?? readKeptReceipt(ticketId);
  return (
    <PageFrame frame={frame} title={t.title} width="narrow">
      {receipt === null && failure === null && <Skeleton cards={1} />}
      {receipt === null && failure !== null && (needsSignIn(failure)
        ? <EmptyState text={texts.signIn.expired}><BigButton id="go-sign-in" onPress={() => goTo('signIn', { reason: 'expired' })}>{texts.my.signIn}</BigButton></EmptyState>
        : <ErrorNotice title={failure.title} onRetry={() => void reload()} />)}
      {receipt !== null && <ReceiptCard receipt={receipt} isFresh={params.fresh === '1'} />}
    </PageFrame>
  );
}

function ReceiptCard({ receipt, isFresh }: { receipt: Receipt; isFresh: boolean }) {
  const { content } = receipt;
  return (
    <>
      {isFresh && <Box id="pick-done" className="receipt__done" aria={{ live: 'assertive' }}>✓ {t.done}</Box>}
      <Box className="main__lead">{t.lead}</Box>
      <Box id="receipt" className="card receipt">
        <Box className="facts">
          <Fact id="receipt-home" label={t.home} value={content.address} strong />
          <Fact label={texts.home.bedrooms} value={`${bedroomLabels[content.bedrooms] ?? ''}，${texts.home.areaOf(content.areaSqm)}`} />
          <Fact label={texts.home.rent} value={texts.home.rentOf(content.rentFen)} />
          <Fact id="receipt-who" label={t.who} value={content.applicantMasked} strong />
          <Fact id="receipt-number" label={t.number} value={`${groupName(content.group)} ${numberName(content.queueNumber)}`} />
          <Fact id="receipt-when" label={t.when} value={formatInstant(content.pickedAtMs)} />
          <Fact label={t.how} value={content.ranked ? t.ranked : content.assisted ? t.assisted : t.self} />
          <Fact id="receipt-ledger" label={t.ledger} value={t.ledgerAt(content.ledger.seq)} />
          <Fact label={t.ruleSet} value={t.ruleSetOf(content.ruleSetVersion)} />
          <Fact id="receipt-signature" label={t.signature} value={shortSignature(receipt.signature)} />
        </Box>
      </Box>
      <Box className="main__note">{t.next}</Box>
      <Keeping receipt={receipt} />
    </>
  );
}

function Keeping({ receipt }: { receipt: Receipt }) {
  const [said, setSaid] = useState<{ kind: 'good' | 'bad'; text: string } | null>(null);
  const [isChecking, setChecking] = useState(false);
  const copy = async () => {
    try {
      await Taro.setClipboardData({ data: receiptText(receipt) });
      setSaid({ kind: 'good', text: t.copied });
    } catch {
      setSaid({ kind: 'bad', text: texts.common.serverTrouble });
    }
  };
  const check = async () => {
    setChecking(true);
    const answer = await call('checkReceipt', { body: { body: receipt.body, signature: receipt.signature, keyId: receipt.keyId } });
    setChecking(false);
    if (!answer.ok) return setSaid({ kind: 'bad', text: answer.title });
    const isGood = answer.data.valid && answer.data.inLedger;
    setSaid({ kind: isGood ? 'good' : 'bad', text: isGood ? t.valid : t.invalid });
  };
  const save = () => { if (platform.saveText(t.fileName, receiptText(receipt))) setSaid({ kind: 'good', text: t.saved }); };
  return (
    <Box className="actions">
      {said !== null && <Notice id="receipt-said" kind={said.kind}>{said.text}</Notice>}
      {isWeb
        ? <BigButton id="receipt-save" onPress={save}>{t.save}</BigButton>
        : <BigButton id="receipt-copy" onPress={() => void copy()}>{t.copy}</BigButton>}
      {isWeb && <BigButton id="receipt-copy" kind="calm" onPress={() => void copy()}>{t.copy}</BigButton>}
      <BigButton id="receipt-check" kind="calm" busy={isChecking} onPress={() => void check()}>{isChecking ? t.checking : t.check}</BigButton>
      <BigButton id="to-my" kind="calm" onPress={() => goTab('my')}>{t.toMy}</BigButton>
    </Box>
  );
}
