/** Sign-in: phone, code, done; then back to where the person was. */
import { useRouter } from '@tarojs/taro';
import { Box } from '@/components/Box';
import { Notice } from '@/components/Notices';
import { PageFrame } from '@/components/PageFrame';
import { BigButton } from '@/components/Press';
import { DigitsField } from '@/components/TextField';
import { goBack } from '@/services/navigation';
import { useFrame } from '@/services/use-frame';
import { useSecondsUntil, useSignIn } from '@/services/use-sign-in';
import { texts } from '@/texts';

const t = texts.signIn;

export default function SignInPage() {
  const frame = useFrame();
  const { params } = useRouter();
  const { state, setPhone, setCode, sendCode, submit } = useSignIn(() => goBack('my'));
  // Also when we were told to wait: then a code was sent before this page was opened.
  const isSent = state.resendAtMs !== null;
  return (
    <PageFrame frame={frame} title={t.title} lead={t.lead} width="narrow">
      {params.reason === 'expired' && <Notice id="sign-in-expired" kind="warn">{t.expired}</Notice>}
      <Box className="card">
        <DigitsField id="phone" label={t.phone} hint={t.phoneHint} value={state.phone} maxLength={11} error={state.phoneError} onChange={setPhone} onEnter={() => void sendCode()} />
        <SendCode resendAtMs={state.resendAtMs} isSent={isSent} isSending={state.isSending} onSend={() => void sendCode()} />
        {isSent && (
          <>
            {state.validForS > 0 && <Notice id="code-sent" kind="good">{t.sent(state.sentTo)}{t.validFor(state.validForS)}</Notice>}
            <DigitsField id="code" label={t.code} hint={t.codeHint} value={state.code} maxLength={6} isOneTimeCode error={state.codeError} onChange={setCode} onEnter={() => void submit()} />
            <BigButton id="sign-in" busy={state.isSubmitting} onPress={() => void submit()}>{state.isSubmitting ? t.submitting : t.submit}</BigButton>
          </>
        )}
      </Box>
      <Box className="main__note">{t.help}</Box>
    </PageFrame>
  );
}

/** The button that sends, and its wait. It owns the seconds, so that typing is not disturbed by them. */
function SendCode({ resendAtMs, isSent, isSending, onSend }: { resendAtMs: number | null; isSent: boolean; isSending: boolean; onSend: () => void }) {
  const waitS = useSecondsUntil(resendAtMs);
  return (
    <BigButton id="send-code" kind={isSent ? 'calm' : 'main'} busy={isSending} disabled={waitS > 0} onPress={onSend}>
      {waitS > 0 ? t.waitS(waitS) : isSent ? t.sendAgain : t.send}
    </BigButton>
  );
}
