/**
 * The client of a gateway that speaks our provider-neutral form (the simulator's; a city's own SMS platform
 * is usually one small bridge away). Aliyun, Tencent and 移动云MAS get their own signers behind the same port.
 *
 * `POST <baseUrl>/send` with `{ phone, text, key }`, signed (message-signature.ts), `idempotency-key: <key>`.
 * 200 `{ gatewayId, acceptedAtMs }`; otherwise `{ code, message }`.
 */
import type { Clock } from '../../../shared/clock';
import { callApi, fieldOf, reasonOf } from '../call-api';
import { isSignedNow, signatureHeaders } from './message-signature';
import type { SmsGateway, SmsMessage, SmsOutcome } from './sms';

export interface HttpSmsGatewayOptions {
  /** Without a trailing slash, e.g. `https://sms.example.gov.cn`. */
  readonly baseUrl: string;
  /** Signs our requests. */
  readonly appKey: string;
  /** The gateway signs its receipts with it. */
  readonly callbackKey: string;
  readonly clock: Clock;
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 5_000;
/** The gateway understood and will never take this message. Everything else may pass, 401 and 403 included:
 *  they are our configuration, and a message must not die of it. */
const PERMANENT_STATUSES: ReadonlySet<number> = new Set([400, 409, 422]);

/** The real client. See {@link SmsGateway} for what it answers. */
export function createHttpSmsGateway({ baseUrl, appKey, callbackKey, clock, timeoutMs = DEFAULT_TIMEOUT_MS }: HttpSmsGatewayOptions): SmsGateway {
  return {
    async send({ phone, text, key }: SmsMessage): Promise<SmsOutcome> {
      const rawBody = JSON.stringify({ phone, text, key });
      const headers = { ...signatureHeaders(appKey, clock.now(), rawBody), 'idempotency-key': encodeURIComponent(key) };
      const answer = await callApi({ url: `${baseUrl}/send`, headers, rawBody, timeoutMs });
      if (answer.kind === 'unreachable') return { kind: 'rejected', reason: answer.reason, permanent: false };
      if (answer.status !== 200) {
        const reason = `${answer.status} ${reasonOf(fieldOf(answer.body, 'message'), 'no reason given')}`;
        return { kind: 'rejected', reason, permanent: PERMANENT_STATUSES.has(answer.status) };
      }
      const gatewayId = fieldOf(answer.body, 'gatewayId');
      const acceptedAtMs = fieldOf(answer.body, 'acceptedAtMs');
      // Perhaps sent, but its receipt could never be matched: asking again with the same key tells.
      if (typeof gatewayId !== 'string' || gatewayId === '') return { kind: 'rejected', reason: '200 without gatewayId', permanent: false };
      return Number.isSafeInteger(acceptedAtMs) ? { kind: 'accepted', gatewayId, acceptedAtMs: acceptedAtMs as number } : { kind: 'accepted', gatewayId };
    },

    verifyReceipt: (headers, rawBody) => isSignedNow(callbackKey, clock.now(), headers, rawBody),
  };
}
