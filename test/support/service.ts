/** The real service in this process, on a temporary directory, with what a test needs to talk to it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readConfig, type Config } from '../../bff/config';
import { startService, type Service } from '../../bff/service';
import { quietLog } from './world';

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly body: T;
  readonly headers: Headers;
}

export interface Running {
  readonly service: Service;
  readonly url: string;
  readonly dir: string;
  /** One request; objects are sent as JSON, text as it stands. */
  call<T = Record<string, unknown>>(method: string, route: string, options?: { body?: unknown; token?: string; key?: string; headers?: Record<string, string> }): Promise<Answer<T>>;
  /** Signs in as a family of the demonstration city, with the code from the inbox. */
  signIn(phone: string): Promise<string>;
  staff(account: 'city' | 'window' | 'reviewer'): Promise<string>;
  /** The demonstration's cast: whose turn it is in a lane. */
  onStage(laneId?: string): Promise<{ laneId: string; phone: string; group: string; queueNumber: number }>;
  close(): Promise<void>;
}

const GENEROUS = { requestsPer10s: 1e6, signInsPer10min: 1e6, connectionsPer10s: 1e6 };

/** Starts the demonstration city at 2026-06-01 10:00 unless told otherwise. */
export async function startDemo(overrides: Partial<Config> = {}): Promise<Running> {
  const dir = overrides.dataDir ?? mkdtempSync(path.join(tmpdir(), 'fair-queue-service-'));
  const config: Config = { ...(readConfig(['--port', '0', '--data', dir, '--demo', '--now', '2026-06-01T10:00'], {}) as Config), ...GENEROUS, ...overrides };
  const service = await startService(config, quietLog, path.resolve(__dirname, '../..'));

  const call: Running['call'] = async <T>(method: string, route: string, options: { body?: unknown; token?: string; key?: string; headers?: Record<string, string> } = {}) => {
    const headers: Record<string, string> = { ...(options.body === undefined ? {} : { 'content-type': 'application/json' }), ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }), ...(options.key === undefined ? {} : { 'idempotency-key': options.key }), ...options.headers };
    const response = await fetch(`${service.url}${route}`, { method, headers, ...(options.body === undefined ? {} : { body: typeof options.body === 'string' ? options.body : JSON.stringify(options.body) }) });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? {} : text.startsWith('{') ? JSON.parse(text) : { text }) as T, headers: response.headers };
  };

  const tokens = new Map<string, string>();
  return {
    service, url: service.url, dir, call,
    signIn: async (phone) => {
      const earlier = tokens.get(phone);
      if (earlier !== undefined) return earlier;
      await call('POST', '/api/sign-in/codes', { body: { phone } });
      for (let tries = 0; tries < 100; tries += 1) {
        const message = service.simulator?.messages({ phone }).find((m) => m.text.includes('验证码'));
        const code = /验证码(\d{6})/.exec(message?.text ?? '')?.[1];
        if (code !== undefined) {
          const answer = await call<{ token?: string }>('POST', '/api/sign-in/sessions', { body: { phone, code } });
          if (answer.body.token !== undefined) {
            tokens.set(phone, answer.body.token);
            return answer.body.token;
          }
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error('no sign-in code arrived');
    },
    staff: async (account) => (await call<{ token: string }>('POST', '/api/staff/sessions', { body: { account, password: `demo-${account}-2026` } })).body.token,
    onStage: async (laneId) => {
      for (let tries = 0; tries < 100; tries += 1) {
        const { body } = await call<{ lanes: { laneId: string; phone: string | null; group: string; queueNumber: number }[] }>('GET', '/api/demo/cast');
        const found = body.lanes.find((lane) => lane.phone !== null && (laneId === undefined || lane.laneId === laneId));
        if (found !== undefined) return { ...found, phone: found.phone as string };
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error('nobody is on stage');
    },
    close: async () => {
      await service.close();
      if (overrides.dataDir === undefined) rmSync(dir, { recursive: true, force: true });
    },
  };
}
