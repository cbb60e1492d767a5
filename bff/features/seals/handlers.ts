/** Seals and proofs for everyone (S2). Nothing is computed from entries: a proof reads its entry, one range, one seal and a page a floor. */
import { isDay } from '../../../shared/shanghai-time';
import type { SealView } from '../../../shared/contract/supervision-schemas';
import { leafIndex, type SealContent } from '../../../shared/verify/seal';
import type { RuleSetValues } from '../../domain/rules/rule-set';
import { pagesOfProof, pathOf } from '../../domain/seal/tower';
import { refuse, type Handlers } from '../../http/request';
import type { Kernel } from '../../kernel';
import type { Seal } from '../../store/collections';
import { isPublicStream, ledgerEntryId } from '../../store/ledger';
import type { Tx } from '../../store/port';
import { pageId } from './seal-days';

const PAGE = 31;
const MAX_PAGE = 99;
const SEQ = /^[1-9]\d{0,9}$/;

export function sealHandlers(kernel: Kernel): Handlers {
  return {
    listSeals: ({ query }) => kernel.store.read(async (tx) => {
      const limit = Math.min(Number(query.limit ?? PAGE), MAX_PAGE);
      const found = await tx.seals.find({ state: 'sealed', ...(query.beforeNumber === undefined ? {} : { number: { lt: Number(query.beforeNumber) } }) }, { sort: [['number', 'desc']], limit });
      return { seals: found.map((seal) => presentSeal(kernel, seal)), nextBeforeNumber: found.length < limit ? null : found.at(-1)!.number };
    }),
    getSeal: ({ params }) => kernel.store.read(async (tx) => {
      const day = params['day'] ?? '';
      const seal = isDay(day) ? await tx.seals.get(`seal-${day}`) : null;
      if (seal?.state === 'sealed') return presentSeal(kernel, seal);
      const [last] = await tx.seals.find({ state: 'sealed' }, { sort: [['number', 'desc']], limit: 1 });
      // A day before the first seal never gets one.
      return refuse(isDay(day) && (last === undefined || day > last.day) ? 'NOT_YET_SEALED' : 'NOT_FOUND');
    }),
    listRules: () => kernel.store.read(async (tx) => {
      const sets = await tx.ruleSets.find({}, { sort: [['number', 'asc']] });
      return {
        rules: sets.map(({ number, effectiveAtMs, values }) => {
          const { windowStartMs, windowEndMs, turnMs, maxDeferrals, rankedPickOffered } = values as unknown as RuleSetValues;
          return { version: number, effectiveAtMs, windowStartMs, windowEndMs, turnMs, maxDeferrals, rankedPickOffered };
        }),
      };
    }),
    getEntryProof: ({ params }) => kernel.store.read(async (tx) => {
      const { stream = '', seq = '' } = params;
      // The same answer for an internal stream as for none.
      const entry = isPublicStream(stream) && SEQ.test(seq) ? await tx.ledger.get(ledgerEntryId(stream, Number(seq))) : null;
      if (entry === null) return refuse('NOT_FOUND');
      const [range] = await tx.sealRanges.find({ stream, toSeq: { gte: entry.seq } }, { sort: [['toSeq', 'asc']], limit: 1 });
      const seal = range === undefined ? null : await tx.seals.get(range.sealId);
      if (seal?.state !== 'sealed') return refuse('NOT_YET_SEALED');
      const view = presentSeal(kernel, seal);
      const index = leafIndex(view.content, stream, entry.seq);
      if (index === null) throw new Error(`${seal.id} does not cover ${entry.id}`);
      const { atMs, type, open, detailHash, prevHash, hash } = entry;
      return { entry: { stream, seq: entry.seq, atMs, type, open, detailHash, prevHash, hash }, index, path: await readPath(tx, seal.id, index, view.content.size), seal: view };
    }),
  };
}

async function readPath(tx: Tx, sealId: string, index: number, size: number): Promise<string[]> {
  const pages = [];
  for (const page of pagesOfProof(index, size)) {
    const stored = await tx.sealPages.get(pageId(sealId, page.floor, page.index));
    if (stored === null) throw new Error(`${sealId} lacks page ${page.floor}/${page.index}`);
    pages.push(stored);
  }
  return pathOf(index, pages);
}

function presentSeal(kernel: Pick<Kernel, 'publicKeys'>, { body, hash, signature, keyId }: Seal): SealView {
  return { content: JSON.parse(body) as Omit<SealContent, 'streams'> & { streams: SealView['content']['streams'] }, body, hash, signature, keyId, publicKey: kernel.publicKeys[keyId] ?? '' };
}
