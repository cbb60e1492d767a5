/** Telling families, as staff see it: what was sent, what is stuck, whom to call; and the gateway's receipts. */
import { actOf, refuse, type Handlers } from '../../http/request';
import type { Kernel } from '../../kernel';
import { maskName, maskPhone } from '../../security/masking';
import { change } from '../../store/change';
import { OFFICE_STREAM } from '../../store/ledger';
import { contactsSeenBy, mayCall } from '../selection/policy';
import { enterAllocation } from '../allocations/apply';
import { proveTurn, recordSmsReceipt } from './proof';

const LIST_LIMIT = 200;

export function contactHandlers(kernel: Kernel, verifyReceipt: (headers: Readonly<Record<string, string | string[] | undefined>>, rawBody: string) => boolean): Handlers {
  return {
    smsReceipt: async (request) => {
      if (!verifyReceipt(request.headers, request.rawBody)) return refuse('SIGNATURE_INVALID');
      const act = { ...actOf(request, '短信回执'), actor: { kind: 'system' as const, id: 'smsGateway', role: null } };
      const outcome = await recordSmsReceipt(kernel, act, request.body);
      return outcome === 'unknown' ? refuse('NOT_FOUND') : { ok: true };
    },

    listOutbox: async ({ caller, query }) => {
      if (caller.kind !== 'staff' || !['city', 'inspector', 'administrator'].includes(caller.role)) return refuse('FORBIDDEN');
      const messages = await kernel.store.read((tx) => tx.outbox.find({ topic: { in: ['sms', 'subscriptionMessage', 'exchange'] }, ...(query.state === undefined ? {} : { state: query.state }) }, { sort: [['createdAtMs', 'desc']], limit: LIST_LIMIT }));
      return {
        messages: messages.map((m) => ({
          id: m.id, topic: m.topic, kind: m.kind, subjectId: m.subjectId, recipientMasked: m.topic === 'sms' ? maskPhone(kernel.crypto.open(m.recipientSealed)) : m.topic === 'exchange' ? '社会救助一件事' : '微信订阅',
          state: m.state, attempts: m.attempts, createdAtMs: m.createdAtMs, dueAtMs: m.dueAtMs, handedAtMs: m.handedAtMs, settledAtMs: m.settledAtMs, lastError: m.lastError,
        })),
      };
    },

    /** A message given up on, or reported undelivered, is sent once more; the provider sees a new key, for it is a new sending. */
    resendMessage: async (request) => {
      const { caller, params, body } = request;
      if (caller.kind !== 'staff' || !['city', 'administrator'].includes(caller.role)) return refuse('FORBIDDEN');
      const outcome = await change(kernel, actOf(request, body.reason), async ({ tx, tell, record, nowMs }) => {
        const message = await tx.outbox.get(params['messageId'] ?? '');
        if (message === null || message.topic === 'live') return 'NOT_FOUND' as const;
        if (message.state !== 'dead' && message.state !== 'failed') return 'ALREADY_DONE' as const;
        const { id, topic, kind, subjectId, recipientSealed, payload } = message;
        await tx.outbox.replace({ ...message, state: 'dropped', settledAtMs: nowMs });
        await tell({ id: `${id.replace(/~\d+$/, '')}~${nowMs}`, topic, kind, subjectId, recipientSealed, payload });
        await record({ stream: OFFICE_STREAM, type: 'MessageResent', open: {}, detail: { messageId: id, kind, subjectId } });
        return null;
      });
      return outcome === null ? { ok: true } : refuse(outcome);
    },

    listCallTasks: async ({ caller }) => {
      const districts = contactsSeenBy(caller);
      if (districts === null) return refuse('FORBIDDEN');
      return kernel.store.read(async (tx) => {
        const found = await tx.callTasks.find(districts === 'all' ? {} : { district: { in: districts } }, { sort: [['createdAtMs', 'desc']], limit: LIST_LIMIT });
        const tasks = [];
        for (const task of found) {
          const [turn, household, allocation] = [await tx.turns.get(task.turnId), await tx.households.get(task.householdId), await tx.allocations.get(task.allocationId ?? '')];
          if (turn === null || household === null) continue;
          tasks.push({
            id: task.id, turnId: task.turnId, allocationId: task.allocationId, ticketId: task.ticketId, group: turn.group, queueNumber: turn.queueNumber, district: task.district, reason: task.reason,
            applicantMasked: maskName(kernel.crypto.open(household.applicantSealed)), phoneMasked: maskPhone(kernel.crypto.open(household.phoneSealed)),
            state: task.state, createdAtMs: task.createdAtMs, deadlineMs: task.allocationId === null ? turn.deadlineMs : (allocation?.leaseByMs ?? null), note: task.note,
          });
        }
        return { tasks };
      });
    },

    recordCall: async (request) => {
      const { caller, params, body } = request;
      await kernel.ensureAlive();
      const outcome = await change(kernel, actOf(request, '电话告知'), async (work) => {
        const task = await work.tx.callTasks.get(params['taskId'] ?? '');
        if (task === null || caller.kind !== 'staff' || !mayCall(caller, task.district)) return 'NOT_FOUND' as const;
        // A family that could not be reached may be called again; one that was reached is done.
        if (task.state !== 'open' && task.state !== 'notReached') return 'ALREADY_DONE' as const;
        const [turn, allocation] = [await work.tx.turns.get(task.turnId), await work.tx.allocations.get(task.allocationId ?? '')];
        if (turn === null || (allocation === null && !turn.isOpen)) return 'TURN_OVER' as const;
        await work.tx.callTasks.replace({ ...task, state: body.reached ? 'reached' : 'notReached', doneAtMs: work.nowMs, doneBy: caller.staffId, note: body.note });
        await work.record({ stream: OFFICE_STREAM, type: 'FamilyCalled', open: {}, detail: { turnId: turn.id, allocationId: task.allocationId, reached: body.reached, note: body.note } });
        if (body.reached && allocation !== null) await enterAllocation(kernel, work, allocation, { type: 'told' }, 'system');
        else if (body.reached) await proveTurn(kernel, work, turn, 'staffCall', work.nowMs);
        return null;
      });
      return outcome === null ? { ok: true } : refuse(outcome);
    },
  };
}
