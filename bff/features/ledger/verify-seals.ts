/**
 * The day seals as witnesses against a store's own ledger (S2). The chain of hashes alone cannot show a tail that was
 * cut off together with its head, or a stream written anew from its first entry with every hash right; what a day's
 * seal signed of it does, and seals that somebody keeps outside do even when the stored ones were rewritten as well.
 */
import { addDays, type Day } from '../../../shared/shanghai-time';
import { findSealProblem, hashOfSeal, readSeal, type SealContent, type SealedStream, type Signed } from '../../../shared/verify/seal';
import { sealWords } from '../../../shared/verify/words';
import { addLeaves, EMPTY_TOWER, finishTower } from '../../domain/seal/tower';
import { verifySignature } from '../../security/signer';
import type { Seal } from '../../store/collections';
import { ledgerEntryId } from '../../store/ledger';
import type { Store } from '../../store/port';

export interface LedgerProblem {
  readonly stream: string;
  /** The entry at which the chain breaks; 0: the stream as a whole. */
  readonly seq: number;
  readonly what: string;
}

export interface SealsOptions {
  /** Public keys by id that seals may be signed with; null: signatures are not checked. */
  readonly keys: Readonly<Record<string, string>> | null;
  /** Seals from outside: an inspector's copies of what was published. */
  readonly published: readonly Signed[];
  /** The last day that must be sealed, for the service ran long after it; null where that is not known. */
  readonly sealedThrough: Day | null;
}

/** Problems with seals stand under this name, their `seq` is the seal's number. */
export const SEALS = '日封存';
const PAGE = 50;
const LEAVES_A_READ = 1_000;

/** What a seal says a stream's entry `seq` must be. */
interface Pin {
  readonly seq: number;
  readonly hash: string;
  readonly by: string;
}

/** Every stored seal and every published one, checked, and what they say of each stream. */
export class SealBook {
  readonly problems: LedgerProblem[] = [];
  /** Stored seals. */
  count = 0;
  private readonly pins = new Map<string, Pin[]>();
  private readonly broken = new Set<string>();
  private last: SealContent | null = null;

  private constructor(private readonly options: SealsOptions) {}

  static async read(store: Pick<Store, 'read'>, options: SealsOptions): Promise<SealBook> {
    const book = new SealBook(options);
    const published = book.readPublished();
    let before: Seal | null = null;
    for (let number = 0; ;) {
      const page: Seal[] = await store.read((tx) => tx.seals.find({ number: { gt: number } }, { sort: [['number', 'asc']], limit: PAGE }));
      for (const seal of page) {
        number = seal.number;
        // A day still being sealed says nothing yet.
        if (seal.state !== 'sealed') continue;
        book.add(seal, before, published);
        before = seal;
      }
      if (page.length < PAGE) break;
    }
    for (const [number, { content }] of published) book.report(number, `${nameOf(content)}已经公布，库中没有：被移除 (seal ${number} of ${content.day} was published and is no longer in the store)`);
    for (const pins of book.pins.values()) pins.sort((a, b) => a.seq - b.seq);
    return book;
  }

  /** What is wrong with a stream's entry, by the seals; told once a stream. */
  judge(stream: string, seq: number, hash: string): LedgerProblem | null {
    const pins = this.pins.get(stream);
    while (pins?.[0] !== undefined && pins[0].seq <= seq) {
      const pin = pins.shift()!;
      if (pin.seq < seq || pin.hash === hash || this.broken.has(stream)) continue;
      this.broken.add(stream);
      return { stream, seq, what: `与${pin.by}不符：封存之后，这一条或它之前的内容被改写、插入或删去 (not what that seal signed: this entry or one before it was rewritten, inserted or removed after it was sealed)` };
    }
    return null;
  }

  /** What the seals still expected of a stream that ends at `lastSeq`; the stream is done with. */
  end(stream: string, lastSeq: number): LedgerProblem | null {
    const missing = this.pins.get(stream)?.at(-1);
    this.pins.delete(stream);
    if (missing === undefined || missing.seq <= lastSeq) return null;
    this.broken.add(stream);
    return { stream, seq: lastSeq + 1, what: `末尾被截去：${missing.by}记有第 ${missing.seq} 条，现在只到第 ${lastSeq} 条 (the tail was cut off, with its head: sealed up to ${missing.seq}, there are ${lastSeq})` };
  }

  /** Streams that were sealed and of which there is nothing at all; after the last stream was ended. */
  vanished(): LedgerProblem[] {
    return [...this.pins.keys()].sort().map((stream) => this.end(stream, 0)).filter((problem) => problem !== null);
  }

  /** Days that should have a seal by now. `firstDay`: of the first entry ever published; null where there is none. */
  unsealed(firstDay: Day | null): LedgerProblem[] {
    const { sealedThrough } = this.options;
    const from = this.last === null ? firstDay : addDays(this.last.day, 1);
    if (sealedThrough === null || from === null || from > sealedThrough) return [];
    return [{ stream: SEALS, seq: (this.last?.number ?? 0) + 1, what: `缺少 ${from} 至 ${sealedThrough} 的封存，而服务在那之后一直在运行：被移除，或封存没有进行 (no seals from ${from} to ${sealedThrough}, although the service ran on: removed, or sealing failed)` }];
  }

  /** The roots of stored seals, built again from the entries. Seals over a stream already known to be broken are left out. */
  async checkRoots(store: Pick<Store, 'read'>): Promise<LedgerProblem[]> {
    const found: LedgerProblem[] = [];
    for (let number = 0; ;) {
      const page = await store.read((tx) => tx.seals.find({ state: 'sealed', number: { gt: number } }, { sort: [['number', 'asc']], limit: PAGE }));
      for (const { number: own, body } of page) {
        number = own;
        const content = readSeal(body);
        if (content === null || content.streams.some(({ stream }) => this.broken.has(stream))) continue;
        if ((await rootOf(store, content.streams)) !== content.root) found.push({ stream: SEALS, seq: own, what: `${nameOf(content)}的根与它所封存的记录不符 (the root is not that of the entries it covers)` });
      }
      if (page.length < PAGE) return found;
    }
  }

  private readPublished(): Map<number, { readonly content: SealContent; readonly seal: Signed }> {
    const byNumber = new Map<number, { readonly content: SealContent; readonly seal: Signed }>();
    for (const seal of this.options.published) {
      const content = readSeal(seal.body);
      if (content === null) {
        this.report(0, '外部提供的封存中有一份内容不成立 (one of the given seals is none)');
        continue;
      }
      this.checkSignature(seal, content, '外部提供的');
      const twin = byNumber.get(content.number);
      if (twin !== undefined && twin.seal.body !== seal.body) this.report(content.number, `外部提供的${nameOf(content)}有两个不同的版本 (two different seals of this number were published)`);
      byNumber.set(content.number, { content, seal });
      this.pin(content, `外部提供的${nameOf(content)}`);
    }
    return byNumber;
  }

  private add(seal: Seal, before: Seal | null, published: Map<number, { readonly content: SealContent; readonly seal: Signed }>): void {
    this.count += 1;
    const content = readSeal(seal.body);
    const outside = published.get(seal.number);
    published.delete(seal.number);
    if (content === null) return this.report(seal.number, '封存内容不成立 (it is not a seal, or contradicts itself)');
    if (seal.id !== `seal-${content.day}` || seal.day !== content.day || seal.number !== content.number) this.report(seal.number, `这里放着的是${nameOf(content)}：封存被调换 (another seal stands in its place: ${content.day} number ${content.number})`);
    if (hashOfSeal(seal) !== seal.hash) this.report(seal.number, '封存内容与其哈希不符，被改过 (its text is not what its hash says)');
    this.checkSignature(seal, content, '');
    // The signature was looked at; what follows is the chain.
    const problem = before === null ? findSealProblem([seal], {}, nextDay, true) : readSeal(before.body) === null ? null : findSealProblem([before, seal], {}, nextDay);
    if (problem !== null) this.report(seal.number, `${sealWords[problem.what].zh} (${sealWords[problem.what].en})`);
    if (outside !== undefined && outside.seal.body !== seal.body) this.report(seal.number, `与公布的第 ${seal.number} 号封存不同：封存被重做过 (not the seal ${seal.number} that was published: it was made anew)`);
    this.pin(content, nameOf(content));
    this.last = content;
  }

  private checkSignature({ body, signature, keyId }: Signed, content: SealContent, whose: string): void {
    const { keys } = this.options;
    if (keys === null) return;
    const key = Object.hasOwn(keys, keyId) ? keys[keyId] : undefined;
    if (key === undefined) this.report(content.number, `${whose}${nameOf(content)}由不认识的密钥 ${keyId} 签名 (signed with a key that is not known)`);
    else if (!verifySignature(key, body, signature)) this.report(content.number, `${whose}${nameOf(content)}签名无效 (its signature is wrong)`);
  }

  private pin(content: SealContent, by: string): void {
    for (const { stream, fromSeq, seq, hash } of content.streams) {
      if (seq === fromSeq) continue;
      const pins = this.pins.get(stream) ?? [];
      pins.push({ seq, hash, by });
      this.pins.set(stream, pins);
    }
  }

  private report(number: number, what: string): void {
    this.problems.push({ stream: SEALS, seq: number, what });
  }
}

const nameOf = ({ day, number }: SealContent): string => ` ${day} 第 ${number} 号封存`;
const nextDay = (day: string): string => addDays(day, 1);

async function rootOf(store: Pick<Store, 'read'>, streams: readonly SealedStream[]): Promise<string> {
  let tower = EMPTY_TOWER;
  for (const { stream, fromSeq, seq } of streams) {
    for (let after = fromSeq; after < seq;) {
      const upTo = Math.min(seq, after + LEAVES_A_READ);
      const from = after;
      const entries = await store.read((tx) => tx.ledger.find({ id: { gt: ledgerEntryId(stream, from), lte: ledgerEntryId(stream, upTo) } }, { sort: [['id', 'asc']] }));
      ({ tower } = addLeaves(tower, entries.map(({ hash }) => hash)));
      after = upTo;
    }
  }
  return finishTower(tower).root;
}
