/** Persons' standing over HTTP (F1–F3). */
import { addDays, dayOf, startOfDay } from '../../../shared/shanghai-time';
import { isBarred } from '../../domain/standing/standing';
import { PAGE, pageOf } from '../../http/page';
import { actOf, refuse, Refusal, type Handlers } from '../../http/request';
import type { Kernel } from '../../kernel';
import { maskName } from '../../security/masking';
import type { Bar, Member } from '../../store/collections';
import { change } from '../../store/change';
import { householdStream } from '../../store/ledger';
import type { Tx } from '../../store/port';
import { inOrder, openPerson, present } from '../households/case';
import { blacklist } from './blacklist';
import { FOREVER_MS, liftBar } from './persons';
import { mayKeepBlacklist, mayKeepCredit, maySeeStanding } from './policy';


export function standingHandlers(kernel: Kernel): Handlers {
  const open = (sealed: string) => (sealed === '' ? '' : kernel.crypto.open(sealed));
  const nameOf = (member: Member) => maskName(openPerson(kernel, member).name);
  const presentBar = ({ id, version, cause, fromMs, untilMs, state, reasonSealed, liftedAtMs, liftReasonSealed }: Bar) => ({
    id, version, cause, fromMs, untilMs, state, isInForce: state === 'standing' && (untilMs === null || kernel.clock.now() < untilMs), reason: open(reasonSealed), liftedAtMs, liftReason: open(liftReasonSealed),
  });

  async function standingOf(tx: Tx, householdId: string) {
    const members = [];
    for (const member of inOrder(present(await tx.members.find({ householdId })))) {
      const person = await tx.persons.get(member.identityIndex);
      const bars = await tx.bars.find({ personId: member.identityIndex, state: { in: ['standing', 'lifted'] } });
      members.push({
        memberId: member.id, nameMasked: nameOf(member), relation: member.relation, consecutiveForfeits: person?.consecutiveForfeits ?? 0,
        ...(isBarred(person, kernel.clock.now()) ? { isBarred: true, barredUntilMs: person!.barredUntilMs === FOREVER_MS ? null : person!.barredUntilMs } : { isBarred: false, barredUntilMs: null }), bars: bars.map(presentBar),
      });
    }
    const forfeits = await tx.forfeits.find({ householdId }, { sort: [['atMs', 'desc']], limit: PAGE });
    return { householdId, members, forfeits: forfeits.map(({ batchDay, cause, atMs, personIds, reversedAtMs }) => ({ batchDay, cause, atMs, persons: personIds.length, reversedAtMs })) };
  }

  return {
    getMyStanding: ({ caller }) => kernel.store.read(async (tx) => {
      if (caller.kind !== 'family') return refuse('SIGN_IN_REQUIRED');
      const households = [];
      for (const { id } of await tx.households.find({ phoneIndex: caller.phoneIndex }, { sort: [['id', 'asc']], limit: 20 })) households.push(await standingOf(tx, id));
      return { serverNowMs: kernel.clock.now(), forfeitsToBar: kernel.rules().values.forfeitsToBar, households };
    }),

    getHouseholdStanding: ({ caller, params }) => kernel.store.read(async (tx) => {
      const household = await tx.households.get(params['householdId'] ?? '');
      return household === null || !maySeeStanding(caller, household.district) ? refuse('NOT_FOUND') : standingOf(tx, household.id);
    }),

    listCreditRecords: ({ caller, params }) => kernel.store.read(async (tx) => {
      const household = await tx.households.get(params['householdId'] ?? '');
      if (household === null || !(maySeeStanding(caller, household.district) || mayKeepCredit(caller, household.district, household.street))) return refuse('NOT_FOUND');
      const members = await tx.members.find({ householdId: household.id });
      const records = await tx.creditRecords.find({ householdId: household.id }, { sort: [['atMs', 'desc']], limit: 200 });
      return { records: records.map(({ id, personId, textSealed, atMs, byStaffId }) => ({ id, memberId: members.find(({ identityIndex }) => identityIndex === personId)?.id ?? null, text: open(textSealed), atMs, byStaffId })) };
    }),

    addCreditRecord: (request) => {
      const { caller, params, body } = request;
      return change(kernel, actOf(request, '登记信用记录'), async (work) => {
        const { tx, nowMs } = work;
        const household = await tx.households.get(params['householdId'] ?? '');
        const member = household === null ? null : await tx.members.get(body.memberId);
        if (household === null || member?.householdId !== household.id || !mayKeepCredit(caller, household.district, household.street)) return refuse('NOT_FOUND');
        const id = `credit-${kernel.chance.bytes(8).toString('hex')}`;
        await tx.creditRecords.insert({ id, personId: member.identityIndex, householdId: household.id, district: household.district, textSealed: kernel.crypto.seal(body.text), atMs: nowMs, byStaffId: caller.staffId });
        await work.record({ stream: householdStream(household.id), type: 'CreditRecorded', open: {}, detail: { creditRecordId: id, memberId: member.id } });
        return { id, memberId: member.id, text: body.text, atMs: nowMs, byStaffId: caller.staffId };
      });
    },

    blacklistMember: (request) => {
      const { caller, params, body } = request;
      return change(kernel, actOf(request, body.reason), async (work) => {
        const { tx } = work;
        const member = await tx.members.get(params['memberId'] ?? '');
        const named = member === null ? null : await tx.households.get(member.householdId);
        if (member === null || named === null || !mayKeepBlacklist(caller, named.district)) return refuse('NOT_FOUND');
        // P1: what the bar ends is the case the person is in now; who bars must have a say there, and its district must see the bar.
        const [open] = await tx.members.find({ identityIndex: member.identityIndex, caseOpen: true }, { limit: 1 });
        const household = open === undefined ? named : (await tx.households.get(open.householdId))!;
        if (!mayKeepBlacklist(caller, household.district)) return refuse('FORBIDDEN');
        if (body.untilDay !== null && body.untilDay < dayOf(work.nowMs)) return refuse('VALIDATION_FAILED', { fields: [{ path: 'untilDay', message: '限制的最后一天不能早于今天' }] });
        const untilMs = body.untilDay === null ? null : startOfDay(addDays(body.untilDay, 1));
        const standing = await tx.bars.find({ personId: member.identityIndex, state: 'standing' });
        if (standing.some((bar) => bar.cause === 'blacklist' && bar.untilMs === untilMs)) return refuse('ALREADY_DONE');
        const credit = body.creditRecordId === null ? null : await tx.creditRecords.get(body.creditRecordId);
        if (body.creditRecordId !== null && credit?.personId !== member.identityIndex) return refuse('VALIDATION_FAILED', { fields: [{ path: 'creditRecordId', message: '这条信用记录不属于该成员' }] });
        const outcome = await blacklist(kernel, work, household, open ?? member, { ...body, staffId: caller.staffId });
        return outcome === 'TURN_RUNNING' ? refuse(outcome) : presentBar(outcome);
      });
    },

    liftBar: (request) => {
      const { caller, params, body } = request;
      return change(kernel, actOf(request, body.reason), async (work) => {
        const bar = await work.tx.bars.get(params['barId'] ?? '');
        if (bar === null || !mayKeepBlacklist(caller, bar.district)) return refuse('NOT_FOUND');
        if (bar.version !== body.version) return refuse('REQUEST_IN_CONFLICT', { view: presentBar(bar) });
        if (bar.state === 'lifted') return refuse('ALREADY_DONE');
        return presentBar(await liftBar(kernel, work, bar, caller.staffId, body.reason));
      });
    },

    listBars: ({ caller, query }) => kernel.store.read(async (tx) => {
      const { district, state } = query;
      if (!maySeeStanding(caller, district)) return refuse('FORBIDDEN');
      const page = await pageOf(tx.bars, { district, ...(state === undefined ? {} : { state }) }, [['state', 'desc'], ['fromMs', 'desc']], query);
      if (page instanceof Refusal) return page;
      const bars = [];
      for (const bar of page.found) {
        const member = (await tx.members.find({ householdId: bar.householdId })).find(({ identityIndex }) => identityIndex === bar.personId);
        bars.push({ ...presentBar(bar), householdId: bar.householdId, nameMasked: member === undefined ? '' : nameOf(member) });
      }
      return { bars, next: page.next };
    }),
  };
}
