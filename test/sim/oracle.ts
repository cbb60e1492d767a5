/**
 * The independent judge. After every step it reads what the ledger has gained, transaction by transaction, and has
 * every entry judged against the rules as written. Whatever is wrong becomes a violation.
 */
import { verifyEntry } from '../../bff/features/ledger/verify';
import type { LedgerEntry } from '../../bff/store/collections';
import { GENESIS_HASH, OFFICE_STREAM } from '../../bff/store/ledger';
import type { Store } from '../../bff/store/port';
import { formatInstant } from '../../shared/shanghai-time';
import { City } from './city';
import type { Written } from './crashing-store';
import { Findings } from './findings';
import type { SimGateway } from './gateway';
import { BEAT_AGE_MS, LaneJudge } from './lane-judge';
import { Books, type Shown } from './life/books';
import { Duties } from './life/duties';
import { HomeJudge } from './life/judge-homes';
import { NumberJudge } from './life/judge-numbers';
import { ReviewJudge } from './life/judge-reviews';
import { WaitingJudge } from './life/judge-waiting';
import type { Entry, Hearers } from './life/judging';
import type { RollFamily } from './registers';
import type { VirtualTime } from './virtual-time';

export interface OracleDeps {
  readonly seed: number;
  readonly time: VirtualTime;
  readonly gateway: SimGateway;
  readonly written: Written;
  systemNow(): number;
  familyOf(group: string, queueNumber: number): RollFamily | undefined;
  identityOf(blindIndex: string): string | undefined;
  /** Staff hear of a telephone task. */
  onCallTask(turnId: string): void;
  hearers(): Hearers;
}

/** Names every invented family bears, their phones, their identity numbers (P2, S2). */
const PERSONAL = /小雨|大海|(?<![0-9a-f])1[3-9]\d{9}(?![0-9a-f])|(?<![0-9a-f])\d{17}[\dX](?![0-9a-f])/;
/** What follows from the other entries of its transaction is judged after them, whatever the order they were written in. */
const CONSEQUENCES: Readonly<Record<string, number>> = {
  HomesOffered: 1, HomesRemoved: 1, NumbersLeft: 1, NumbersJoined: 1, NumbersGiven: 1, BatchForfeited: 1, ForfeitsReset: 1, TenancyBegan: 1, TenancyEnded: 1, FamiliesCalledUp: 1, OutageFound: 1, NumbersVoided: 2, ContinuationEndMoved: 2, SupplementEndMoved: 2, PeriodsMoved: 2,
};

export class Oracle extends Findings {
  readonly city = new City();
  readonly books = new Books();
  readonly duties = new Duties(this);
  /** S2: the entries of each public stream, in order, and when they were first seen: what seals must cover. */
  readonly publicEntries = new Map<string, { readonly hash: string; readonly seenAtMs: number }[]>();
  private readonly chains = new Map<string, { seq: number; hash: string; atMs: number }>();
  /** Answers given to families, to be found in the ledger at once and ever after. */
  private readonly promised: { stream: string; seq: number; hash: string }[] = [];
  private readonly lanes: LaneJudge;
  private readonly reviews: ReviewJudge;
  private readonly numbers: NumberJudge;
  private readonly waiting: WaitingJudge;
  private readonly homes: HomeJudge;
  /** System time up to which everything is known, and the latest ever seen. */
  private observedAtMs = 0;
  private latestMs = 0;

  constructor(private readonly deps: OracleDeps) {
    super(deps);
    const judging = { books: this.books, city: this.city, duties: this.duties, findings: this, get hearers() { return deps.hearers(); }, identityOf: (index: string) => deps.identityOf(index), nowMs: () => this.latestMs };
    this.reviews = new ReviewJudge(judging);
    this.numbers = new NumberJudge(judging, (group, number) => deps.familyOf(group, number));
    this.waiting = new WaitingJudge(judging);
    this.homes = new HomeJudge(judging, this.waiting);
    this.lanes = new LaneJudge({
      city: this.city, time: deps.time, gateway: deps.gateway, findings: this, homes: this.homes, numbers: this.numbers, waiting: this.waiting,
      systemNow: () => deps.systemNow(), latestMs: () => this.latestMs, observedAtMs: () => this.observedAtMs,
    });
  }

  /** An answer was given: from now on it must stand (nothing acknowledged is lost). */
  promise(position: { stream: string; seq: number; hash: string }): void {
    this.promised.push(position);
  }

  /** What is publicised of a subject at present. */
  shownOf(publicityId: string, subjectId: string): Shown | null {
    return this.reviews.shownOf(publicityId, subjectId);
  }

  /** How far each stream is known. */
  get heads(): ReadonlyMap<string, { readonly seq: number; readonly hash: string }> {
    return this.chains;
  }

  /** The process died: what it wrote was written by now, and the next one may begin at its last beat, a few seconds ago. */
  processDied(): void {
    this.latestMs = Math.max(this.latestMs, this.deps.systemNow());
    this.observedAtMs -= BEAT_AGE_MS;
  }

  /** Reads and judges what was committed since the last time. The sweep looks whether there is more. */
  async observe(store: Store): Promise<void> {
    const nowMs = this.deps.systemNow();
    this.check(nowMs >= this.observedAtMs, () => `T1: the service's time never runs backwards, from ${formatInstant(this.observedAtMs)} to ${formatInstant(nowMs)}`);
    this.latestMs = Math.max(this.latestMs, nowMs);
    const commits = this.deps.written.take('ledger');
    if (commits.length > 0 || this.promised.length > 0) await this.read(store, commits);
    this.observedAtMs = nowMs;
  }

  private async read(store: Store, commits: readonly (readonly string[])[]): Promise<void> {
    const transactions = await store.read(async (tx) => {
      const fresh: LedgerEntry[][] = [];
      for (const ids of commits) {
        const entries: LedgerEntry[] = [];
        for (const id of ids) {
          const entry = await tx.ledger.get(id);
          if (entry === null) this.violate(`S1: entry ${id} was written and stands`);
          else entries.push(entry);
        }
        fresh.push(entries);
      }
      for (const { stream, seq, hash } of this.promised) {
        const entry = (await tx.ledger.find({ stream, seq }, { limit: 1 }))[0];
        this.check(entry?.hash === hash, () => `an acknowledged answer stands in the ledger at ${stream} ${seq}`);
      }
      return fresh;
    });
    this.promised.length = 0;
    for (const entries of transactions) this.judgeTransaction(entries);
  }

  private judgeTransaction(entries: readonly LedgerEntry[]): void {
    for (const entry of entries) this.follow(entry);
    const rank = ({ type }: LedgerEntry) => CONSEQUENCES[type] ?? 0;
    for (const entry of entries.map((one, at) => ({ one, at })).sort((a, b) => rank(a.one) - rank(b.one) || a.at - b.at)) this.judge(entry.one);
    this.waiting.transactionEnds();
    this.homes.transactionEnds();
  }

  /** S1, S2: its place in the chain. */
  private follow(entry: LedgerEntry): void {
    this.city.counts.entries += 1;
    const nowMs = this.latestMs;
    const { after, problems } = verifyEntry(this.chains.get(entry.stream) ?? { seq: 0, hash: GENESIS_HASH, atMs: 0 }, entry, nowMs);
    this.chains.set(entry.stream, after);
    for (const problem of problems) this.violate(`ledger ${problem.stream} ${problem.seq}: ${problem.what}`);
    this.check(entry.atMs <= nowMs, () => `${entry.type} is not dated in the future (${entry.atMs} > ${nowMs})`);
    if (!/^(group|lane)\./.test(entry.stream)) return;
    this.check(!PERSONAL.test(JSON.stringify(entry.open)), () => `S2: the public part of ${entry.type} is free of personal data: ${JSON.stringify(entry.open)}`);
    const entries = this.publicEntries.get(entry.stream) ?? [];
    this.publicEntries.set(entry.stream, entries);
    entries.push({ hash: entry.hash, seenAtMs: nowMs });
  }

  private judge({ stream, seq, type, atMs, open, detail }: LedgerEntry): void {
    const entry: Entry = { stream, seq, type, atMs, open, detail: JSON.parse(detail) as Entry['detail'] };
    const [kind, rest] = [stream.slice(0, stream.indexOf('.')), stream.slice(stream.indexOf('.') + 1)];
    if (stream === OFFICE_STREAM) return this.judgeOffice(entry);
    if (kind === 'lane') return this.lanes.judge(this.city.lane(rest), entry);
    if (kind === 'group') return this.numbers.judge(entry);
    if (kind !== 'household') return this.violate(`S1: an entry of a known stream, not ${stream}`);
    if (this.reviews.judge(entry)) return;
    const of = this.books.cases.get(rest);
    if (of === undefined) return this.violate(`S1: ${type} is about a household there is: ${rest}`);
    if (!this.waiting.judge(of, entry) && !this.homes.judge(of, entry)) this.violate(`S1: an entry of a known kind, not ${type}`);
  }

  private judgeOffice(entry: Entry): void {
    switch (entry.type) {
      case 'CallTaskRaised': return entry.detail['turnId'] === undefined ? undefined : this.deps.onCallTask(String(entry.detail['turnId']));
      case 'OutageFound': {
        const { fromMs, toMs } = entry.detail as { fromMs: number; toMs: number };
        this.check(this.deps.time.incidentsIn('outage', 0, Infinity) + this.deps.time.incidentsIn('clock', 0, Infinity) > 0, 'no outage is found where there was none');
        this.homes.outage(fromMs, toMs);
        return this.waiting.outage(fromMs, toMs);
      }
      case 'ObjectionRaised': return this.reviews.judgeRaised(entry);
      case 'ObjectionDecided': return this.reviews.judgeDecided(entry);
      case 'ListingReported': return this.homes.reported(entry);
      case 'ListingMoved': return this.homes.moved(entry);
    }
  }
}
