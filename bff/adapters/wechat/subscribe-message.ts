/**
 * The second channel to a family (Q8): WeChat subscription messages (订阅消息), by plain fetch as WeChat
 * documents `stable_token` and `message/subscribe/send`.
 *
 * WeChat knows no idempotency key. When an answer is lost, the message may have arrived; sending again then
 * usually meets 43101, because a one-time consent was used up. So a rejection never proves that the family
 * was *not* told; only an acceptance proves something.
 */
import type { Clock } from '../../../shared/clock';
import { callApi, fieldOf, reasonOf } from '../call-api';

export interface SubscriptionMessage {
  readonly openId: string;
  /** Which configured template, e.g. `turnOpened`. */
  readonly kind: string;
  /** The template's fields by WeChat's names (`thing1`, `time2`, …); too long ones are shortened to WeChat's limits. */
  readonly data: Readonly<Record<string, string>>;
  /** The outbox message's key, for channels that know one. */
  readonly key: string;
}

export type SubscriptionOutcome =
  | { readonly kind: 'accepted'; readonly gatewayId?: string }
  /** `permanent`: sending again cannot help (the person refused, the template is wrong). */
  | { readonly kind: 'rejected'; readonly reason: string; readonly permanent: boolean };

export interface SubscriptionMessenger {
  /** Hands a message to the channel. Network trouble is a rejection that is not permanent; throws only on a bug. */
  send(message: SubscriptionMessage): Promise<SubscriptionOutcome>;
}

export interface WechatMessengerOptions {
  /** `https://api.weixin.qq.com`, a proxy of it, or the simulator's `wechatUrl`. No trailing slash. */
  readonly baseUrl: string;
  readonly appId: string;
  readonly secret: string;
  /** Template and landing page per kind. The page only shows; opening it never acts (S3). */
  readonly templates: Readonly<Record<string, { readonly templateId: string; readonly page: string }>>;
  readonly clock: Clock;
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 5_000;
/** Given up this long before WeChat would, so that no message leaves with a dying token. */
const TOKEN_MARGIN_MS = 5 * 60_000;

/** WeChat's error codes that decide something here. Codes not listed are taken as passing. */
const TOKEN_INVALID: ReadonlySet<number> = new Set([40001, 40014, 42001]);
const PERMANENT: ReadonlyMap<number, string> = new Map([
  [40003, 'the openid is not one of this app'],
  [40037, 'the template id is not valid'],
  [41030, 'the page is not valid'],
  [43101, 'the person refused, or the consent is used up'],
  [47003, 'the data does not fit the template'],
]);
/** WeChat's limits by field type, in characters; a longer value makes it refuse the whole message (47003). */
const FIELD_LIMITS: ReadonlyMap<string, number> = new Map([['thing', 20], ['character_string', 32], ['phrase', 5], ['name', 10], ['number', 32], ['letter', 32]]);

type Token = { readonly kind: 'token'; readonly value: string; readonly untilMs: number } | { readonly kind: 'none'; readonly reason: string };

/** The real client. One token is kept until shortly before it expires and shared by concurrent sends. */
export function createWechatMessenger(options: WechatMessengerOptions): SubscriptionMessenger {
  const { baseUrl, appId, secret, templates, clock, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  let token: Promise<Token> | null = null;

  async function fetchToken(forceRefresh: boolean): Promise<Token> {
    const rawBody = JSON.stringify({ grant_type: 'client_credential', appid: appId, secret, force_refresh: forceRefresh });
    const askedAtMs = clock.now();
    const answer = await callApi({ url: `${baseUrl}/cgi-bin/stable_token`, rawBody, timeoutMs });
    if (answer.kind === 'unreachable') return { kind: 'none', reason: answer.reason };
    const value = fieldOf(answer.body, 'access_token');
    const expiresInS = fieldOf(answer.body, 'expires_in');
    if (typeof value === 'string' && typeof expiresInS === 'number') return { kind: 'token', value, untilMs: askedAtMs + expiresInS * 1000 - TOKEN_MARGIN_MS };
    return { kind: 'none', reason: `token: ${errorText(answer)}` };
  }

  /** `stale`: a token WeChat has just refused. A fresh one is forced only when it would hand out the same again (20 a day are allowed). */
  async function currentToken(stale?: string): Promise<Token> {
    const kept = token === null ? null : await token;
    if (kept?.kind === 'token' && kept.value !== stale && clock.now() < kept.untilMs) return kept;
    const asked = (async () => {
      const fresh = await fetchToken(false);
      return stale !== undefined && fresh.kind === 'token' && fresh.value === stale ? fetchToken(true) : fresh;
    })();
    token = asked;
    return asked;
  }

  async function sendWith(accessToken: string, rawBody: string): Promise<SubscriptionOutcome | 'tokenInvalid'> {
    const answer = await callApi({ url: `${baseUrl}/cgi-bin/message/subscribe/send?access_token=${encodeURIComponent(accessToken)}`, rawBody, timeoutMs });
    if (answer.kind === 'unreachable') return { kind: 'rejected', reason: answer.reason, permanent: false };
    const code = fieldOf(answer.body, 'errcode');
    if (code === 0) {
      const id = fieldOf(answer.body, 'msgid');
      return { kind: 'accepted', ...(id === undefined ? {} : { gatewayId: String(id) }) };
    }
    if (typeof code === 'number' && TOKEN_INVALID.has(code)) return 'tokenInvalid';
    const known = typeof code === 'number' ? PERMANENT.get(code) : undefined;
    return { kind: 'rejected', reason: known ? `${String(code)} ${known}` : errorText(answer), permanent: known !== undefined };
  }

  return {
    async send({ openId, kind, data }) {
      const template = templates[kind];
      if (!template) return { kind: 'rejected', reason: `no template is configured for ${kind}`, permanent: true };
      const rawBody = JSON.stringify({
        touser: openId, template_id: template.templateId, page: template.page, lang: 'zh_CN',
        data: Object.fromEntries(Object.entries(data).map(([name, value]) => [name, { value: shortened(name, value) }])),
      });
      const first = await currentToken();
      if (first.kind === 'none') return { kind: 'rejected', reason: first.reason, permanent: false };
      const outcome = await sendWith(first.value, rawBody);
      if (outcome !== 'tokenInvalid') return outcome;
      const second = await currentToken(first.value);
      if (second.kind === 'none') return { kind: 'rejected', reason: second.reason, permanent: false };
      const again = await sendWith(second.value, rawBody);
      return again === 'tokenInvalid' ? { kind: 'rejected', reason: 'the access token is refused', permanent: false } : again;
    },
  };
}

function shortened(name: string, value: string): string {
  const limit = FIELD_LIMITS.get(name.replace(/\d+$/, ''));
  const characters = Array.from(value);
  return limit === undefined || characters.length <= limit ? value : `${characters.slice(0, limit - 1).join('')}…`;
}

function errorText(answer: { status: number; body: unknown }): string {
  const code = fieldOf(answer.body, 'errcode');
  return code === undefined ? `${answer.status} without errcode` : `${String(code)} ${reasonOf(fieldOf(answer.body, 'errmsg'), 'no reason given')}`;
}
