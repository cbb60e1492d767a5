/** S4: the receipt of a pick (选房回执): what a family keeps, signed as it stands, naming its ledger position. */
import { canonicalJson } from '../../../shared/canonical-json';
import type { ReceiptContent, Receipt } from '../../../shared/contract/schemas';
import type { Kernel } from '../../kernel';
import { maskName } from '../../security/masking';
import type { Household, LedgerEntry, Listing, Pick as PickDoc, Ticket } from '../../store/collections';

export interface ReceiptFacts {
  readonly ticket: Ticket;
  readonly listing: Listing;
  readonly household: Household;
  readonly entry: LedgerEntry;
  readonly assisted: boolean;
  readonly ranked: boolean;
  readonly pickedAtMs: number;
}

/** A home's address as people say it. */
export function addressOf(listing: Pick<Listing, 'communityName' | 'building' | 'entrance' | 'room'>): string {
  return `${listing.communityName}${listing.building}${listing.entrance}${listing.room}${/^\d+$/.test(listing.room) ? '室' : ''}`;
}

/** The stored form: the signed text, its signature, and which key signed. */
export function signReceipt(kernel: Pick<Kernel, 'signer' | 'crypto'>, facts: ReceiptFacts): PickDoc['receipt'] {
  const { ticket, listing, entry } = facts;
  const content: ReceiptContent = {
    kind: 'pick', ticketId: ticket.id, group: ticket.group, queueNumber: ticket.queueNumber,
    applicantMasked: maskName(kernel.crypto.open(facts.household.applicantSealed)),
    listingId: listing.id, address: addressOf(listing), bedrooms: listing.bedrooms, areaSqm: listing.areaSqm, rentFen: listing.rentFen,
    pickedAtMs: facts.pickedAtMs, assisted: facts.assisted, ...(facts.ranked ? { ranked: true as const } : {}), ruleSetVersion: ticket.ruleSetVersion,
    ledger: { stream: entry.stream, seq: entry.seq, hash: entry.hash },
  };
  const body = canonicalJson(content);
  return { body, signature: kernel.signer.sign(body), keyId: kernel.signer.keyId };
}

/** The form families get. */
export function presentReceipt(kernel: Pick<Kernel, 'publicKeys'>, pick: PickDoc): Receipt {
  return { content: JSON.parse(pick.receipt.body) as ReceiptContent, ...pick.receipt, publicKey: kernel.publicKeys[pick.receipt.keyId] ?? '' };
}
