/** Checking a receipt of a pick (选房回执, S4): its signature, and that the ledger says the same at the place it names. */
import type { ReceiptContent } from '../contract/schemas';
import type { PublicEntry } from './entry';
import { isEntryWhole } from './entry';
import type { Signed } from './seal';

/** The content of a receipt's text; null when it is not a receipt. */
export function readReceipt(body: string): ReceiptContent | null {
  try {
    const content = JSON.parse(body) as ReceiptContent;
    return content.kind === 'pick' && typeof content.ledger.stream === 'string' && Number.isSafeInteger(content.ledger.seq) && typeof content.ledger.hash === 'string' ? content : null;
  } catch {
    return null;
  }
}

/** Whether the entry is the one the receipt names, unchanged, and says what the receipt says. */
export function receiptAgrees(receipt: Pick<Signed, 'body'>, entry: PublicEntry): boolean {
  const content = readReceipt(receipt.body);
  if (content === null || !isEntryWhole(entry)) return false;
  const { ledger } = content;
  return entry.stream === ledger.stream && entry.seq === ledger.seq && entry.hash === ledger.hash && entry.type === 'HomePicked' && entry.atMs === content.pickedAtMs
    && entry.open['group'] === content.group && entry.open['queueNumber'] === content.queueNumber && entry.open['listingId'] === content.listingId;
}
