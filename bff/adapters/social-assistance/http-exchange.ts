/**
 * The client of an exchange that speaks our provider-neutral form (the simulator's; the province's own is a small
 * bridge away). Both directions are signed as the SMS gateway's are, under `x-exchange-…` headers.
 *
 * `POST <baseUrl>/case-reports` with `{ caseNumber, step, receiptNumber, atMs }`, `idempotency-key: <key>`; 200 `{ reportId }`.
 */
import type { Clock } from '../../../shared/clock';
import { callApi, fieldOf, reasonOf } from '../call-api';
import { exchangeHeaders, isSignedNow, signatureHeaders } from '../sms/message-signature';
import type { SocialAssistance } from './social-assistance';

export interface HttpExchangeOptions {
  /** Without a trailing slash. */
  readonly baseUrl: string;
  /** Signs our reports. */
  readonly appKey: string;
  /** The partner signs what it sends with it. */
  readonly callbackKey: string;
  readonly clock: Clock;
  readonly timeoutMs?: number;
}

/** It understood and will never take this report. A wrong key (401, 403) is our configuration, and may be mended. */
const PERMANENT_STATUSES: ReadonlySet<number> = new Set([400, 404, 409, 422]);

export function createHttpExchange({ baseUrl, appKey, callbackKey, clock, timeoutMs = 5_000 }: HttpExchangeOptions): SocialAssistance {
  return {
    verify: (headers, rawBody) => isSignedNow(callbackKey, clock.now(), headers, rawBody, exchangeHeaders),

    async report({ key, ...report }) {
      const rawBody = JSON.stringify(report);
      const headers = { ...signatureHeaders(appKey, clock.now(), rawBody, exchangeHeaders), 'idempotency-key': encodeURIComponent(key) };
      const answer = await callApi({ url: `${baseUrl}/case-reports`, headers, rawBody, timeoutMs });
      if (answer.kind === 'unreachable') return { kind: 'rejected', reason: answer.reason, permanent: false };
      if (answer.status !== 200) return { kind: 'rejected', reason: `${answer.status} ${reasonOf(fieldOf(answer.body, 'message'), 'no reason given')}`, permanent: PERMANENT_STATUSES.has(answer.status) };
      const reportId = fieldOf(answer.body, 'reportId');
      return { kind: 'accepted', gatewayId: typeof reportId === 'string' ? reportId : '' };
    },
  };
}
