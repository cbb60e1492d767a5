/**
 * Seals held against the streams, and against what is not there (S2): rewritten after its seal, dated after the day
 * it was sealed for, written or sealed late, sealed and not shown, numbers missing among the seals.
 */
import { addDays, DAY_MS, dayOf, startOfDay } from '../shanghai-time';
import type { PublicEntry } from './entry';
import type { Findings } from './finding';
import type { SealContent } from './seal';

/** A seal as judged. Only what hangs on a valid signature is proven. */
export interface JudgedSeal {
  readonly content: SealContent;
  readonly hash: string;
  readonly isSigned: boolean;
}

export interface Coverage {
  /** By number, in order. */
  readonly seals: readonly JudgedSeal[];
  /** Streams found whole from their first entry. */
  readonly whole: ReadonlyMap<string, readonly PublicEntry[]>;
  /** Streams given in part or broken: that is told elsewhere. */
  readonly broken: ReadonlySet<string>;
  /** How many entries the service says a stream has. */
  readonly heads: ReadonlyMap<string, number>;
  readonly isDirectoryWhole: boolean;
  /** Proofs of single entries and no stream: then nobody meant to give the streams. */
  readonly isProofAlone: boolean;
  /** Epoch milliseconds at which everything the service publishes was downloaded; null when the papers may be a choice. */
  readonly downloadedAtMs: number | null;
}

interface Late {
  readonly name: string;
  readonly days: number;
}

const SHOWN = 20;

/** Tells what the seals say of the streams given, and of what was not given. */
export function checkCoverage(papers: Coverage, findings: Findings): void {
  checkNumbers(papers, findings);
  const last = new Map<string, { readonly seq: number; readonly day: string }>();
  const pinned = new Map<string, { signed: number; unsigned: number }>();
  const late: Late[] = [];
  for (const { content, isSigned } of papers.seals) {
    for (const { stream, fromSeq, seq, hash } of content.streams) {
      if (seq > (last.get(stream)?.seq ?? 0)) last.set(stream, { seq, day: content.day });
      const entries = papers.whole.get(stream);
      if (entries === undefined) continue;
      checkDates(content.day, entries.slice(fromSeq, seq), late, findings);
      if (seq === 0 || seq > entries.length) continue;
      if (entries[seq - 1]!.hash !== hash) {
        findings.wrong(`${stream} 第 ${seq} 条与 ${content.day} 的封存不符：台账在封存之后被改写`, `${stream} ${seq} is not what the seal of ${content.day} says: the ledger was rewritten after its seal`);
        continue;
      }
      const pin = pinned.get(stream) ?? { signed: 0, unsigned: 0 };
      pin[isSigned ? 'signed' : 'unsigned'] = Math.max(pin[isSigned ? 'signed' : 'unsigned'], seq);
      pinned.set(stream, pin);
    }
  }
  for (const [stream, { signed, unsigned }] of pinned) {
    if (signed > 0) findings.proven(`${stream} 前 ${signed} 条与公布的封存一致`, `${stream} up to ${signed} is what the published seals say`);
    if (unsigned > signed) findings.open(`${stream} 前 ${unsigned} 条与封存一致，但封存的签名未核实`, `${stream} up to ${unsigned} is what the seals say, whose signature is not verified`);
  }
  if (late.length > 0) {
    const days = late.reduce((most, one) => Math.max(most, one.days), 0);
    findings.open(`${late.length} 条记录封存得晚于其日期，最久 ${days} 天：在此之前这些记录可以被改写，请向单位查询：${shown(late)}`, `${late.length} entries were sealed later than they are dated, by up to ${days} days; until then they could be rewritten: ${shown(late)}`);
  }
  checkShown(papers, last, findings);
  checkLag(papers, findings);
}

/** Every number from 1 to the last must be there. */
function checkNumbers({ seals, downloadedAtMs }: Coverage, findings: Findings): void {
  const gaps: string[] = [];
  let next = 1;
  for (const { content: { number } } of seals) {
    if (number > next) gaps.push(number - 1 === next ? `${next}` : `${next}–${number - 1}`);
    next = number + 1;
  }
  if (gaps.length === 0) return;
  const [zh, en] = [`缺第 ${gaps.slice(0, SHOWN).join('、')} 号封存`, `seals ${gaps.slice(0, SHOWN).join(', ')} are missing`];
  if (downloadedAtMs === null) findings.open(`${zh}：其前后是否相连未能核对，请一并下载`, `${en}: whether the others follow from them is not checked; download them as well`);
  else findings.wrong(`${zh}：网站没有公布`, `${en}: the service does not publish them`);
}

/** A seal covers nothing dated after its day. What is dated before it was written, or sealed, late. */
function checkDates(day: string, covered: readonly PublicEntry[], late: Late[], findings: Findings): void {
  const fromMs = startOfDay(day);
  const after = covered.find(({ atMs }) => atMs >= fromMs + DAY_MS);
  if (after !== undefined) findings.wrong(`${after.stream} 第 ${after.seq} 条的日期晚于封存它的 ${day}`, `${after.stream} ${after.seq} is dated after ${day}, whose seal covers it`);
  for (const { stream, seq, atMs } of covered) {
    if (atMs < fromMs) late.push({ name: `${stream} ${seq}`, days: Math.ceil((fromMs - atMs) / DAY_MS) });
  }
}

function shown(late: readonly Late[]): string {
  return `${late.slice(0, SHOWN).map(({ name }) => name).join('、')}${late.length > SHOWN ? '……' : ''}`;
}

/** A stream shorter than a seal signed it, or not in the directory at all, was hidden from the reader, or not given. */
function checkShown({ whole, broken, heads, isDirectoryWhole, isProofAlone, downloadedAtMs }: Coverage, last: ReadonlyMap<string, { readonly seq: number; readonly day: string }>, findings: Findings): void {
  const absent: string[] = [];
  for (const [stream, { seq, day }] of last) {
    const said = heads.get(stream);
    const given = whole.get(stream)?.length ?? 0;
    if (seq === 0) continue;
    if (said === undefined && isDirectoryWhole) findings.wrong(`${stream}：${day} 的封存记有 ${seq} 条，台账目录里却没有：整条链被隐去`, `${stream}: sealed up to ${seq} on ${day}, and not in the directory: the whole stream is hidden`);
    else if (said !== undefined && said < seq) findings.wrong(`${stream}：${day} 的封存记有第 ${seq} 条，网站却说只有 ${said} 条：末尾的记录被隐去`, `${stream}: sealed up to ${seq} on ${day}, the service says there are ${said}: the tail is hidden`);
    else if (given < seq && !broken.has(stream)) {
      if (downloadedAtMs === null) absent.push(`${stream}（${given}/${seq}）`);
      else findings.wrong(`${stream}：${day} 的封存记有第 ${seq} 条，网站只给出 ${given} 条：记录被隐去`, `${stream}: sealed up to ${seq} on ${day}, only ${given} were served: entries are hidden`);
    }
  }
  if (absent.length === 0 || isProofAlone) return;
  const names = `${absent.slice(0, SHOWN).join('、')}${absent.length > SHOWN ? '……' : ''}`;
  findings.open(`封存记有而这里没有提供的记录，未核对，共 ${absent.length} 条链（提供/封存）：${names}`, `sealed and not given here, not checked, in ${absent.length} streams (given/sealed): ${names}`);
}

/** Each day is sealed once it is over: a day behind that is told. */
function checkLag({ seals, whole, downloadedAtMs }: Coverage, findings: Findings): void {
  const lastDay = seals.at(-1)?.content.day;
  if (lastDay === undefined) return;
  let newestMs = downloadedAtMs ?? 0;
  for (const entries of whole.values()) for (const { atMs } of entries) if (atMs > newestMs) newestMs = atMs;
  if (newestMs < startOfDay(addDays(lastDay, 2))) return;
  const until = dayOf(newestMs);
  findings.open(`最近一份封存是 ${lastDay} 的，而台账或今天已到 ${until}：此后的记录尚未封存，可能被改写，请向单位查询`, `the last seal is of ${lastDay}, while the ledger or today is at ${until}: what came after is not sealed yet`);
}
