/** S2: every day is sealed, once, in order, over every entry of the public ledger; proofs hold for whoever asks. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../../shared/canonical-json';
import { checkSignature, findProofProblem, type EntryProof, type SealContent } from '../../../shared/verify/seal';
import { verifySignature } from '../../../bff/security/signer';
import { dateOf, dayNumber, dayOfDate, midnight } from '../days';
import type { Acts } from './acts';

interface SealView {
  readonly content: SealContent;
  readonly body: string;
  readonly hash: string;
  readonly signature: string;
  readonly keyId: string;
  readonly publicKey: string;
}

export class Sealing {
  /** The last seal that was seen: its number, day, and hash; what each stream is sealed up to. */
  private last = { number: 0, day: 0, hash: '0'.repeat(64) };
  private readonly sealedTo = new Map<string, number>();

  constructor(private readonly acts: Acts) {}

  /** Reads the seals that are new, and holds them against the ledger as it was seen to be written. */
  async inspects(): Promise<void> {
    const { acts } = this;
    const { oracle } = acts.sim;
    await acts.sim.run('seals are inspected', async () => {
      const answer = await acts.ask<{ seals: SealView[] }>('listSeals', { kind: 'public' }, { query: { limit: '31' } });
      const fresh = (answer?.seals ?? []).filter(({ content }) => content.number > this.last.number).sort((a, b) => a.content.number - b.content.number);
      for (const seal of fresh) this.inspect(seal);
      const today = dayNumber(acts.nowMs);
      oracle.check(oracle.publicEntries.size === 0 || this.last.day === 0 || this.last.day === today - 1, () => `S2: every day that is over is sealed, not only up to ${dateOf(this.last.day)}`);
      for (const seal of fresh) await this.proves(seal);
      return fresh;
    });
  }

  private inspect(seal: SealView): void {
    const { oracle, world } = this.acts.sim;
    const { content, body, hash, signature, keyId, publicKey } = seal;
    const day = dayOfDate(content.day);
    const check = (holds: boolean, what: string) => oracle.check(holds, () => `S2: seal ${content.number} of ${content.day} ${what}`);
    check(content.number === this.last.number + 1 && (this.last.day === 0 || day === this.last.day + 1), `follows ${this.last.number} of ${dateOf(this.last.day)}`);
    check(content.prevHash === this.last.hash, 'names the seal before');
    check(canonicalJson(content) === body && sm3(Buffer.from(body, 'utf8')).toString('hex') === hash, 'is what its text says');
    check(world.keys.publicKeys[keyId] === publicKey && verifySignature(publicKey, body, signature), 'is signed');
    const leaves: Buffer[] = [];
    const named = new Set(content.streams.map(({ stream }) => stream));
    for (const { stream, fromSeq, seq, hash: head } of content.streams) {
      const entries = oracle.publicEntries.get(stream) ?? [];
      check(fromSeq === (this.sealedTo.get(stream) ?? 0) && seq >= fromSeq, `goes on where ${stream} was sealed, at ${this.sealedTo.get(stream) ?? 0}, not ${fromSeq}`);
      check(entries[seq - 1]?.hash === head, `names the head of ${stream}`);
      for (const entry of entries.slice(fromSeq, seq)) leaves.push(sm3(Buffer.concat([Buffer.of(0), Buffer.from(entry.hash, 'hex')])));
      this.sealedTo.set(stream, seq);
    }
    for (const [stream, entries] of oracle.publicEntries) {
      // What was written by the day's end is under its seal; what is written late and dated early, under the next.
      const next = entries[this.sealedTo.get(stream) ?? 0];
      check(next === undefined || next.seenAtMs >= midnight(day + 1), `covers ${stream} to the day's end, not up to ${this.sealedTo.get(stream) ?? 0}`);
      check(!this.sealedTo.has(stream) || named.has(stream), `names ${stream}`);
    }
    check(content.size === leaves.length && rootOf(leaves).toString('hex') === content.root, `covers its ${leaves.length} entries, and says ${content.size}`);
    oracle.books.counts.seals += 1;
    this.last = { number: content.number, day, hash };
  }

  /** A family downloads the proof of some entry, and checks it with the public verifier. */
  private async proves(seal: SealView): Promise<void> {
    const { acts } = this;
    const covered = seal.content.streams.filter(({ fromSeq, seq }) => seq > fromSeq);
    if (covered.length === 0) return;
    const { stream, fromSeq, seq } = acts.chance.of(covered);
    const wanted = acts.chance.int(fromSeq + 1, seq);
    const proof = await acts.ask<EntryProof>('getEntryProof', { kind: 'public' }, { params: { stream, seq: String(wanted) } });
    if (proof === null) return;
    const { oracle, world } = acts.sim;
    oracle.check(proof.entry.hash === oracle.publicEntries.get(stream)?.[wanted - 1]?.hash, () => `S2: the proof of ${stream} ${wanted} is about that entry`);
    const problem = findProofProblem(proof);
    oracle.check(problem === null, () => `S2: the proof of ${stream} ${wanted} holds, not ${String(problem)}`);
    // The verifier's own signature check is slow: now and then.
    if (oracle.books.counts.proofs % 20 === 0) oracle.check(checkSignature(proof.seal, world.keys.publicKeys) === 'valid', () => `S2: the seal over ${stream} ${wanted} is signed`);
    oracle.books.counts.proofs += 1;
  }
}

const sm3 = (bytes: Buffer): Buffer => createHash('sm3').update(bytes).digest();

/** RFC 6962: the root over leaves; of none, the hash of nothing. */
function rootOf(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return sm3(Buffer.alloc(0));
  if (leaves.length === 1) return leaves[0]!;
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  return sm3(Buffer.concat([Buffer.of(1), rootOf(leaves.slice(0, half)), rootOf(leaves.slice(half))]));
}
