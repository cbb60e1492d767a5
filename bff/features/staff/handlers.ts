/** Staff sign-in with a password, and finding a family by its number. */
import { HOUR_MS } from '../../../shared/shanghai-time';
import { actOf, refuse, type Handlers } from '../../http/request';
import type { Kernel } from '../../kernel';
import { maskName, maskPhone } from '../../security/masking';
import { verifyPassword } from '../../security/passwords';
import { newToken, tokenId } from '../../security/tokens';
import { change } from '../../store/change';
import { OFFICE_STREAM } from '../../store/ledger';
import { isRevealed } from '../batch/tickets';
import { readPlace } from '../family/place';
import { mayFindTicket } from '../selection/policy';

const SESSION_MS = 12 * HOUR_MS;

export function staffHandlers(kernel: Kernel): Handlers {
  return {
    staffSignIn: async (request) => {
      const { account, password } = request.body;
      const [member] = await kernel.store.read((tx) => tx.staff.find({ account, active: true }, { limit: 1 }));
      // Verified against a dummy when there is no such account: the time taken tells nothing.
      const matches = await verifyPassword(member?.passwordHash ?? null, password);
      if (member === undefined || !matches) return refuse('CREDENTIALS_WRONG');
      const token = newToken();
      const act = { ...actOf(request, '工作人员登录'), actor: { kind: 'staff' as const, id: member.id, role: member.role } };
      const expiresAtMs = await change(kernel, act, async ({ tx, nowMs, record }) => {
        await tx.sessions.insert({ id: tokenId(token), kind: 'staff', subjectId: member.id, phoneIndex: '', createdAtMs: nowMs, expiresAtMs: nowMs + SESSION_MS });
        await record({ stream: OFFICE_STREAM, type: 'StaffSignedIn', open: {}, detail: { staffId: member.id } });
        return nowMs + SESSION_MS;
      });
      return { token, expiresAtMs, name: member.name, role: member.role };
    },

    findTicket: async ({ caller, query }) => kernel.store.read(async (tx) => {
      const [ticket] = await tx.tickets.find({ group: query.group, queueNumber: Number(query.queueNumber) }, { limit: 1 });
      const household = ticket === undefined ? null : await tx.households.get(ticket.householdId);
      if (ticket === undefined || household === null || !mayFindTicket(caller, household) || !(await isRevealed(tx, ticket))) return refuse('NOT_FOUND');
      return {
        place: await readPlace(tx, ticket), householdId: household.id, district: household.district,
        applicantMasked: maskName(kernel.crypto.open(household.applicantSealed)), phoneMasked: maskPhone(kernel.crypto.open(household.phoneSealed)),
      };
    }),
  };
}
