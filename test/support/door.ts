/**
 * The HTTP door in this process — real routes, policies and handlers on the embedded store — with a clock that stands
 * still and a store that can be set back to how it was seeded: for tests that knock with every kind of request and
 * look at what each left behind.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createHttpExchange } from '../../bff/adapters/social-assistance/http-exchange';
import { exchangeHeaders, signatureHeaders } from '../../bff/adapters/sms/message-signature';
import { createHttpSmsGateway } from '../../bff/adapters/sms/http-gateway';
import { noScanner } from '../../bff/adapters/virus-scan/virus-scan';
import { createKernel } from '../../bff/compose';
import { FileVault } from '../../bff/features/attachments/vault';
import { Exporter } from '../../bff/features/exports/exporter';
import { LiveBoard } from '../../bff/features/live/board';
import { composeHandlers } from '../../bff/handlers';
import { createApp } from '../../bff/http/app';
import { Metrics } from '../../bff/http/metrics';
import type { Kernel } from '../../bff/kernel';
import { loadKeys } from '../../bff/security/keys';
import { collections, type CollectionName } from '../../bff/store/collections';
import { openEmbeddedStore } from '../../bff/store/embedded/embedded-store';
import type { Store, TransactOptions, Tx } from '../../bff/store/port';
import { MORNING_MS, quietLog, TestClock } from './world';

export interface Knock {
  readonly method: string;
  /** With its query. */
  readonly url: string;
  readonly token?: string | undefined;
  readonly headers?: Record<string, string> | undefined;
  readonly body?: string | Uint8Array | undefined;
}

export interface Reply {
  readonly status: number;
  /** The problem's code, when it is one. */
  readonly code: string;
  readonly bytes: Buffer;
  readonly text: string;
}

export interface Door {
  readonly kernel: Kernel;
  readonly clock: TestClock;
  readonly exporter: Exporter;
  knock(knock: Knock): Promise<Reply>;
  /** Headers with which the SMS gateway, or the partner system, signs a body. */
  sign(by: 'smsGateway' | 'socialAssistance', body: string): Record<string, string>;
  /** Everything stored, as one hash. Two equal ones: nothing was written in between. */
  digest(): Promise<string>;
  /** From now on `reset` comes back to what is stored at this moment. */
  keep(): Promise<void>;
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** The embedded store, whose directory can be exchanged under a kernel that goes on. */
class ExchangeableStore implements Store {
  readonly kind = 'embedded';
  constructor(public inner: Store) {}
  transact<T>(work: (tx: Tx) => Promise<T>, options?: TransactOptions): Promise<T> {
    return this.inner.transact(work, options);
  }
  read<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.inner.read(work);
  }
  close(): Promise<void> {
    return this.inner.close();
  }
}

const LOTS = 1_000_000;
const CALLBACK_KEY = 'a callback key of the exchange';

/** Opens the door on an empty store, at 2026-06-01 10:00. */
export async function openDoor(nowMs = MORNING_MS): Promise<Door> {
  const dir = mkdtempSync(path.join(tmpdir(), 'fair-queue-door-'));
  const dirOf = (name: string) => path.join(dir, name);
  const clock = new TestClock(nowMs);
  const store = new ExchangeableStore(await openEmbeddedStore({ dir: dirOf('store-0') }));
  const keys = loadKeys({ dir, env: {}, allowGenerate: true });
  const { kernel } = await createKernel({ store, clock, keys, log: quietLog });
  const board = new LiveBoard(store, clock, Number.POSITIVE_INFINITY);
  const exporter = new Exporter(kernel, dirOf('exports'), 'test');
  const sms = createHttpSmsGateway({ baseUrl: 'http://127.0.0.1:9', appKey: keys.smsAppKey, callbackKey: keys.smsCallbackKey, clock });
  const exchange = createHttpExchange({ baseUrl: 'http://127.0.0.1:9', appKey: 'an app key', callbackKey: CALLBACK_KEY, clock });
  const handlers = composeHandlers({
    kernel, board, exporter, exchange, vault: new FileVault(dirOf('attachments'), kernel.crypto), scanner: noScanner,
    verifySmsReceipt: (headers, body) => sms.verifyReceipt(headers, body), onSessionEnded: () => undefined, demo: null,
  });
  const app = createApp({
    store, clock, log: quietLog, metrics: new Metrics(), board, handlers, pages: {}, demo: false, clientDir: dirOf('no-client'),
    requestsPer10s: LOTS, signInsPer10min: LOTS, trustProxy: false, allowedOrigins: [],
  });
  const server = createServer(app.callback());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let [copies, kept] = [0, ''];

  async function exchangeStore(): Promise<void> {
    copies += 1;
    mkdirSync(dirOf(`store-${copies}`));
    copyFileSync(kept, path.join(dirOf(`store-${copies}`), 'data.mdb'));
    store.inner = await openEmbeddedStore({ dir: dirOf(`store-${copies}`) });
    rmSync(dirOf(`store-${copies - 1}`), { recursive: true, force: true });
    for (const { id } of await store.read((tx) => tx.lanes.find({}))) board.changed(id);
    await kernel.rulebook.refresh();
  }

  return {
    kernel, clock, exporter,
    knock: async ({ method, url, token, headers = {}, body }) => {
      const json: Record<string, string> = typeof body === 'string' ? { 'content-type': 'application/json' } : {};
      const answer = await fetch(`${origin}${url}`, { method, headers: { ...json, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers }, ...(body === undefined ? {} : { body: body as BodyInit }) });
      const bytes = Buffer.from(await answer.arrayBuffer());
      const text = bytes.toString('utf8');
      const isProblem = answer.headers.get('content-type')?.startsWith('application/problem+json') === true;
      return { status: answer.status, code: isProblem ? (JSON.parse(text) as { code: string }).code : '', bytes, text };
    },
    sign: (by, body) => (by === 'smsGateway' ? signatureHeaders(keys.smsCallbackKey, clock.nowMs, body) : signatureHeaders(CALLBACK_KEY, clock.nowMs, body, exchangeHeaders)),
    digest: () => store.read(async (tx) => {
      const hash = createHash('sha256');
      for (const name of Object.keys(collections) as CollectionName[]) {
        hash.update(name);
        for await (const doc of (tx[name] as Tx['settings']).iterate({})) hash.update(JSON.stringify(doc));
      }
      return hash.digest('hex');
    }),
    keep: async () => {
      await store.inner.close();
      kept = dirOf('kept.mdb');
      copyFileSync(path.join(dirOf(`store-${copies}`), 'data.mdb'), kept);
      await exchangeStore();
    },
    reset: async () => {
      await exporter.idle();
      await store.inner.close();
      await exchangeStore();
    },
    close: async () => {
      await exporter.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await store.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
