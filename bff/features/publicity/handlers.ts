/** Publicities over HTTP: lists everyone may read, objections and their decision. */
import { naturalActPeriod } from '../../domain/time/periods';
import { windowAtOrAfter } from '../../domain/rules/notification-window';
import { pageOf } from '../../http/page';
import { actOf, refuse, Refusal, type Handlers } from '../../http/request';
import type { Kernel } from '../../kernel';
import { maskPhone } from '../../security/masking';
import type { Objection, Publicity } from '../../store/collections';
import { change } from '../../store/change';
import { OFFICE_STREAM } from '../../store/ledger';
import { UniqueViolation, type Sort, type Tx } from '../../store/port';
import { tellReviewersWaiting } from '../contact/reviewers';
import { publicityKinds } from './kinds';
import { mayDecideObjection, objectionsSeenBy } from './policy';
import type { PublicityKinds } from './publicity';

/** Lines of a list at a time. */
const LINES = 100;

export function publicityHandlers(kernel: Kernel, kinds: PublicityKinds = publicityKinds): Handlers {
  const titleOf = (kind: Publicity['kind']) => kinds[kind]?.title ?? '';
  const open = (sealed: string) => (sealed === '' ? '' : kernel.crypto.open(sealed));
  const titleIn = async (tx: Tx, publicityId: string) => { const publicity = await tx.publicities.get(publicityId); return publicity === null ? '' : titleOf(publicity.kind); };
  const summary = ({ id, kind, district, firstDay, lastDay, takesEffectMs, state }: Publicity) => ({ id, kind, title: titleOf(kind), district, firstDay, lastDay, takesEffectMs, state });

  return {
    listPublicities: ({ query }) => kernel.store.read(async (tx) => {
      const page = await pageOf(tx.publicities, { ...(query.kind === undefined ? {} : { kind: query.kind }), state: 'open' }, [['takesEffectMs', 'asc']], query);
      return page instanceof Refusal ? page : { publicities: page.found.map(summary), next: page.next };
    }),

    getPublicity: ({ params, query }) => kernel.store.read(async (tx) => {
      const publicity = await tx.publicities.get(params['publicityId'] ?? '');
      const kind = publicity === null ? undefined : kinds[publicity.kind];
      // A publicity is for its days; afterwards what it showed is nobody's business any more (P2).
      if (publicity === null || kind === undefined || publicity.state !== 'open') return refuse('NOT_FOUND');
      return { publicity: summary(publicity), columns: [...kind.columns], lines: await kind.lines(tx, kernel, publicity, query.after ?? null, LINES) };
    }),

    raiseObjection: async (request) => {
      const { caller, params, body } = request;
      if (caller.kind !== 'family') return refuse('SIGN_IN_REQUIRED');
      try {
        const id = await change(kernel, actOf(request, '提出异议'), async (work) => {
          const { tx, nowMs, record } = work;
          const publicity = await tx.publicities.get(params['publicityId'] ?? '');
          const kind = publicity === null ? undefined : kinds[publicity.kind];
          if (publicity === null || kind === undefined) return null;
          if (publicity.state !== 'open' || nowMs >= publicity.takesEffectMs) return 'over' as const;
          if (!(await kind.has(tx, publicity, body.subjectId))) return null;
          // The publicity is guarded: its end and a late objection cannot both win.
          await tx.publicities.guard(publicity);
          const objection = await tx.objections.insert({
            id: `objection-${kernel.chance.bytes(8).toString('hex')}`, publicityId: publicity.id, subjectId: body.subjectId, district: (await kind.districtOf?.(tx, body.subjectId)) ?? publicity.district,
            textSealed: kernel.crypto.seal(body.text), byPhoneSealed: await phoneOf(tx, caller.phoneIndex), byPhoneIndex: caller.phoneIndex, state: 'open',
            raisedAtMs: nowMs, decidedAtMs: null, decidedBy: '', answerSealed: '',
          });
          await record({ stream: OFFICE_STREAM, type: 'ObjectionRaised', open: {}, detail: { objectionId: objection.id, publicityId: publicity.id, subjectId: body.subjectId } });
          await kind.objected?.(kernel, work, objection);
          await tellReviewersWaiting(kernel, work, objection.district);
          return objection.id;
        });
        return id === null ? refuse('NOT_FOUND') : id === 'over' ? refuse('PUBLICITY_OVER') : { id };
      } catch (error) {
        if (error instanceof UniqueViolation) return refuse('ALREADY_DONE');
        throw error;
      }
    },

    listMyObjections: ({ caller, query }) => kernel.store.read(async (tx) => {
      if (caller.kind !== 'family') return refuse('SIGN_IN_REQUIRED');
      const page = await pageOf(tx.objections, { byPhoneIndex: caller.phoneIndex }, [['raisedAtMs', 'desc']], query);
      if (page instanceof Refusal) return page;
      const objections = [];
      for (const { id, publicityId, textSealed, state, raisedAtMs, decidedAtMs, answerSealed } of page.found) objections.push({ id, title: await titleIn(tx, publicityId), text: open(textSealed), state, raisedAtMs, decidedAtMs, answer: open(answerSealed) });
      return { objections, next: page.next };
    }),

    listObjections: ({ caller, query }) => kernel.store.read(async (tx) => {
      const districts = objectionsSeenBy(caller);
      if (districts === null) return refuse('FORBIDDEN');
      // In the order of an index either way: the oldest that wait come first, wherever others pile up.
      const place = districts === 'all' ? {} : { district: { in: districts } };
      const sort: Sort<Objection> = [...(districts === 'all' ? [] : [['district', 'asc'] as const]), ['state', 'asc'], ['raisedAtMs', 'asc']];
      const page = await pageOf(tx.objections, { ...place, ...(query.state === undefined ? {} : { state: query.state }) }, sort, query);
      if (page instanceof Refusal) return page;
      const nowMs = kernel.clock.now();
      const objections = [];
      for (const o of page.found) {
        const dueMs = naturalActPeriod(o.raisedAtMs, kernel.rules().values.objectionWithinDays).endsMs;
        objections.push({
          id: o.id, version: o.version, publicityId: o.publicityId, title: await titleIn(tx, o.publicityId), subjectId: o.subjectId, district: o.district,
          text: open(o.textSealed), byPhoneMasked: maskPhone(open(o.byPhoneSealed)), state: o.state, raisedAtMs: o.raisedAtMs, dueMs, isOverdue: o.state === 'open' && nowMs >= dueMs, decidedAtMs: o.decidedAtMs, answer: open(o.answerSealed),
        });
      }
      return { objections, next: page.next };
    }),

    decideObjection: async (request) => {
      const { caller, params, body } = request;
      const outcome = await change(kernel, actOf(request, body.upheld ? '异议成立' : '异议不成立'), async (work) => {
        const objection = await work.tx.objections.get(params['objectionId'] ?? '');
        const publicity = objection === null ? null : await work.tx.publicities.get(objection.publicityId);
        const kind = publicity === null ? undefined : kinds[publicity.kind];
        if (objection === null || publicity === null || kind === undefined || !mayDecideObjection(caller, objection.district)) return 'NOT_FOUND' as const;
        if (objection.version !== body.version) return 'REQUEST_IN_CONFLICT' as const;
        if (objection.state !== 'open') return 'ALREADY_DONE' as const;
        const decided = await work.tx.objections.replace({
          ...objection, state: body.upheld ? 'upheld' : 'dismissed', decidedAtMs: work.nowMs, decidedBy: caller.kind === 'staff' ? caller.staffId : '', answerSealed: kernel.crypto.seal(body.answer),
        });
        await work.tx.publicities.guard(publicity);
        await work.record({ stream: OFFICE_STREAM, type: 'ObjectionDecided', open: {}, detail: { objectionId: objection.id, publicityId: publicity.id, subjectId: objection.subjectId, upheld: body.upheld } });
        await kind.decided(kernel, work, publicity, decided);
        if (decided.byPhoneSealed !== '') {
          await work.tell({
            id: `sms-objectionAnswered-${decided.id}`, topic: 'sms', kind: 'objectionAnswered', subjectId: decided.id, recipientSealed: decided.byPhoneSealed,
            payload: { title: titleOf(publicity.kind), upheld: body.upheld }, dueAtMs: windowAtOrAfter(kernel.rules().values, work.nowMs),
          });
        }
        return null;
      });
      return outcome === null ? { ok: true } : refuse(outcome);
    },
  };
}

/** The number somebody signed in with: it is kept for as long as a session may last. Sealed; empty when it is gone. */
async function phoneOf(tx: Tx, phoneIndex: string): Promise<string> {
  return (await tx.signInCodes.get(phoneIndex))?.phoneSealed ?? '';
}
