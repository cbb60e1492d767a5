/**
 * Households for staff (P2): found by blind index, shown masked. The full value is given to who needs it, on
 * request, and the request is in the household's ledger stream before the answer leaves.
 */
import type { AnswerOf } from '../../../shared/contract/routes';
import { isOpenState } from '../../domain/review/review';
import { readIdentityText } from '../../domain/registers/identity-number';
import { readPhone } from '../../domain/registers/people';
import { actOf, refuse, type Caller, type Handlers } from '../../http/request';
import type { Kernel } from '../../kernel';
import { maskIdentity, maskName, maskPhone } from '../../security/masking';
import type { Household } from '../../store/collections';
import { change } from '../../store/change';
import { householdStream } from '../../store/ledger';
import type { Tx } from '../../store/port';
import { dayOf } from '../../../shared/shanghai-time';
import { openContent } from '../applications/submit';
import { inOrder, openPerson } from './case';
import { changePhone } from './phone';
import { mayChangePhone, mayReveal, maySeeHousehold } from './policy';

/** One person is in few households over the years; one phone may speak for several. */
const FOUND_LIMIT = 20;

/** `onSessionEnded` cuts what else hangs on a session, such as its sockets. */
export function householdHandlers(kernel: Kernel, onSessionEnded: (sessionId: string) => void): Handlers {
  /** Applications that can still move: what a street clerk's need rests on. */
  const hasOpenApplication = async (tx: Tx, householdId: string) => (await tx.applications.find({ householdId })).some(({ state }) => isOpenState(state));

  async function present(tx: Tx, household: Household, caller: Caller): Promise<AnswerOf<'getHousehold'>> {
    const applications = (await tx.applications.find({ householdId: household.id })).filter(({ submittedAtMs }) => submittedAtMs !== null);
    const tickets = await tx.tickets.find({ householdId: household.id }, { sort: [['submittedAtMs', 'desc']], limit: FOUND_LIMIT });
    const { id, version, district, street, size, priorityCategory, source } = household;
    return {
      id, version, district, street, size, priorityCategory, source,
      applicantMasked: maskName(kernel.crypto.open(household.applicantSealed)), phoneMasked: maskPhone(kernel.crypto.open(household.phoneSealed)),
      members: inOrder(await tx.members.find({ householdId: id })).map((member) => {
        const person = openPerson(kernel, member);
        return { id: member.id, relation: member.relation, nameMasked: maskName(person.name), identityMasked: maskIdentity(person.identity), caseOpen: member.caseOpen };
      }),
      applications: applications.map((a) => ({ id: a.id, state: a.state, receiptNumber: a.receiptNumber, group: a.group, submittedAtMs: a.submittedAtMs })),
      tickets: tickets.map((t) => ({ id: t.id, group: t.group, queueNumber: t.queueNumber, state: t.state })),
      mayReveal: mayReveal(caller, household, applications.some(({ state }) => isOpenState(state))),
    };
  }

  return {
    searchPeople: async ({ caller, body }) => {
      if (caller.kind !== 'staff' || ['operator', 'administrator'].includes(caller.role)) return refuse('FORBIDDEN');
      const byIdentity = body.identity !== undefined;
      const reading = byIdentity ? readIdentityText(body.identity ?? '', dayOf(kernel.clock.now())) : readPhone({ kind: 'text', text: body.phone ?? '' });
      if (!reading.ok) return refuse('VALIDATION_FAILED', { fields: [{ path: byIdentity ? 'identity' : 'phone', message: reading.reason }] });
      return kernel.store.read(async (tx) => {
        const found = byIdentity
          ? await tx.members.find({ identityIndex: kernel.crypto.blindIndex('identity', reading.value) }, { limit: FOUND_LIMIT }).then((members) => Promise.all([...new Set(members.map(({ householdId }) => householdId))].map((id) => tx.households.get(id))))
          : await tx.households.find({ phoneIndex: kernel.crypto.blindIndex('phone', reading.value) }, { limit: FOUND_LIMIT });
        const households = [];
        // Another region's household is answered like none: that it exists is nobody else's business.
        for (const household of found) if (household !== null && maySeeHousehold(caller, household)) households.push(await present(tx, household, caller));
        return { households };
      });
    },

    getHousehold: ({ caller, params }) => kernel.store.read(async (tx) => {
      const household = await tx.households.get(params['householdId'] ?? '');
      return household === null || !maySeeHousehold(caller, household) ? refuse('NOT_FOUND') : present(tx, household, caller);
    }),

    changePhone: async (request) => {
      const { caller, params, body } = request;
      const reading = readPhone({ kind: 'text', text: body.phone });
      const outcome = await change(kernel, actOf(request, `更换联系电话：${body.place}`), async (work) => {
        const household = await work.tx.households.get(params['householdId'] ?? '');
        if (household === null || !maySeeHousehold(caller, household)) return 'NOT_FOUND' as const;
        if (!mayChangePhone(caller, household)) return 'FORBIDDEN' as const;
        if (household.version !== body.version) return 'REQUEST_IN_CONFLICT' as const;
        if (!reading.ok) return 'VALIDATION_FAILED' as const;
        if (kernel.crypto.blindIndex('phone', reading.value) === household.phoneIndex) return 'ALREADY_DONE' as const;
        return changePhone(kernel, work, household, { phone: reading.value, place: body.place, consent: body.consent });
      });
      if (typeof outcome === 'string') return refuse(outcome, outcome === 'VALIDATION_FAILED' && !reading.ok ? { fields: [{ path: 'phone', message: reading.reason }] } : {});
      for (const sessionId of outcome.endedSessions) onSessionEnded(sessionId);
      const { id, version, phoneSealed } = outcome.household;
      return { householdId: id, version, phoneMasked: maskPhone(kernel.crypto.open(phoneSealed)) };
    },

    revealHousehold: async (request) => {
      const { caller, params, body } = request;
      const wants = (field: (typeof body.fields)[number]) => body.fields.includes(field);
      const outcome = await change(kernel, actOf(request, body.reason), async ({ tx, record }) => {
        const household = await tx.households.get(params['householdId'] ?? '');
        if (household === null || !maySeeHousehold(caller, household)) return 'NOT_FOUND' as const;
        if (!mayReveal(caller, household, await hasOpenApplication(tx, household.id))) return 'FORBIDDEN' as const;
        // Which fields (and the act says why); never the values.
        await record({ stream: householdStream(household.id), type: 'PersonalDataRevealed', open: {}, detail: { fields: [...new Set(body.fields)].sort() } });
        const members = inOrder(await tx.members.find({ householdId: household.id }));
        const [application] = await tx.applications.find({ householdId: household.id }, { limit: 1 });
        return {
          householdId: household.id,
          ...(wants('phone') ? { phone: kernel.crypto.open(household.phoneSealed) } : {}),
          ...(wants('address') ? { address: application === undefined ? null : openContent(kernel, application).address ?? null } : {}),
          ...(wants('names') || wants('identities') ? {
            members: members.map((member) => {
              const { name, identity } = openPerson(kernel, member);
              return { id: member.id, relation: member.relation, ...(wants('names') ? { name } : {}), ...(wants('identities') ? { identity } : {}) };
            }),
          } : {}),
        };
      });
      return typeof outcome === 'string' ? refuse(outcome) : outcome;
    },
  };
}
