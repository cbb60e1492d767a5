/**
 * Everything somebody downloaded, checked together: keys, seals, proofs, receipts, pages of the public ledger. Each
 * finding says in Chinese and English what is proven, what is wrong, or what these papers cannot prove. Nothing is
 * taken on trust but the keys the reader gives.
 */
import { ticketLabel, type Group } from '../lane';
import { addDays, HOUR_MS, MINUTE_MS } from '../shanghai-time';
import { findBreak, type PublicEntry } from './entry';
import { compareLanes } from './between-lanes';
import { checkCoverage, type JudgedSeal } from './coverage';
import { Findings, type Finding } from './finding';
import { groupsNeeded, replayLane, type LaneRules } from './lane-order';
import { readReceipt, receiptAgrees } from './receipt';
import { checkSignature, findProofProblem, findSealProblem, hashOfSeal, readSeal, type EntryProof, type SignatureVerdict, type Signed, type TrustedKeys } from './seal';
import { fromHex, sm3, toHex } from './sm3';
import { historyOfNumber } from './own-number';
import { chainWords, laneWords, proofWords, sealWords } from './words';

export interface CheckOptions {
  /** Keys the reader has from elsewhere; without any, those in the papers are used and the findings say so. */
  readonly keys: TrustedKeys;
  /** Rules the reader has from elsewhere; null for those in the papers. */
  rulesOf(version: number): LaneRules | null;
  /** The reader's own number, whose history is then told. */
  readonly number?: { readonly group: Group; readonly queueNumber: number };
  /** Epoch milliseconds, when these are all the papers the service publishes: what lacks then was hidden. */
  readonly downloadedAtMs?: number;
}

const SHOWN = 20;

/** What was recognised among the documents given, whatever their order. */
export class Papers {
  private readonly seals = new Map<string, Signed>();
  private readonly proofs: EntryProof[] = [];
  private readonly receipts: Signed[] = [];
  private readonly manifests: Signed[] = [];
  private readonly streams = new Map<string, Map<number, PublicEntry>>();
  /** How many entries the service says a stream has. */
  private readonly heads = new Map<string, number>();
  private isDirectoryWhole = false;
  private readonly foundRules = new Map<number, LaneRules>();
  private readonly foundKeys: Record<string, string> = {};
  private findings = new Findings();
  private keys: TrustedKeys = {};
  /** By the hash of the text: a signature is worked out once. */
  private readonly verdicts = new Map<string, SignatureVerdict>();

  /** Takes in one parsed document as the service publishes it; false when it is none that is known. */
  add(document: unknown): boolean {
    if (typeof document !== 'object' || document === null) return false;
    if (Array.isArray(document)) return document.length > 0 && document.map((one) => this.add(one)).every(Boolean);
    const given = document as Record<string, unknown>;
    if (Array.isArray(given['rules'])) return given['rules'].map((one) => this.addRules(one as LaneRules & { version: number })).every(Boolean);
    if (Array.isArray(given['seals'])) return given['seals'].map((one) => this.add(one)).every(Boolean);
    if (typeof given['stream'] === 'string' && Array.isArray(given['entries'])) return this.addPage(given['stream'], given['entries'] as PublicEntry[], given['head'] as { seq?: unknown } | null | undefined);
    if (Array.isArray(given['streams']) && given['nextCursor'] !== undefined) return this.addDirectory(given['streams'] as { stream: string; seq: number }[], given['nextCursor'] === null);
    if (isEntry(given['entry']) && Array.isArray(given['path']) && isSigned(given['seal'])) {
      this.proofs.push(given as unknown as EntryProof);
      return this.add(given['seal']);
    }
    if (typeof given['keyId'] === 'string' && typeof given['publicKey'] === 'string') this.foundKeys[given['keyId']] = given['publicKey'];
    if (isSigned(given)) {
      const kind = kindOf(given.body);
      if (kind === 'pick') this.receipts.push(given);
      else if (kind === 'daySeal') this.seals.set(hashOfSeal(given), given);
      else if (kind === 'export') this.manifests.push(given);
      return kind !== null;
    }
    return typeof given['keyId'] === 'string' && typeof given['publicKey'] === 'string';
  }

  private addDirectory(streams: readonly { stream: string; seq: number }[], isLast: boolean): boolean {
    for (const { stream, seq } of streams) this.heads.set(stream, Math.max(this.heads.get(stream) ?? 0, seq));
    if (isLast) this.isDirectoryWhole = true;
    return true;
  }

  private addPage(stream: string, entries: readonly PublicEntry[], head: { readonly seq?: unknown } | null | undefined): boolean {
    if (!entries.every(isEntry)) return false;
    if (typeof head?.seq === 'number') this.heads.set(stream, Math.max(this.heads.get(stream) ?? 0, head.seq));
    const known = this.streams.get(stream) ?? new Map<number, PublicEntry>();
    for (const entry of entries) known.set(entry.seq, entry);
    this.streams.set(stream, known);
    return true;
  }

  private addRules(rules: LaneRules & { readonly version: number }): boolean {
    const isWhole = [rules.version, rules.windowStartMs, rules.windowEndMs, rules.turnMs, rules.maxDeferrals].every((value) => Number.isFinite(value));
    if (isWhole) this.foundRules.set(rules.version, rules);
    return isWhole;
  }

  /** Whether rules came with the papers. */
  get hasRules(): boolean {
    return this.foundRules.size > 0;
  }

  /** Judges all of it together. */
  check(options: CheckOptions): Finding[] {
    this.findings = new Findings();
    this.verdicts.clear();
    this.keys = this.keysToUse(options.keys);
    const hasKeys = Object.keys(options.keys).length > 0;
    const seals = this.checkSeals(hasKeys);
    for (const manifest of this.manifests) this.signature('导出清单', 'export manifest', this.verdictOf(manifest), hasKeys);
    this.checkProofs();
    this.checkReceipts(hasKeys);
    const downloadedAtMs = options.downloadedAtMs ?? null;
    const whole = this.checkStreams(downloadedAtMs !== null);
    const broken = new Set([...this.streams.keys()].filter((stream) => !whole.has(stream)));
    checkCoverage({ seals, whole, broken, heads: this.heads, isDirectoryWhole: this.isDirectoryWhole, isProofAlone: this.streams.size === 0 && this.proofs.length > 0, downloadedAtMs }, this.findings);
    const sound = this.checkLanes(whole, seals.some(({ isSigned }) => isSigned), options);
    if (options.number !== undefined) this.tellNumber(options.number, whole, sound);
    return [...this.findings.list];
  }

  /** After a check: whether a text was signed with one of the keys used in it. */
  isVerified(signed: Signed): boolean {
    return this.verdictOf(signed) === 'valid';
  }

  private verdictOf(signed: Signed): SignatureVerdict {
    const name = `${hashOfSeal(signed)} ${signed.keyId} ${signed.signature}`;
    const verdict = this.verdicts.get(name) ?? checkSignature(signed, this.keys);
    this.verdicts.set(name, verdict);
    return verdict;
  }

  private keysToUse(given: TrustedKeys): TrustedKeys {
    if (Object.keys(given).length > 0) return given;
    const keys: Record<string, string> = {};
    for (const [keyId, key] of Object.entries(this.foundKeys)) {
      // A key's id is made from the key: nobody can pass off another key under a published id.
      const bytes = fromHex(key);
      if (bytes !== null && toHex(sm3(bytes)).slice(0, 16) === keyId) keys[keyId] = key;
      else this.findings.wrong(`公钥 ${keyId} 与其编号不符`, `public key ${keyId} does not have this id`);
    }
    const ids = Object.keys(keys).join(', ');
    if (ids !== '') this.findings.open(`签名公钥取自文件本身（编号 ${ids}）：请与单位公布的公钥编号核对，或用 --key 指定`, `the signing key was taken from the papers themselves (id ${ids}): compare it with the published one, or give it with --key`);
    return keys;
  }

  /** Seals in the order of their numbers; several of one number are two stories about one day. */
  private checkSeals(hasKeys: boolean): JudgedSeal[] {
    const byNumber = new Map<number, JudgedSeal & { readonly seal: Signed }>();
    for (const [hash, seal] of this.seals) {
      const content = readSeal(seal.body);
      if (content === null) {
        this.findings.wrong(`封存 ${hash.slice(0, 16)}：${sealWords.notASeal.zh}`, `seal ${hash.slice(0, 16)}: ${sealWords.notASeal.en}`);
        continue;
      }
      const twin = byNumber.get(content.number);
      if (twin !== undefined) this.findings.wrong(`第 ${content.number} 号封存有两个不同的版本（${twin.hash.slice(0, 16)} 与 ${hash.slice(0, 16)}）：有人被给了另一本账`, `there are two different seals number ${content.number}: somebody was shown another ledger`);
      const verdict = this.verdictOf(seal);
      this.signature(`封存 ${content.day} 第 ${content.number} 号`, `seal ${content.number} of ${content.day}`, verdict, hasKeys, ` 哈希 hash ${hash}`);
      if (twin?.isSigned !== true) byNumber.set(content.number, { content, hash, seal, isSigned: verdict === 'valid' });
    }
    const seals = [...byNumber.values()].sort((a, b) => a.content.number - b.content.number);
    let run: typeof seals = [];
    for (const [at, seal] of seals.entries()) {
      run.push(seal);
      if (seals[at + 1]?.content.number === seal.content.number + 1) continue;
      if (run.length > 1 || seal.content.number === 1) this.checkRun(run);
      run = [];
    }
    return seals;
  }

  private checkRun(run: readonly (JudgedSeal & { readonly seal: Signed })[]): void {
    const [first, last] = [run[0]!.content, run.at(-1)!.content];
    // The signatures were judged one by one; without keys they are not worked out again.
    const problem = findSealProblem(run.map(({ seal }) => seal), {}, (day) => addDays(day, 1), first.number === 1);
    const [zh, en] = [`第 ${first.number}–${last.number} 号封存（至 ${last.day}）逐日相连，没有遗漏或重复的记录`, `seals ${first.number}–${last.number} (until ${last.day}) follow day by day; no entry is left out or sealed twice`];
    if (problem !== null) this.findings.wrong(`第 ${problem.number} 号封存：${sealWords[problem.what].zh}`, `seal ${problem.number}: ${sealWords[problem.what].en}`);
    else if (run.every(({ isSigned }) => isSigned)) this.findings.proven(zh, en);
    else this.findings.open(`${zh}，但签名未核实`, `${en}; but signatures are not verified`);
  }

  private checkProofs(): void {
    for (const proof of this.proofs) {
      const { entry } = proof;
      const problem = findProofProblem(proof);
      const [zh, en] = [`${entry.stream} 第 ${entry.seq} 条`, `${entry.stream} ${entry.seq}`];
      if (problem !== null) {
        this.findings.wrong(`${zh}：${proofWords[problem].zh}`, `${en}: ${proofWords[problem].en}`);
        continue;
      }
      const { day } = readSeal(proof.seal.body)!;
      if (this.isVerified(proof.seal)) this.findings.proven(`${zh}（${entry.type}）在 ${day} 的封存之中，一字未改`, `${en} (${entry.type}) is under the seal of ${day}, unchanged`);
      else this.findings.open(`${zh}（${entry.type}）在 ${day} 的封存之中，但封存的签名未核实`, `${en} (${entry.type}) is under the seal of ${day}, whose signature is not verified`);
    }
  }

  private checkReceipts(hasKeys: boolean): void {
    for (const receipt of this.receipts) {
      const content = readReceipt(receipt.body);
      if (content === null) {
        this.findings.wrong('选房回执：内容不成立', 'receipt: its content is not one');
        continue;
      }
      const { group, queueNumber, address, ledger } = content;
      const [zh, en] = [`选房回执 ${group} 第 ${queueNumber} 号 ${address}`, `receipt of ${group} ${queueNumber}`];
      this.signature(zh, en, this.verdictOf(receipt), hasKeys);
      const entry = this.streams.get(ledger.stream)?.get(ledger.seq) ?? this.proofs.find((proof) => proof.entry.stream === ledger.stream && proof.entry.seq === ledger.seq)?.entry;
      if (entry === undefined) this.findings.open(`${zh}：未提供台账 ${ledger.stream} 第 ${ledger.seq} 条，未能核对`, `${en}: ledger entry ${ledger.stream} ${ledger.seq} was not given`);
      else if (!receiptAgrees(receipt, entry)) this.findings.wrong(`${zh}：与台账不一致`, `${en}: the ledger says something else`);
      else if (!this.isVerified(receipt)) this.findings.open(`${zh}：与台账一致，但回执的签名未核实`, `${en}: agrees with the ledger, but its signature is not verified`);
      else this.findings.proven(`${zh}：与台账 ${ledger.stream} 第 ${ledger.seq} 条一致`, `${en}: agrees with ledger entry ${ledger.stream} ${ledger.seq}`);
    }
  }

  /** The streams that are whole from their first entry. */
  private checkStreams(isEverything: boolean): Map<string, readonly PublicEntry[]> {
    const whole = new Map<string, readonly PublicEntry[]>();
    for (const [stream, known] of this.streams) {
      const entries = [...known.values()].sort((a, b) => a.seq - b.seq);
      const problem = findBreak(stream, entries);
      if (problem !== null) {
        const isPart = problem.what === 'missing' && !isEverything;
        const [zh, en] = [`${stream} 第 ${problem.seq} 条：${chainWords[problem.what].zh}`, `${stream} ${problem.seq}: ${chainWords[problem.what].en}`];
        if (isPart) this.findings.open(`${zh}，请从第 1 条起下载全部`, `${en}; download the stream from entry 1`);
        else this.findings.wrong(zh, en);
        continue;
      }
      whole.set(stream, entries);
      this.findings.proven(`${stream} 第 1–${entries.length} 条逐条相扣，没有缺漏改动`, `${stream} 1–${entries.length}: chained, nothing missing or changed`);
    }
    return whole;
  }

  /** The reader's own number, in the lanes found to be in order. */
  private tellNumber({ group, queueNumber }: { readonly group: Group; readonly queueNumber: number }, whole: ReadonlyMap<string, readonly PublicEntry[]>, sound: ReadonlySet<string>): void {
    const zh = ticketLabel(group, queueNumber);
    const en = `${group} ${queueNumber}`;
    if (!whole.has(`group.${group}`)) return this.findings.open(`${zh}：未提供 group.${group} 的全部记录`, `${en}: the whole stream group.${group} was not given`);
    const { given, voided, joined, left, turns, turnsBefore, isLeftBehind } = historyOfNumber(group, queueNumber, whole);
    if (given === null) return this.findings.wrong(`${zh}：没有发放记录`, `${en}: was never given out`);
    if (isLeftBehind) return this.findings.open(`${zh}：同批号码已进入排队，本号没有；如果没有正在处理的异议，请向单位查询`, `${en}: others of its batch have joined the queue, it has not; ask why unless an objection is being decided`);
    const story = [`${given.stream} 第 ${given.seq} 条发放`];
    if (joined !== null) story.push(`${joined.stream} 第 ${joined.seq} 条进入排队`, `其间排在它前面的轮到 ${turnsBefore} 次`);
    for (const { seq, outcome } of turns) story.push(`第 ${seq} 条轮到本号，${outcome === 'open' ? '尚未结束' : outcome}`);
    if (left !== null) story.push(`第 ${left.seq} 条退出排队`);
    if (voided !== null) story.push(`${voided.stream} 第 ${voided.seq} 条作废`);
    const told = `${zh}：${story.join('；')}`;
    if (joined === null) return this.findings.open(`${told}；尚未进入排队，或所在通道的记录未提供`, `${en}: given out, not yet in a queue, or its lane was not given`);
    if (sound.has(joined.stream)) this.findings.proven(`${told}。它前面的每一次轮到都按序，没有被越过`, `${en}: joined at ${joined.stream} ${joined.seq}; ${turnsBefore} turns before its own, each in order`);
    else this.findings.open(`${told}。所在通道的次序有问题，见上`, `${en}: the order of its lane is not proven, see above`);
  }

  /** Replays the lanes; the streams of those in order. */
  private checkLanes(whole: ReadonlyMap<string, readonly PublicEntry[]>, isSealed: boolean, options: CheckOptions): Set<string> {
    const sound = new Set<string>();
    const used = new Map<number, LaneRules>();
    const rulesOf = (version: number) => {
      const rules = options.rulesOf(version) ?? this.foundRules.get(version) ?? null;
      if (rules !== null) used.set(version, rules);
      return rules;
    };
    for (const [stream, lane] of whole) {
      if (!stream.startsWith('lane.')) continue;
      const laneId = stream.slice('lane.'.length);
      const needed = groupsNeeded(lane).map((group) => `group.${group}`);
      const missing = needed.filter((name) => !whole.has(name));
      if (missing.length > 0) {
        this.findings.open(`${laneId} 通道：还需下载 ${missing.join('、')} 才能核对次序`, `lane ${laneId}: download ${missing.join(', ')} as well to check its order`);
        continue;
      }
      const groups = needed.map((name) => whole.get(name)!);
      const { problems, turns, ended, numbers, left, deferredLong, unknownTypes } = replayLane({ laneId, lane, groups, rulesOf });
      if (problems.length === 0) {
        sound.add(stream);
        this.findings.proven(`${laneId} 通道：${numbers} 个顺序号、${turns} 次轮到（${ended} 次已结束）全部按序，无人被越过，时长足额，截止时刻只延后`, `lane ${laneId}: ${numbers} numbers, ${turns} turns (${ended} ended), all in order; nobody passed over, no turn too short, deadlines only moved later`);
        if (!isSealed) this.findings.open(`${laneId} 通道：没有签名核实过的日封存，不能证明别人看到的是同一本台账`, `lane ${laneId}: without verified seals this does not prove that others are shown the same ledger`);
      }
      for (const { stream: where, seq, what, about } of problems.slice(0, SHOWN)) this.findings.wrong(`${where} 第 ${seq} 条：${laneWords[what].zh} ${about}`.trim(), `${where} ${seq}: ${laneWords[what].en} ${about}`.trim());
      if (problems.length > SHOWN) this.findings.wrong(`${laneId} 通道：另有 ${problems.length - SHOWN} 处问题`, `lane ${laneId}: ${problems.length - SHOWN} more problems`);
      if (left.length > 0) this.findings.open(`${laneId} 通道：${left.length} 个顺序号退出排队，缘由不公开，由本户核对：${left.slice(0, SHOWN).join('、')}${left.length > SHOWN ? '……' : ''}`, `lane ${laneId}: ${left.length} numbers left the queue; why is not public, their families know: ${left.slice(0, SHOWN).join(', ')}`);
      if (deferredLong.length > 0) this.findings.open(`${laneId} 通道：顺延到了下一个通知时段开始之后，请向单位查询（Q8）：${deferredLong.slice(0, SHOWN).join('、')}`, `lane ${laneId}: deferred beyond the next notification window: ${deferredLong.slice(0, SHOWN).join(', ')}`);
      if (unknownTypes.length > 0) this.findings.open(`${laneId} 通道：有不认识的记录种类，未据此采信任何事：${unknownTypes.join('、')}`, `lane ${laneId}: kinds of entry not known, and not believed: ${unknownTypes.join(', ')}`);
    }
    this.checkBetweenLanes(whole, sound);
    this.nameRules(used);
    return sound;
  }

  /** What no lane shows alone; a lane that somebody joined out of another is not sound. */
  private checkBetweenLanes(whole: ReadonlyMap<string, readonly PublicEntry[]>, sound: Set<string>): void {
    const { inTwoLanes, notJoined } = compareLanes(whole);
    for (const { name, stream, seq, other } of inTwoLanes) {
      sound.delete(stream);
      this.findings.wrong(`${stream} 第 ${seq} 条：${name} 同时在 ${other} 排队，一个号用于两个通道（Q1）`, `${stream} ${seq}: ${name} is in ${other} at the same time: one number in two lanes (Q1)`);
    }
    for (const [group, numbers] of notJoined) {
      const names = `${numbers.slice(0, SHOWN).join('、')}${numbers.length > SHOWN ? '……' : ''}`;
      this.findings.open(`${group}：同批号码已进入排队，这 ${numbers.length} 个没有，也未作废：${names}；如果没有正在处理的异议，也不属于未提供的通道，就是被越过了（G5）`, `${group}: others of their batch joined a queue, these ${numbers.length} did not and are not void: ${names}; unless an objection is being decided or their lane was not given, they were passed over (G5)`);
    }
  }

  /** The rules are the server's word too: the reader compares them with the ones in force. */
  private nameRules(used: ReadonlyMap<number, LaneRules>): void {
    for (const [version, { windowStartMs, windowEndMs, turnMs, maxDeferrals }] of used) {
      const [from, to, hours] = [clockTime(windowStartMs), clockTime(windowEndMs), turnMs / HOUR_MS];
      this.findings.open(`按第 ${version} 版选房规则判定：${from}–${to} 之间开始，每次 ${hours} 小时，无送达凭证最多顺延 ${maxDeferrals} 次；请与公布的规则核对`, `judged by rule set ${version}: turns start ${from}–${to}, last ${hours} h, deferred at most ${maxDeferrals} times without proof; compare with the published rules`);
    }
  }

  /** A text signed with none of the keys the reader gave is a forgery to that reader. */
  private signature(zh: string, en: string, verdict: SignatureVerdict, hasKeys: boolean, more = ''): void {
    if (verdict === 'valid') this.findings.proven(`${zh}：签名有效${more}`, `${en}: signature valid`);
    else if (verdict === 'invalid') this.findings.wrong(`${zh}：签名无效`, `${en}: signature invalid`);
    else if (verdict === 'cannotCheck') this.findings.open(`${zh}：本设备不能核对签名，请换一台设备`, `${en}: this device cannot check signatures`);
    else if (hasKeys) this.findings.wrong(`${zh}：不是用所给的公钥签名的；单位若换过公钥，请把历次公布的都给出`, `${en}: not signed with a key that was given; if the key was ever changed, give all that were published`);
    else this.findings.open(`${zh}：没有对应的公钥，签名未核对`, `${en}: its key was not given; signature not checked`);
  }
}

/** `HH:mm` of a time of day. */
function clockTime(ms: number): string {
  return `${String(Math.floor(ms / HOUR_MS)).padStart(2, '0')}:${String(Math.floor((ms % HOUR_MS) / MINUTE_MS)).padStart(2, '0')}`;
}

/** The kind a signed text says it is; null when it is none of ours. */
function kindOf(body: string): 'pick' | 'daySeal' | 'export' | null {
  try {
    const { kind } = JSON.parse(body) as { kind?: unknown };
    return kind === 'pick' || kind === 'daySeal' || kind === 'export' ? kind : null;
  } catch {
    return null;
  }
}

function isSigned(value: unknown): value is Signed {
  const given = value as Record<string, unknown> | null;
  return typeof given === 'object' && given !== null && typeof given['body'] === 'string' && typeof given['signature'] === 'string' && typeof given['keyId'] === 'string';
}

function isEntry(value: unknown): value is PublicEntry {
  const given = value as Record<string, unknown> | null;
  return typeof given === 'object' && given !== null && typeof given['stream'] === 'string' && Number.isSafeInteger(given['seq']) && Number.isFinite(given['atMs']) && typeof given['type'] === 'string'
    && typeof given['open'] === 'object' && given['open'] !== null && typeof given['hash'] === 'string' && typeof given['prevHash'] === 'string' && typeof given['detailHash'] === 'string';
}
