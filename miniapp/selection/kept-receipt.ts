/** The receipt just answered, so that the next page shows it at once, even if the network went away in between. */
import type { Receipt } from '@shared/contract/schemas';
import { storage } from '@/services/storage';

const nameOf = (ticketId: string) => `receipt:${ticketId}`;

export function keepReceipt(receipt: Receipt): void {
  storage.set(nameOf(receipt.content.ticketId), JSON.stringify(receipt));
}

/** The kept receipt of this ticket, if there is one. */
export function readKeptReceipt(ticketId: string): Receipt | null {
  const text = storage.get(nameOf(ticketId));
  if (text === undefined) return null;
  try {
    return JSON.parse(text) as Receipt;
  } catch {
    return null;
  }
}
