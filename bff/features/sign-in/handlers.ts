/**
 * Sign-in by phone and SMS code. The code is never in a log or an answer; a resend keeps the code, so that an
 * old person who gets two messages can use either; wrong tries are counted and bounded.
 */
import { dayOf, DAY_MS, MINUTE_MS } from '../../../shared/shanghai-time';
import { actOf, refuse, type Handlers } from '../../http/request';
import type { Kernel } from '../../kernel';
import { equalInConstantTime } from '../../security/sm3';
import { newSignInCode, newToken, tokenId } from '../../security/tokens';
import type { DocOf } from '../../store/collections';
import { change } from '../../store/change';
import type { Tx } from '../../store/port';

const CODE_VALID_MS = 10 * MINUTE_MS;
const RESEND_AFTER_MS = MINUTE_MS;
const MAX_SENDS_A_DAY = 10;
const MAX_ATTEMPTS = 5;
/** How long a family stays signed in. */
export const SESSION_MS = 30 * DAY_MS;

type CodeDoc = DocOf<'signInCodes'>;
const seconds = (ms: number) => Math.ceil(ms / 1000);

/** `onSessionEnded` cuts what else hangs on a session, such as its sockets. */
export function signInHandlers(kernel: Kernel, onSessionEnded: (sessionId: string) => void): Handlers {
  const phoneIndex = (phone: string) => kernel.crypto.blindIndex('phone', phone);

  return {
    requestCode: async (request) => {
      const index = phoneIndex(request.body.phone);
      const freshCode = newSignInCode();
      const waitMs = await change(kernel, actOf(request, '获取验证码'), async ({ tx, nowMs, tell }) => {
        const earlier = await tx.signInCodes.get(index);
        const today = dayOf(nowMs);
        const sentToday = earlier?.day === today ? earlier.sendsToday : 0;
        if (earlier !== null && nowMs < earlier.lastSentAtMs + RESEND_AFTER_MS) return earlier.lastSentAtMs + RESEND_AFTER_MS - nowMs;
        if (sentToday >= MAX_SENDS_A_DAY) return DAY_MS;
        const usable = earlier !== null && !earlier.used && nowMs < earlier.expiresAtMs && earlier.attempts < MAX_ATTEMPTS;
        const code: Omit<CodeDoc, 'version'> = {
          ...(usable ? earlier : { id: index, codeSealed: kernel.crypto.seal(freshCode), phoneSealed: kernel.crypto.seal(request.body.phone), createdAtMs: nowMs, attempts: 0, used: false }),
          expiresAtMs: nowMs + CODE_VALID_MS, lastSentAtMs: nowMs, day: today, sendsToday: sentToday + 1,
        };
        if (earlier === null) await tx.signInCodes.insert(code);
        else await tx.signInCodes.replace({ ...code, version: earlier.version });
        await tell({
          id: `sms-signInCode-${index.slice(0, 16)}-${nowMs}`, topic: 'sms', kind: 'signInCode', subjectId: index.slice(0, 16),
          recipientSealed: kernel.crypto.seal(request.body.phone), payload: { codeSealed: code.codeSealed, validMs: CODE_VALID_MS },
        });
        return 0;
      });
      if (waitMs > 0) return refuse('RATE_LIMITED', { retryAfterS: seconds(waitMs) });
      return { resendAfterS: seconds(RESEND_AFTER_MS), validForS: seconds(CODE_VALID_MS) };
    },

    signIn: async (request) => {
      const index = phoneIndex(request.body.phone);
      const token = newToken();
      const verdict = await change(kernel, actOf(request, '登录'), async ({ tx, nowMs }) => {
        const code = await tx.signInCodes.get(index);
        if (code === null || code.used || nowMs >= code.expiresAtMs) return 'CODE_EXPIRED' as const;
        if (code.attempts >= MAX_ATTEMPTS) return 'CODE_ATTEMPTS_EXCEEDED' as const;
        if (!equalInConstantTime(kernel.crypto.open(code.codeSealed), request.body.code)) {
          await tx.signInCodes.replace({ ...code, attempts: code.attempts + 1 });
          return 'CODE_WRONG' as const;
        }
        await tx.signInCodes.replace({ ...code, used: true });
        const expiresAtMs = nowMs + SESSION_MS;
        await tx.sessions.insert({ id: tokenId(token), kind: 'family', subjectId: index, phoneIndex: index, createdAtMs: nowMs, expiresAtMs });
        return expiresAtMs;
      });
      return typeof verdict === 'number' ? { token, expiresAtMs: verdict } : refuse(verdict);
    },

    signOut: async (request) => {
      const { caller } = request;
      if (caller.kind === 'family') {
        await kernel.store.transact((tx) => endSession(tx, caller.sessionId));
        onSessionEnded(caller.sessionId);
      }
      return { ok: true };
    },
  };
}

async function endSession(tx: Tx, sessionId: string): Promise<void> {
  const session = await tx.sessions.get(sessionId);
  if (session !== null) await tx.sessions.remove(session);
}
