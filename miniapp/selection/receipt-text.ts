/** The receipt as a text to keep: readable above, checkable below. */
import type { Receipt } from '@shared/contract/schemas';
import { bedroomLabels } from '@shared/lane';
import { formatInstant } from '@shared/shanghai-time';
import { texts } from '@/texts';
import { groupName, numberName } from '@/wording';

const t = texts.receipt;

/** First and last characters: enough to compare by eye with what a window clerk sees. */
export function shortSignature(signature: string): string {
  return signature.length <= 16 ? signature : `${signature.slice(0, 8)} … ${signature.slice(-8)}`;
}

/** Everything somebody needs to check the receipt without this system. */
export function receiptText(receipt: Receipt): string {
  const { content } = receipt;
  return [
    `${texts.common.appName} ${t.title}`,
    `${t.who}：${content.applicantMasked}`,
    `${t.number}：${groupName(content.group)} ${numberName(content.queueNumber)}`,
    `${t.home}：${content.address}`,
    `${texts.home.bedrooms}：${bedroomLabels[content.bedrooms] ?? content.bedrooms}，${texts.home.areaOf(content.areaSqm)}`,
    `${texts.home.rent}：${texts.home.rentOf(content.rentFen)}`,
    `${t.when}：${formatInstant(content.pickedAtMs)}`,
    `${t.how}：${content.ranked ? t.ranked : content.assisted ? t.assisted : t.self}`,
    `${t.ledger}：${content.ledger.stream} ${t.ledgerAt(content.ledger.seq)} ${content.ledger.hash}`,
    '',
    '--- body ---', receipt.body,
    '--- signature (SM2/SM3) ---', receipt.signature,
    '--- key ---', `${receipt.keyId} ${receipt.publicKey}`,
  ].join('\n');
}
