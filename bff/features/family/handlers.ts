/** What a family sees of itself: its household, its places in the queue, the homes it may pick. */
import { refuse, type Handlers } from '../../http/request';
import type { Kernel } from '../../kernel';
import { maskName, maskPhone } from '../../security/masking';
import { laneStream } from '../../store/ledger';
import { isRevealed } from '../batch/tickets';
import { presentHome } from '../listings/present';
import { mayActForHousehold } from '../selection/policy';
import { readPlace } from './place';

export function familyHandlers(kernel: Kernel): Handlers {
  return {
    getMe: async ({ caller }) => {
      if (caller.kind !== 'family') return refuse('SIGN_IN_REQUIRED');
      return kernel.store.read(async (tx) => {
        const found = await tx.households.find({ phoneIndex: caller.phoneIndex }, { sort: [['id', 'asc']], limit: 20 });
        const households = [];
        for (const household of found) {
          const tickets = await tx.tickets.find({ householdId: household.id }, { sort: [['submittedAtMs', 'desc']], limit: 20 });
          const places = [];
          for (const ticket of tickets) if (await isRevealed(tx, ticket)) places.push(await readPlace(tx, ticket));
          households.push({
            id: household.id, applicantMasked: maskName(kernel.crypto.open(household.applicantSealed)),
            size: household.size, district: household.district, street: household.street, places,
          });
        }
        const phoneMasked = found[0] === undefined ? '' : maskPhone(kernel.crypto.open(found[0].phoneSealed));
        return { serverNowMs: kernel.clock.now(), phoneMasked, households };
      });
    },

    /** Q2: addresses and door numbers are for families called up; others see remaining numbers on the board. */
    listMyHomes: async ({ caller, params }) => kernel.store.read(async (tx) => {
      const ticket = await tx.tickets.get(params['ticketId'] ?? '');
      const household = ticket === null ? null : await tx.households.get(ticket.householdId);
      if (ticket === null || household === null || !mayActForHousehold(caller, household)) return refuse('NOT_FOUND');
      if (ticket.calledUpAtMs === null) return refuse('NOT_YOUR_TURN');
      const homes = await tx.listings.find({ laneId: ticket.laneId, state: 'available' }, { sort: [['communityName', 'asc'], ['building', 'asc'], ['entrance', 'asc'], ['floor', 'asc'], ['room', 'asc']], limit: 2_000 });
      const head = await tx.ledgerHeads.get(laneStream(ticket.laneId));
      return { serverNowMs: kernel.clock.now(), seq: head?.seq ?? 0, homes: homes.map(presentHome) };
    }),
  };
}
