/** Signing in by a code sent to the phone: what was typed, what was sent, what went wrong. */
import { useEffect, useState } from 'react';
import { texts } from '@/texts';
import { call } from './http';
import { session } from './session';

const t = texts.signIn;

export interface SignInState {
  readonly phone: string;
  readonly code: string;
  /** When a code may be asked for again, by this phone's clock; null: none was sent. */
  readonly resendAtMs: number | null;
  readonly validForS: number;
  /** The number the code went to. */
  readonly sentTo: string;
  readonly isSending: boolean;
  readonly isSubmitting: boolean;
  readonly phoneError: string | undefined;
  readonly codeError: string | undefined;
}

const initial: SignInState = { phone: '', code: '', resendAtMs: null, validForS: 0, sentTo: '', isSending: false, isSubmitting: false, phoneError: undefined, codeError: undefined };

/** The form's state and its three acts. */
export function useSignIn(onSignedIn: () => void) {
  const [state, setState] = useState<SignInState>(initial);
  const patch = (change: Partial<SignInState>) => setState((held) => ({ ...held, ...change }));

  const sendCode = async () => {
    if (state.isSending) return;
    if (!/^1\d{10}$/.test(state.phone)) return patch({ phoneError: t.badPhone });
    patch({ isSending: true, phoneError: undefined, codeError: undefined });
    const answer = await call('requestCode', { body: { phone: state.phone } });
    if (answer.ok) return patch({ isSending: false, code: '', resendAtMs: Date.now() + answer.data.resendAfterS * 1_000, validForS: answer.data.validForS, sentTo: state.phone });
    // Told to wait although we did not know of a code: show the wait, it is the honest next step.
    const resendAtMs = answer.retryAfterS === null ? state.resendAtMs : Date.now() + answer.retryAfterS * 1_000;
    patch({ isSending: false, resendAtMs, phoneError: answer.fields[0]?.message ?? answer.title });
  };

  const submit = async () => {
    if (state.isSubmitting) return;
    if (!/^1\d{10}$/.test(state.phone)) return patch({ phoneError: t.badPhone });
    if (!/^\d{6}$/.test(state.code)) return patch({ codeError: t.badCode });
    patch({ isSubmitting: true, codeError: undefined, phoneError: undefined });
    const answer = await call('signIn', { body: { phone: state.phone, code: state.code } });
    patch({ isSubmitting: false, ...(answer.ok ? {} : { codeError: answer.fields[0]?.message ?? answer.title }) });
    if (!answer.ok) return;
    session.begin(answer.data);
    onSignedIn();
  };

  return {
    state,
    setPhone: (phone: string) => patch({ phone, phoneError: undefined }),
    setCode: (code: string) => patch({ code, codeError: undefined }),
    sendCode,
    submit,
  };
}

/** Whole seconds until a local moment, ticking in the component that shows them. */
export function useSecondsUntil(atMs: number | null): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    if (atMs === null) return;
    setNowMs(Date.now());
    const timer = setInterval(() => {
      setNowMs(Date.now());
      if (Date.now() >= atMs) clearInterval(timer);
    }, 1_000);
    return () => clearInterval(timer);
  }, [atMs]);
  return atMs === null ? 0 : Math.max(0, Math.ceil((atMs - nowMs) / 1_000));
}
