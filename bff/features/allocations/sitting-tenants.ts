/**
 * Tenants who lived in their homes before the system knew them: registered by the operator from their papers, so that they
 * may ask for a transfer or a swap, and are in no other case meanwhile (V3).
 */
import type { z } from 'zod/mini';
import type { registerTenancy } from '../../../shared/contract/tenancy-schemas';
import type { FieldProblem } from '../../../shared/errors';
import { dayOf, isDay } from '../../../shared/shanghai-time';
import { readPhone } from '../../domain/registers/people';
import { tidy } from '../../domain/registers/text';
import { checkPeople } from '../../domain/review/content';
import type { Kernel } from '../../kernel';
import type { Listing } from '../../store/collections';
import type { Work } from '../../store/change';
import { OFFICE_STREAM } from '../../store/ledger';
import { tellHousehold } from '../contact/tell';
import { heldElsewhere, identityIndexes, openCase } from '../households/case';
import { addressOf } from '../selection/receipt';
import { beginTenancy, runningTenancy, type Tenancy } from './tenancies';

export type SittingTenant = z.infer<typeof registerTenancy>;
export type Registered = { readonly tenancy: Tenancy } | { readonly problems: readonly FieldProblem[] } | { readonly refusal: 'STATE_MISMATCH' | 'ALREADY_DONE' | 'PERSON_IN_OPEN_CASE' };

/** A home the register knows as let, or one just reported that was never on offer. */
export async function registerSittingTenant(kernel: Kernel, work: Work, listing: Listing, given: SittingTenant): Promise<Registered> {
  const { tx, nowMs } = work;
  const problems: FieldProblem[] = [];
  const add = (path: string, message: string) => {
    problems.push({ path, message });
    return null;
  };
  const people = checkPeople(given, dayOf(nowMs), add);
  const phone = readPhone({ kind: 'text', text: given.phone });
  if (!phone.ok) add('phone', phone.reason);
  if (!isDay(given.startedDay) || given.startedDay > dayOf(nowMs)) add('startedDay', '应为今天或以前的日期');
  if (problems.length > 0 || !phone.ok) return { problems };

  if (await runningTenancy(tx, { listingId: listing.id })) return { refusal: 'ALREADY_DONE' };
  if (listing.state !== 'leased' && listing.state !== 'draft') return { refusal: 'STATE_MISMATCH' };
  if (await heldElsewhere(tx, identityIndexes(kernel, people), '')) return { refusal: 'PERSON_IN_OPEN_CASE' };
  // Named after its place in the ledger: unique, and the same when the transaction is tried again.
  const entry = await work.record({ stream: OFFICE_STREAM, type: 'SittingTenantRegistered', open: {}, detail: { listingId: listing.id, contractNumber: given.contractNumber, documents: given.documents, before: listing.state, after: 'leased' } });
  const householdId = `household-sitting-${entry.seq}`;
  await openCase(kernel, work, {
    id: householdId, district: listing.district, street: tidy(given.street), size: people.length, priorityCategory: null, applicantSealed: kernel.crypto.seal(people[0]!.name), applicantNameIndex: kernel.crypto.blindIndex('name', people[0]!.name),
    phoneSealed: kernel.crypto.seal(phone.value), phoneIndex: kernel.crypto.blindIndex('phone', phone.value), wechatOpenIdSealed: null, source: 'sittingTenant',
  }, people);
  // Its version too is what somebody who reports it vacated meets on.
  await tx.listings.replace({ ...listing, state: 'leased' });
  const tenancy = await beginTenancy(work, { householdId, listingId: listing.id, district: listing.district, contractNumber: given.contractNumber, startedDay: given.startedDay, origin: 'registered', originId: 'sitting' });
  await tellHousehold(kernel, work, householdId, { kind: 'tenancyRegistered', subjectId: tenancy.id, occasion: '1', payload: { address: addressOf(listing) } });
  return { tenancy };
}
