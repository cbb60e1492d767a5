/**
 * Q8: no forfeit without delivery. What is known about whether a family was told, and what is tried next:
 * SMS receipt, then the second channel, then a telephone call by staff.
 */
import type { Kernel } from '../../kernel';
import type { OutboxMessage, TurnDoc } from '../../store/collections';
import { change, type Act, type Work } from '../../store/change';
import { OFFICE_STREAM } from '../../store/ledger';
import { systemAct } from '../../kernel';
import { enterAllocation } from '../allocations/apply';
import { enterLane } from '../selection/door';

/** A delivery receipt from the SMS gateway. The same receipt twice changes nothing. */
export async function recordSmsReceipt(kernel: Kernel, act: Act, receipt: { gatewayId: string; status: 'delivered' | 'failed'; atMs: number; reason?: string | undefined }): Promise<'recorded' | 'unknown'> {
  await kernel.ensureAlive();
  return change(kernel, act, async (work) => {
    const [message] = await work.tx.outbox.find({ gatewayId: receipt.gatewayId }, { limit: 1 });
    if (message === undefined) return 'unknown';
    // `delivered` is final; a failure reported first may still be followed by a delivery, never the reverse.
    if (message.state === 'delivered' || message.state === receipt.status) return 'recorded';
    await work.tx.outbox.replace({ ...message, state: receipt.status, settledAtMs: work.nowMs, lastError: receipt.reason ?? '' });
    if (message.kind === 'allocationQualified') await proveNotice(kernel, work, message, receipt.status === 'delivered');
    if (message.kind !== 'turnOpened') return 'recorded';
    const turn = await work.tx.turns.get(message.subjectId);
    if (turn === null || !turn.isOpen) return 'recorded';
    if (receipt.status === 'delivered') await proveTurn(kernel, work, turn, message.topic === 'sms' ? 'smsReceipt' : 'subscriptionMessage', receipt.atMs);
    else await escalate(kernel, work, turn, '短信未送达');
    return 'recorded';
  });
}

/** Whether the news of a notice reached its family: what is certainly lost becomes a call task, and what arrives after all ends it. */
export async function proveNotice(kernel: Kernel, work: Work, { subjectId }: Pick<OutboxMessage, 'subjectId'>, isDelivered: boolean): Promise<void> {
  const allocation = await work.tx.allocations.get(subjectId);
  if (allocation !== null) await enterAllocation(kernel, work, allocation, { type: isDelivered ? 'told' : 'undeliverable' }, 'system');
}

/** Records the proof with the lane, and closes the call task it made needless. */
export async function proveTurn(kernel: Kernel, work: Work, turn: TurnDoc, proof: TurnDoc['proof'], atMs: number): Promise<void> {
  await enterLane(kernel, work, turn.laneId, { type: 'RecordProof', turnId: turn.id, proof, atMs });
  const task = await work.tx.callTasks.get(`call-${turn.id}`);
  if (task?.state === 'open' && proof !== 'staffCall') await work.tx.callTasks.replace({ ...task, state: 'lapsed', doneAtMs: work.nowMs, note: '已有送达凭证' });
}

/** Tries the second channel where the family has it and it was not tried yet; otherwise asks staff to call. */
export async function escalate(kernel: Kernel, work: Work, turn: TurnDoc, reason: string): Promise<void> {
  const { tx } = work;
  const secondId = `subscription-turnOpened-${turn.id}`;
  const [household, second] = [await tx.households.get(turn.householdId), await tx.outbox.get(secondId)];
  if (household === null) throw new Error(`turn ${turn.id} without its household`);
  if (second === null && household.wechatOpenIdSealed !== null) {
    const sms = await tx.outbox.get(`sms-turnOpened-${turn.id}`);
    await work.tell({ id: secondId, topic: 'subscriptionMessage', kind: 'turnOpened', subjectId: turn.id, recipientSealed: household.wechatOpenIdSealed, payload: sms?.payload ?? {} });
    return;
  }
  await raiseCallTask(work, turn, household.district, reason);
}

/** One call task per turn. */
export async function raiseCallTask(work: Work, turn: TurnDoc, district: string, reason: string): Promise<void> {
  const id = `call-${turn.id}`;
  if ((await work.tx.callTasks.get(id)) !== null) return;
  await work.tx.callTasks.insert({
    id, turnId: turn.id, allocationId: null, ticketId: turn.ticketId, householdId: turn.householdId, district, reason,
    state: 'open', createdAtMs: work.nowMs, doneAtMs: null, doneBy: '', note: '',
  });
  await work.record({ stream: OFFICE_STREAM, type: 'CallTaskRaised', open: {}, detail: { turnId: turn.id, ticketId: turn.ticketId, reason } });
}

/** Looks at every open turn without proof and does what its waiting time calls for. At most one open turn a lane. */
export async function escalateUnproven(kernel: Kernel): Promise<void> {
  const nowMs = kernel.clock.now();
  const waits = (turn: TurnDoc) => kernel.rulesOf(turn.ruleSetVersion).values;
  const waiting = (turn: TurnDoc) => nowMs - (turn.notifiedAtMs ?? nowMs);
  const due = await kernel.store.read(async (tx) => {
    const unproven = (await tx.turns.find({ isOpen: true })).filter((turn) => turn.proof === 'none' && waiting(turn) >= Math.min(waits(turn).secondChannelAfterMs, waits(turn).callTaskAfterMs));
    const found: { turnId: string; call: boolean }[] = [];
    for (const turn of unproven) {
      const [second, task, household] = [await tx.outbox.get(`subscription-turnOpened-${turn.id}`), await tx.callTasks.get(`call-${turn.id}`), await tx.households.get(turn.householdId)];
      if (task !== null) continue;
      const hasSecondChannel = household !== null && household.wechatOpenIdSealed !== null;
      if (waiting(turn) >= waits(turn).callTaskAfterMs) found.push({ turnId: turn.id, call: true });
      else if (waiting(turn) >= waits(turn).secondChannelAfterMs && second === null && hasSecondChannel) found.push({ turnId: turn.id, call: false });
    }
    return found;
  });
  for (const { turnId, call } of due) {
    await change(kernel, systemAct('送达凭证未到'), async (work) => {
      const turn = await work.tx.turns.get(turnId);
      if (turn === null || !turn.isOpen || turn.proof !== 'none') return;
      const household = await work.tx.households.get(turn.householdId);
      if (call) await raiseCallTask(work, turn, household?.district ?? '', '短信送达回执未到');
      else await escalate(kernel, work, turn, '短信送达回执未到');
    });
  }
}

