/**
 * The daily seal as a due job: each Shanghai day that is over, in order, exactly once (S2). A seal is built in small
 * transactions, each of which leaves where it got to in the seal itself, version-checked: two processes at it help or
 * lose a race, a crash loses one step, and a day with a million entries holds nobody up. What happened in it is the
 * seal itself, published and signed; it needs no ledger entry, which would have to be sealed in turn.
 */
import { canonicalJson } from '../../../shared/canonical-json';
import { addDays, dayOf, startOfDay, type Day } from '../../../shared/shanghai-time';
import { GENESIS_HASH } from '../../../shared/verify/entry';
import { coveredBy, dayToSeal, sealContent } from '../../domain/seal/seal';
import { addLeaves, EMPTY_TOWER, finishTower, type Page } from '../../domain/seal/tower';
import type { DueJob } from '../../jobs/due-job';
import { systemAct, type Kernel } from '../../kernel';
import { sm3Hex } from '../../security/sm3';
import type { Seal } from '../../store/collections';
import { change } from '../../store/change';
import { ledgerEntryId, publicHeads } from '../../store/ledger';
import { UniqueViolation, type NewDoc, type Tx } from '../../store/port';

/** Entries one transaction puts under a seal, and transactions of one look of the jobs. */
const ENTRIES_A_STEP = 1_000;
const STEPS_A_RUN = 10;

export const sealDays: DueJob = {
  name: 'seals',
  async run(kernel) {
    // The usual look finds nothing to do; that is a read, not a change.
    if ((await kernel.store.read((tx) => sealDue(tx, kernel.clock.now()))) === null) return;
    for (let step = 0; step < STEPS_A_RUN; step += 1) {
      try {
        if (!(await change(kernel, systemAct('每日封存'), ({ tx, nowMs }) => takeStep(kernel, tx, nowMs)))) return;
      } catch (error) {
        // Another process began the same day in the same instant: it is at it.
        if (error instanceof UniqueViolation) return;
        throw error;
      }
    }
  },
  async nextDue(tx, _kernel, nowMs) {
    return (await sealDue(tx, nowMs)) === null ? startOfDay(addDays(dayOf(nowMs), 1)) : nowMs + 1;
  },
};

/** The last seal when it is still being built, or the day to begin, or null. */
async function sealDue(tx: Tx, nowMs: number): Promise<{ readonly last: Seal | null; readonly day: Day } | null> {
  const [last] = await tx.seals.find({}, { sort: [['number', 'desc']], limit: 1 });
  if (last?.state === 'building') return { last, day: last.day };
  const day = dayToSeal(last?.day ?? null, last === undefined ? await firstDay(tx) : null, nowMs);
  return day === null ? null : { last: last ?? null, day };
}

async function firstDay(tx: Tx): Promise<Day | null> {
  const days: Day[] = [];
  for (const head of await publicHeads(tx)) {
    const first = await tx.ledger.get(ledgerEntryId(head.id, 1));
    if (first !== null) days.push(dayOf(first.atMs));
  }
  return days.sort()[0] ?? null;
}

/** One bounded piece of work; false when no day is left to seal. */
async function takeStep(kernel: Kernel, tx: Tx, nowMs: number): Promise<boolean> {
  const due = await sealDue(tx, nowMs);
  if (due === null) return false;
  const isNew = due.last?.state !== 'building';
  const seal = isNew ? beginSeal(due.day, due.last) : due.last;
  const before = seal.number === 1 ? null : await sealOfNumber(tx, seal.number - 1);
  const step = new Step(tx, seal, before);
  const isComplete = await step.read(ENTRIES_A_STEP);
  const { number, day } = seal;
  let next: NewDoc<Seal> = { ...seal, streams: step.streams, tower: step.tower };
  if (isComplete) {
    const { root, pages } = finishTower(step.tower);
    await storePages(tx, seal.id, pages);
    const body = canonicalJson(sealContent({ number, day, size: step.tower.size, root, streams: step.streams, prevHash: before?.hash ?? GENESIS_HASH }));
    next = { ...next, state: 'sealed', sealedAtMs: nowMs, tower: EMPTY_TOWER, body, hash: sm3Hex(body), signature: kernel.signer.sign(body), keyId: kernel.signer.keyId };
  }
  await (isNew ? tx.seals.insert(next) : tx.seals.replace({ ...next, version: due.last!.version }));
  return true;
}

function beginSeal(day: Day, last: Seal | null): NewDoc<Seal> {
  return { id: `seal-${day}`, number: (last?.number ?? 0) + 1, day, state: 'building', sealedAtMs: null, streams: [], tower: EMPTY_TOWER, body: '', hash: '', signature: '', keyId: '' };
}

async function sealOfNumber(tx: Tx, number: number): Promise<Seal> {
  const [seal] = await tx.seals.find({ number }, { limit: 1 });
  if (seal === undefined) throw new Error(`seal ${number} is missing`);
  return seal;
}

async function storePages(tx: Tx, sealId: string, pages: readonly Page[]): Promise<void> {
  for (const { floor, index, nodes } of pages) await tx.sealPages.insert({ id: pageId(sealId, floor, index), nodes });
}

/** The id of a page of a seal's tree. */
export function pageId(sealId: string, floor: number, index: number): string {
  return `${sealId}/${floor}/${String(index).padStart(8, '0')}`;
}

type SealedStream = Seal['streams'][number];

/** Reads on through the streams, by name and then by seq, from where the seal got to. */
class Step {
  streams: SealedStream[];
  tower: Seal['tower'];

  constructor(private readonly tx: Tx, private readonly seal: NewDoc<Seal>, private readonly before: Seal | null) {
    this.streams = [...seal.streams];
    this.tower = seal.tower;
  }

  /** Puts up to `limit` entries under the seal; true when the day is complete. */
  async read(limit: number): Promise<boolean> {
    const heads = await publicHeads(this.tx);
    const resumed = this.streams.at(-1)?.stream ?? '';
    let left = limit;
    for (const { id: stream } of heads) {
      if (stream < resumed) continue;
      if (stream !== resumed) this.begin(stream);
      left -= await this.readSome(left);
      if (left === 0) return false;
      await this.end();
    }
    return true;
  }

  private begin(stream: string): void {
    const known = this.before?.streams.find((one) => one.stream === stream);
    const fromSeq = known?.seq ?? 0;
    this.streams.push({ stream, fromSeq, seq: fromSeq, hash: known?.hash ?? GENESIS_HASH });
  }

  /** Puts up to `limit` of the current stream's entries under the seal; fewer when it has no more for this day. */
  private async readSome(limit: number): Promise<number> {
    const current = this.streams.at(-1)!;
    const entries = await this.tx.ledger.find({ stream: current.stream, seq: { gt: current.seq } }, { sort: [['seq', 'asc']], limit });
    const covered = coveredBy(this.seal.day, entries);
    const last = covered.at(-1);
    if (last !== undefined) {
      const { tower, pages } = addLeaves(this.tower, covered.map(({ hash }) => hash));
      await storePages(this.tx, this.seal.id, pages);
      this.tower = tower;
      this.streams[this.streams.length - 1] = { ...current, seq: last.seq, hash: last.hash };
    }
    return covered.length;
  }

  private async end(): Promise<void> {
    const { stream, fromSeq, seq } = this.streams.at(-1)!;
    if (seq > fromSeq) await this.tx.sealRanges.insert({ id: ledgerEntryId(stream, seq), sealId: this.seal.id, stream, fromSeq, toSeq: seq });
  }
}
