/** W6: what a forfeit for lateness took is given back by a later act, while the home is still there to give. */
import type { AllocationView } from '../../domain/allocation/allocation';
import type { Kernel } from '../../kernel';
import type { Allocation, Forfeit } from '../../store/collections';
import type { Work } from '../../store/change';
import type { Tx } from '../../store/port';
import { heldElsewhere, reopenCase } from '../households/case';
import { takeHome } from '../listing-pool/pool';
import { forfeitId, reverseForfeit } from '../standing/forfeits';

/** What reinstating rests on. The home is written by it and members are unique in open cases: both hold until the commit. */
export async function loadReinstating(tx: Tx, a: Allocation): Promise<NonNullable<AllocationView['reinstating']>> {
  const [listing, forfeit] = [await tx.listings.get(a.listingId), await forfeitOf(tx, a)];
  const members = (await tx.members.find({ householdId: a.householdId })).filter(({ id }) => forfeit?.memberIds.includes(id));
  const areMembersFree = !(await heldElsewhere(tx, members.map(({ identityIndex }) => identityIndex), a.householdId));
  if (listing?.state !== 'available') return { home: 'gone', areMembersFree };
  // Q4: who has the turn may pick any home on offer; taking the last one from under its hands would make it miss.
  const lane = await tx.lanes.get(listing.laneId);
  const isLastInTurn = lane !== null && lane.openTurnId !== null && (await tx.listings.count({ laneId: listing.laneId, state: 'available' })) <= 1;
  return { home: isLastInTurn ? 'lastInTurn' : 'free', areMembersFree };
}

/** Home, pick, number, case and standing as they were before the forfeit. */
export async function reinstate(kernel: Kernel, work: Work, a: Allocation, reason: string): Promise<void> {
  const { tx } = work;
  const [pick, ticket, listing, forfeit] = [await tx.picks.get(a.pickId), await tx.tickets.get(a.ticketId), await tx.listings.get(a.listingId), await forfeitOf(tx, a)];
  if (pick === null || ticket === null || listing === null || forfeit === null) throw new Error(`allocation ${a.id} without its pick, ticket, home or forfeit`);
  await takeHome(work, listing, 'allocated', 'reinstated');
  await tx.picks.replace({ ...pick, active: true });
  await tx.tickets.replace({ ...ticket, state: 'picked' });
  await reverseForfeit(kernel, work, forfeit, reason);
  await reopenCase(work, forfeit.memberIds);
}

function forfeitOf(tx: Tx, { householdId, batchDay }: Allocation): Promise<Forfeit | null> {
  return tx.forfeits.get(forfeitId(householdId, batchDay));
}
