/** WeChat's two endpoints as far as subscription messages need them (Q8): they check the secret, the token and the data. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../../shared/clock';
import { equalInConstantTime } from '../../../security/sm3';
import type { Answer, Ask } from './exchange';
import type { Mailbox } from './mailbox';

export interface WechatOptions {
  readonly appId: string;
  readonly secret: string;
  /** Whose phone an openid is, so that the inbox page can show both channels of a person together. */
  readonly phoneOfOpenId?: (openId: string) => string | undefined;
}

const TOKEN_LIFE_S = 7200;
/** WeChat renews this long before the end; both tokens are good meanwhile. */
const RENEWAL_MS = 5 * 60_000;
const MAX_THING_CHARACTERS = 20;
const outage: Answer = { status: 503, body: 'simulated outage' };
/** WeChat answers errors with status 200. */
const error = (errcode: number, errmsg: string): Answer => ({ status: 200, body: { errcode, errmsg } });

interface Token {
  readonly value: string;
  readonly untilMs: number;
}

export class WechatRoutes {
  private token: Token = { value: '', untilMs: 0 };
  /** Still good to its end after a renewal shortly before it. */
  private previous: Token = { value: '', untilMs: 0 };
  /** Tokens handed out so far: tests look at whether the client keeps its own. */
  issued = 0;

  constructor(
    private readonly mailbox: Mailbox,
    private readonly clock: Clock,
    private readonly options: WechatOptions,
  ) {}

  /** As if another system had refreshed it, or WeChat had lost it. */
  revokeToken(): void {
    this.token = { value: '', untilMs: 0 };
    this.previous = this.token;
  }

  /** `POST /wechat/cgi-bin/stable_token` */
  stableToken(ask: Ask): Answer {
    if (this.mailbox.wechatModeOf() === 'outage') return outage;
    const { grant_type: grantType, appid, secret, force_refresh: forceRefresh = false } = ask.json ?? {};
    if (grantType !== 'client_credential') return error(40002, 'invalid grant_type');
    if (appid !== this.options.appId) return error(40013, 'invalid appid');
    if (typeof secret !== 'string' || !equalInConstantTime(secret, this.options.secret)) return error(40125, 'invalid appsecret');
    const nowMs = this.clock.now();
    if (forceRefresh === true || nowMs >= this.token.untilMs - RENEWAL_MS) {
      this.previous = forceRefresh === true ? { value: '', untilMs: 0 } : this.token;
      this.token = { value: `sim_${randomBytes(24).toString('base64url')}`, untilMs: nowMs + TOKEN_LIFE_S * 1000 };
      this.issued += 1;
    }
    return { status: 200, body: { access_token: this.token.value, expires_in: Math.floor((this.token.untilMs - nowMs) / 1000) } };
  }

  /** `POST /wechat/cgi-bin/message/subscribe/send?access_token=` */
  send(ask: Ask): Answer {
    const { touser: openId, template_id: templateId, data } = ask.json ?? {};
    const mode = this.mailbox.wechatModeOf(typeof openId === 'string' ? openId : undefined);
    if (mode === 'outage') return outage;
    const accessToken = ask.query.get('access_token') ?? '';
    const token = [this.token, this.previous].find(({ value }) => value !== '' && value === accessToken);
    if (!token) return error(40001, 'invalid credential, access_token is invalid or not latest');
    if (this.clock.now() >= token.untilMs) return error(42001, 'access_token expired');
    if (typeof openId !== 'string' || openId === '') return error(40003, 'invalid openid');
    if (typeof templateId !== 'string' || templateId === '') return error(40037, 'invalid template_id');
    const fields = valuesOf(data);
    if (fields === null) return error(47003, 'argument invalid! data does not fit the template');
    if (mode === 'refused') return error(43101, 'user refuse to accept the msg');
    if (mode === 'limit') return error(45009, 'reach max api daily quota limit');
    const phone = this.options.phoneOfOpenId?.(openId) ?? /1\d{10}$/.exec(openId)?.[0] ?? '';
    const message = this.mailbox.add('wechat', { phone, title: '订阅消息', text: fields.join('\n'), key: '', acceptedAtMs: this.clock.now(), delivery: 'delivered' });
    return { status: 200, body: { errcode: 0, errmsg: 'ok', msgid: message.gatewayId } };
  }
}

/** The values of `{ thing1: { value } … }`, or null where WeChat would answer 47003. */
function valuesOf(data: unknown): string[] | null {
  if (typeof data !== 'object' || data === null) return null;
  const values: string[] = [];
  for (const [name, field] of Object.entries(data)) {
    const value: unknown = (field as { value?: unknown } | null)?.value;
    if (typeof value !== 'string' || value === '') return null;
    if (name.startsWith('thing') && Array.from(value).length > MAX_THING_CHARACTERS) return null;
    values.push(value);
  }
  return values.length > 0 ? values : null;
}
