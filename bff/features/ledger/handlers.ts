/** The public ledger (S2): anyone may read every lane's and group's entries and check the chain; receipts too (S4). */
import type { ReceiptContent } from '../../../shared/contract/schemas';
import { refuse, type Handlers } from '../../http/request';
import type { Kernel } from '../../kernel';
import { verifySignature } from '../../security/signer';
import { isPublicStream, ledgerEntryId, publicHeads } from '../../store/ledger';

const PAGE = 100;
const MAX_PAGE = 500;

export function ledgerHandlers(kernel: Kernel): Handlers {
  return {
    listLedgerStreams: ({ query }) => kernel.store.read(async (tx) => {
      const limit = Math.min(Number(query.limit ?? PAGE), MAX_PAGE);
      const heads = await publicHeads(tx, { limit, ...(query.cursor === undefined ? {} : { after: query.cursor }) });
      return { streams: heads.map(({ id, seq, hash }) => ({ stream: id, seq, hash })), nextCursor: heads.length < limit ? null : heads.at(-1)!.id };
    }),
    getLedger: ({ params, query }) => kernel.store.read(async (tx) => {
      const stream = params['stream'] ?? '';
      // The same answer for an internal stream as for none.
      const head = isPublicStream(stream) ? await tx.ledgerHeads.get(stream) : null;
      if (head === null) return refuse('NOT_FOUND');
      const limit = Math.min(Number(query.limit ?? PAGE), MAX_PAGE);
      const entries = await tx.ledger.find({ stream, seq: { gt: Number(query.afterSeq ?? 0) } }, { sort: [['seq', 'asc']], limit });
      return {
        stream, head: { seq: head.seq, hash: head.hash },
        entries: entries.map(({ seq, atMs, type, open, detailHash, prevHash, hash }) => ({ stream, seq, atMs, type, open, detailHash, prevHash, hash })),
      };
    }),
    getSigningKey: async () => ({ keyId: kernel.signer.keyId, publicKey: kernel.signer.publicKeyHex, algorithm: 'SM2-SM3' }),
    checkReceipt: async ({ body }) => {
      const publicKey = Object.hasOwn(kernel.publicKeys, body.keyId) ? kernel.publicKeys[body.keyId] : undefined;
      const valid = publicKey !== undefined && verifySignature(publicKey, body.body, body.signature);
      if (!valid) return { valid: false, inLedger: false };
      const { ledger } = JSON.parse(body.body) as ReceiptContent;
      const entry = await kernel.store.read((tx) => tx.ledger.get(ledgerEntryId(ledger.stream, ledger.seq)));
      return { valid: true, inLedger: entry !== null && entry.hash === ledger.hash };
    },
  };
}
