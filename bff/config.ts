/** Settings of a running service, from the command line and the environment. The only reader of the environment. */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { isDay, startOfDay } from '../shared/shanghai-time';

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly mongoUri: string | null;
  readonly demo: boolean;
  /** Where the demonstration clock starts, on an empty data directory; null: 09:00 of today. */
  readonly demoNowMs: number | null;
  readonly smsUrl: string | null;
  readonly wechat: { readonly url: string; readonly appId: string; readonly secret: string; readonly templateId: string } | null;
  /** ClamAV's daemon; null: uploads are kept unscanned, and marked so. */
  readonly clamd: { readonly host: string; readonly port: number } | null;
  /** 社会救助一件事 (V4); null: nothing arrives from there. */
  readonly socialAssistance: { readonly url: string; readonly appKey: string; readonly callbackKey: string } | null;
  readonly trustProxy: boolean;
  readonly allowedOrigins: readonly string[];
  readonly requestsPer10s: number;
  readonly signInsPer10min: number;
  readonly connectionsPer10s: number;
  readonly logLevel: string;
}

export const HELP = `公租房轮候与线上选房

用法  npm start -- [选项]

  --port N        端口 port (PORT，默认 8080)
  --data DIR      数据目录 data directory (DATA_DIR，默认 .data/demo；不演示时 .data/city)
  --demo          演示城市与可拨动的时钟 demonstration city and clock (DEMO=1，默认)
  --no-demo       正式运行 the real thing (DEMO=0；NODE_ENV=production 时默认)
  --now DATE      演示时钟从哪里开始 where the demo clock starts, e.g. 2026-06-01 or 2026-06-01T09:00 (DEMO_NOW，默认今天 09:00)
  --help          显示本说明

环境变量 environment: HOST (127.0.0.1), MONGODB_URI (未设置时用内嵌存储), SMS_URL, SMS_APP_KEY, SMS_CALLBACK_KEY,
  FIELD_KEYS, INDEX_KEY, SIGNING_KEY, TRUST_PROXY=1, ALLOWED_ORIGINS (逗号分隔), LOG_LEVEL,
  SOCIAL_ASSISTANCE_URL, SOCIAL_ASSISTANCE_APP_KEY, SOCIAL_ASSISTANCE_CALLBACK_KEY, CLAMD (主机:端口),
  REQUESTS_PER_10S, SIGN_INS_PER_10MIN, CONNECTIONS_PER_10S.  见 docs/operations.md
`;

/** A setting that cannot be understood; the message says which and how to write it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Reads the settings; null when help was asked for. */
export function readConfig(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Config | null {
  let options;
  try {
    options = parseArgs({
      args: [...args], allowNegative: true,
      options: { port: { type: 'string' }, data: { type: 'string' }, demo: { type: 'boolean' }, now: { type: 'string' }, help: { type: 'boolean' } },
    }).values;
  } catch (error) {
    throw new ConfigError(`选项写错了，请对照下面的说明：${(error as Error).message}\n\n${HELP}`);
  }
  if (options.help === true) return null;
  const demo = options.demo ?? flag(env['DEMO']) ?? env['NODE_ENV'] !== 'production';
  const now = options.now ?? env['DEMO_NOW'];
  if (options.now !== undefined && !demo) throw new ConfigError('--now 只用于演示 (only with --demo)');
  return {
    host: env['HOST'] ?? '127.0.0.1',
    port: count(options.port ?? env['PORT'], 8080, '--port', 0, 65_535),
    dataDir: path.resolve(options.data ?? (env['DATA_DIR'] || null) ?? (demo ? '.data/demo' : '.data/city')),
    mongoUri: env['MONGODB_URI'] || null,
    demo,
    demoNowMs: now === undefined ? null : instant(now),
    smsUrl: env['SMS_URL'] || null,
    wechat: wechat(env),
    clamd: clamd(env),
    socialAssistance: socialAssistance(env),
    trustProxy: flag(env['TRUST_PROXY']) ?? false,
    allowedOrigins: (env['ALLOWED_ORIGINS'] ?? '').split(',').map((origin) => origin.trim()).filter((origin) => origin !== ''),
    requestsPer10s: count(env['REQUESTS_PER_10S'], 1_000, 'REQUESTS_PER_10S', 1, 1e9),
    signInsPer10min: count(env['SIGN_INS_PER_10MIN'], 60, 'SIGN_INS_PER_10MIN', 1, 1e9),
    connectionsPer10s: count(env['CONNECTIONS_PER_10S'], 300, 'CONNECTIONS_PER_10S', 1, 1e9),
    logLevel: env['LOG_LEVEL'] ?? (demo ? 'warn' : 'info'),
  };
}

function wechat(env: Readonly<Record<string, string | undefined>>): Config['wechat'] {
  const { WECHAT_APP_ID: appId, WECHAT_SECRET: secret, WECHAT_TEMPLATE_ID: templateId } = env;
  return appId && secret && templateId ? { url: env['WECHAT_URL'] ?? 'https://api.weixin.qq.com', appId, secret, templateId } : null;
}

/** All three or none: half a configuration would take cases in and never report on them. */
function socialAssistance(env: Readonly<Record<string, string | undefined>>): Config['socialAssistance'] {
  const { SOCIAL_ASSISTANCE_URL: url, SOCIAL_ASSISTANCE_APP_KEY: appKey, SOCIAL_ASSISTANCE_CALLBACK_KEY: callbackKey } = env;
  if (!url && !appKey && !callbackKey) return null;
  if (!url || (appKey ?? '').length < 16 || (callbackKey ?? '').length < 16) throw new ConfigError('SOCIAL_ASSISTANCE_URL、SOCIAL_ASSISTANCE_APP_KEY、SOCIAL_ASSISTANCE_CALLBACK_KEY 须同时设置，密钥至少 16 位 (set all three; keys of at least 16 characters)');
  return { url, appKey: appKey!, callbackKey: callbackKey! };
}

/** `CLAMD=host:port`. */
function clamd(env: Readonly<Record<string, string | undefined>>): Config['clamd'] {
  const text = env['CLAMD'];
  if (!text) return null;
  const match = /^([A-Za-z0-9.-]+):(\d{1,5})$/.exec(text);
  if (match === null) throw new ConfigError(`CLAMD: 应为 主机:端口，如 127.0.0.1:3310，不是 “${text}”`);
  return { host: match[1]!, port: count(match[2], 3310, 'CLAMD', 1, 65_535) };
}

function flag(text: string | undefined): boolean | undefined {
  return text === undefined || text === '' ? undefined : !['0', 'false', 'no'].includes(text.toLowerCase());
}

function count(text: string | undefined, otherwise: number, name: string, min: number, max: number): number {
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) throw new ConfigError(`${name}: 应为 ${min}–${max} 的整数 (an integer), 不是 “${text}”`);
  return value;
}

/** `YYYY-MM-DD` (09:00) or `YYYY-MM-DDTHH:mm`, Shanghai time. */
function instant(text: string): number {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ]([01]\d|2[0-3]):([0-5]\d))?$/.exec(text);
  if (match?.[1] === undefined || !isDay(match[1])) throw new ConfigError(`--now: 应为 2026-06-01 或 2026-06-01T09:00，不是 “${text}”`);
  return startOfDay(match[1]) + (Number(match[2] ?? 9) * 60 + Number(match[3] ?? 0)) * 60_000;
}
