/** Giving the chance away, asked twice, with what is lost said first. */
import { useState } from 'react';
import { texts } from '@/texts';
import { Box } from './Box';
import { Notice } from './Notices';
import { BigButton } from './Press';
import { Sheet } from './Sheet';

const t = texts.pass;

export interface PassSheetProps {
  readonly isSending: boolean;
  readonly failure: string | null;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Two steps. Keeping the chance is the main button in both. */
export function PassSheet({ isSending, failure, onConfirm, onClose }: PassSheetProps) {
  const [step, setStep] = useState<1 | 2>(1);
  return (
    <Sheet id="pass-sheet" title={t.title} onClose={onClose}>
      {step === 1
        ? <Box className="losses">{t.losses.map((loss, i) => <Box key={loss} className="losses__item">{i + 1}. {loss}</Box>)}</Box>
        : <Box id="pass-second" className="sheet__ask" aria={{ live: 'assertive' }}>{t.second}</Box>}
      {failure !== null && <Notice id="pass-failure" kind="bad">{failure}</Notice>}
      <BigButton id="pass-keep" disabled={isSending} onPress={onClose}>{t.keep}</BigButton>
      {step === 1
        ? <BigButton id="pass-first" kind="calm" onPress={() => setStep(2)}>{t.first}</BigButton>
        : <BigButton id="pass-confirm" kind="grave" busy={isSending} onPress={onConfirm}>{isSending ? t.sending : t.confirm}</BigButton>}
    </Sheet>
  );
}
