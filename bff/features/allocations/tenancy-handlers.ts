/** Tenancies over HTTP: sitting tenants registered by the operator of the home's district, and who lives where. */
import type { AnswerOf } from '../../../shared/contract/routes';
import { pageOf } from '../../http/page';
import { actOf, Refusal, refuse, type Handlers } from '../../http/request';
import type { Kernel } from '../../kernel';
import { maskName } from '../../security/masking';
import { change } from '../../store/change';
import { recall, remember } from '../../store/once';
import { UniqueViolation, type Tx } from '../../store/port';
import { listingActorOf, maySeeListings } from '../listing-pool/policy';
import { addressOf } from '../selection/receipt';
import { registerSittingTenant } from './sitting-tenants';
import type { Tenancy } from './tenancies';

type Answer = AnswerOf<'registerTenancy'>;

export function tenancyHandlers(kernel: Kernel): Handlers {
  async function present(tx: Tx, { id, householdId, listingId, contractNumber, startedDay, origin }: Tenancy): Promise<Answer> {
    const [household, listing] = [await tx.households.get(householdId), await tx.listings.get(listingId)];
    if (household === null || listing === null) throw new Error(`tenancy ${id} without its household or home`);
    return { id, householdId, listingId, contractNumber, startedDay, origin, address: addressOf(listing), applicantMasked: maskName(kernel.crypto.open(household.applicantSealed)) };
  }

  return {
    registerTenancy: async (request) => {
      const { caller, body } = request;
      if (caller.kind !== 'staff' || caller.role !== 'operator') return refuse('FORBIDDEN');
      const once = { subject: `staff ${caller.staffId}`, key: request.idempotencyKey, request: { why: 'registerTenancy', body } };
      try {
        return await change(kernel, actOf(request, '登记系统上线前已入住的承租家庭'), async (work) => {
          const listing = await work.tx.listings.get(body.listingId);
          if (listing === null || listingActorOf(caller, listing.district) !== 'operator') return refuse('NOT_FOUND');
          const earlier = await recall<Answer>(work, once);
          if (earlier !== null) return earlier.kind === 'reused' ? refuse('IDEMPOTENCY_KEY_REUSED') : earlier.answer;
          if (listing.version !== body.version) return refuse('REQUEST_IN_CONFLICT');
          const outcome = await registerSittingTenant(kernel, work, listing, body);
          if ('problems' in outcome) return refuse('VALIDATION_FAILED', { fields: outcome.problems });
          if ('refusal' in outcome) return refuse(outcome.refusal);
          const answer = await present(work.tx, outcome.tenancy);
          await remember(work, once, answer);
          return answer;
        });
      } catch (error) {
        // Somebody of the family came into another case, or the home into another lease, at the same moment (V3).
        if (error instanceof UniqueViolation) return refuse(error.index === 'onePersonOneOpenCase' ? 'PERSON_IN_OPEN_CASE' : 'ALREADY_DONE');
        throw error;
      }
    },

    listTenancies: ({ caller, query }) => kernel.store.read(async (tx) => {
      if (!maySeeListings(caller, query.district)) return refuse('FORBIDDEN');
      const page = await pageOf(tx.tenancies, { district: query.district, isRunning: true }, [['startedDay', 'asc']], query);
      if (page instanceof Refusal) return page;
      const tenancies: Answer[] = [];
      for (const tenancy of page.found) tenancies.push(await present(tx, tenancy));
      return { tenancies, next: page.next };
    }),
  };
}
