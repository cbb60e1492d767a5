/**
 * Writes exports, one at a time, beside everything else the process does: never inside the jobs' turnstile, where a
 * long one would hold up families' turns. The document is the truth: a claim that lapses (a crash, a stop) lets
 * another process, or this one after its restart, begin again; files only get their name when they are whole.
 */
import { createReadStream, type ReadStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { canonicalJson } from '../../../shared/canonical-json';
import { DAY_MS } from '../../../shared/shanghai-time';
import { writeWorkbook, type RowOut } from '../../documents/write-workbook';
import { systemAct, type Kernel } from '../../kernel';
import { sm3Hex } from '../../security/sm3';
import type { ExportDoc } from '../../store/collections';
import { change, type Work } from '../../store/change';
import { OFFICE_STREAM } from '../../store/ledger';
import { sheetsOf } from './sheets';

/** How long the files are kept. */
export const EXPORT_KEEP_MS = 7 * DAY_MS;
const CLAIM_MS = 60_000;
const MAX_ATTEMPTS = 3;
/** Progress is written at most this often. */
const PROGRESS_ROWS = 5_000;
const SWEEP_LIMIT = 50;

/** Thrown into an export under way when the service stops; it begins again at the next start. */
class Stopped extends Error {}

export class Exporter {
  private running: Promise<void> | null = null;
  private stopped = false;

  /** `dir` is where files are kept; `name` is this process. */
  constructor(private readonly kernel: Kernel, private readonly dir: string, private readonly name: string) {}

  /** Takes up what is waiting and ends what is too old; cheap when there is nothing. Does not wait for the work. */
  look(): void {
    if (this.stopped || this.running !== null) return;
    this.running = this.work()
      .catch((error: unknown) => this.kernel.log.error({ err: error }, 'exports failed'))
      .finally(() => {
        this.running = null;
      });
  }

  /** Waits for what is under way. */
  async idle(): Promise<void> {
    while (this.running !== null) await this.running;
  }

  /** An export under way is put down; it begins again at the next start. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.idle();
  }

  /** One of an export's files; null when it is not on this machine. */
  async open(doc: ExportDoc, name: string): Promise<{ readonly stream: ReadStream; readonly bytes: number } | null> {
    const file = path.join(this.dir, doc.id, name);
    const info = await stat(file).catch(() => null);
    return info === null ? null : { stream: createReadStream(file), bytes: info.size };
  }

  private async work(): Promise<void> {
    await this.expire();
    for (;;) {
      const doc = await this.claim();
      if (doc === null || this.stopped) return;
      await this.write(doc);
    }
  }

  private async claim(): Promise<ExportDoc | null> {
    const { clock, store } = this.kernel;
    const isFree = (doc: ExportDoc) => doc.state === 'waiting' || doc.claimedUntilMs <= clock.now();
    const find = { state: { in: ['waiting', 'running'] } } as const;
    // The usual look finds nothing; that is a read.
    const open = await store.read((tx) => tx.exports.find(find, { sort: [['createdAtMs', 'asc']], limit: SWEEP_LIMIT }));
    if (!open.some(isFree)) return null;
    return store.transact(async (tx) => {
      const next = (await tx.exports.find(find, { sort: [['createdAtMs', 'asc']], limit: SWEEP_LIMIT })).find(isFree);
      if (next === undefined) return null;
      return tx.exports.replace({ ...next, state: 'running', claimedBy: this.name, claimedUntilMs: clock.now() + CLAIM_MS, attempts: next.attempts + 1, rowsDone: 0 });
    });
  }

  private async write(doc: ExportDoc): Promise<void> {
    const partial = path.join(this.dir, `${doc.id}.partial-${this.name}`);
    try {
      await this.clear(doc);
      await mkdir(partial, { recursive: true, mode: 0o700 });
      const files = await this.writeFiles(doc, partial);
      await rm(path.join(this.dir, doc.id), { recursive: true, force: true });
      await rename(partial, path.join(this.dir, doc.id));
      await this.settle(doc, 'ExportFinished', { files }, (nowMs) => ({ state: 'ready', files, finishedAtMs: nowMs, expiresAtMs: nowMs + EXPORT_KEEP_MS }));
    } catch (error) {
      // The disk may be what failed.
      await rm(partial, { recursive: true, force: true }).catch(() => undefined);
      if (error instanceof Stopped) await this.settle(doc, null, {}, () => ({ state: 'waiting', claimedUntilMs: 0, attempts: doc.attempts - 1 }));
      else {
        this.kernel.log.error({ exportId: doc.id, err: error }, 'an export failed');
        if (doc.attempts < MAX_ATTEMPTS) await this.settle(doc, null, {}, () => ({ state: 'waiting', claimedUntilMs: 0 }));
        else await this.settle(doc, 'ExportFailed', {}, (nowMs) => ({ state: 'failed', finishedAtMs: nowMs, problem: '导出没有成功，请重新发起；仍不成功请联系管理员。' }));
      }
    }
  }

  /** What an earlier attempt, or a process that died, left behind. */
  private async clear(doc: ExportDoc): Promise<void> {
    await mkdir(this.dir, { recursive: true, mode: 0o700 });
    for (const name of await readdir(this.dir)) if (name.startsWith(`${doc.id}.partial-`)) await rm(path.join(this.dir, name), { recursive: true, force: true });
  }

  private async writeFiles(doc: ExportDoc, dir: string): Promise<ExportDoc['files']> {
    const { kernel } = this;
    const sheets = await sheetsOf(kernel, doc);
    const rowsTotal = await kernel.store.read(async (tx) => {
      let total = 0;
      for (const sheet of sheets) total += await sheet.count(tx);
      return total;
    });
    let done = 0;
    let told = 0;
    const watched = async function* (this: Exporter, batches: AsyncIterable<readonly RowOut[]>): AsyncGenerator<readonly RowOut[]> {
      for await (const batch of batches) {
        if (this.stopped) throw new Stopped();
        yield batch;
        done += batch.length;
        if (done - told < PROGRESS_ROWS) continue;
        told = done;
        await this.update(doc, () => ({ rowsDone: done, rowsTotal: Math.max(rowsTotal, done), claimedUntilMs: kernel.clock.now() + CLAIM_MS }));
      }
    }.bind(this);
    const workbookName = 'export.xlsx';
    const { bytes, sm3, sheets: written } = await writeWorkbook(path.join(dir, workbookName), sheets.map(({ name, columns, batches }) => ({ name, columns, batches: watched(batches()) })));
    const { id, kind, householdId, fromDay, toDay, reason, unmasked, requestedBy, role, createdAtMs } = doc;
    const body = canonicalJson({
      kind: 'export', id, scope: kind === 'household' ? { kind, householdId } : { kind, fromDay, toDay }, reason, unmasked, requestedBy, role, requestedAtMs: createdAtMs,
      files: [{ name: workbookName, bytes, sm3, sheets: written }], lastSealHash: await this.lastSealHash(),
    });
    const { signer } = kernel;
    const manifest = `${JSON.stringify({ body, signature: signer.sign(body), keyId: signer.keyId, publicKey: signer.publicKeyHex }, null, 2)}\n`;
    await writeFile(path.join(dir, 'manifest.json'), manifest, { flag: 'wx', mode: 0o600 });
    await this.update(doc, () => ({ rowsDone: done, rowsTotal: done }));
    return [{ name: workbookName, bytes, sm3 }, { name: 'manifest.json', bytes: Buffer.byteLength(manifest), sm3: sm3Hex(manifest) }];
  }

  /** Ties the export to the published ledger of its time; empty before the first seal. */
  private async lastSealHash(): Promise<string> {
    const [seal] = await this.kernel.store.read((tx) => tx.seals.find({ state: 'sealed' }, { sort: [['number', 'desc']], limit: 1 }));
    return seal?.hash ?? '';
  }

  /** Changes the document while the claim is ours. */
  private async update(doc: ExportDoc, patch: (nowMs: number) => Partial<ExportDoc>, and: (work: Work) => Promise<unknown> = () => Promise.resolve()): Promise<void> {
    await change(this.kernel, systemAct('数据导出'), async (work) => {
      const current = await work.tx.exports.get(doc.id);
      if (current === null || current.state !== 'running' || current.claimedBy !== this.name) throw new Stopped();
      await work.tx.exports.replace({ ...current, ...patch(work.nowMs) });
      await and(work);
    });
  }

  private async settle(doc: ExportDoc, type: string | null, detail: Record<string, unknown>, patch: (nowMs: number) => Partial<ExportDoc>): Promise<void> {
    await this.update(doc, patch, async (work) => {
      if (type !== null) await work.record({ stream: OFFICE_STREAM, type, open: {}, detail: { exportId: doc.id, ...detail } });
    }).catch((error: unknown) => {
      // Somebody else has it by now, and will settle it.
      if (!(error instanceof Stopped)) throw error;
    });
  }

  /** After a week the files go; that they were there stays (W6). */
  private async expire(): Promise<void> {
    const { kernel } = this;
    const old = await kernel.store.read((tx) => tx.exports.find({ state: 'ready', createdAtMs: { lte: kernel.clock.now() - EXPORT_KEEP_MS } }, { sort: [['createdAtMs', 'asc']], limit: SWEEP_LIMIT }));
    for (const { id, expiresAtMs } of old) {
      if (expiresAtMs === null || expiresAtMs > kernel.clock.now()) continue;
      await rm(path.join(this.dir, id), { recursive: true, force: true });
      await change(kernel, systemAct('导出文件到期清除'), async (work) => {
        const current = await work.tx.exports.get(id);
        if (current?.state !== 'ready') return;
        await work.tx.exports.replace({ ...current, state: 'expired' });
        await work.record({ stream: OFFICE_STREAM, type: 'ExportExpired', open: {}, detail: { exportId: id } });
      });
    }
  }
}
