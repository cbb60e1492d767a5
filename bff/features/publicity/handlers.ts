/** Publicities over HTTP: lists everyone may read, objections and their decision. */
import { actOf, refuse, type Handlers } from '../../http/request';
import type { Kernel } from '../../kernel';
import { maskPhone } from '../../security/masking';
import type { Publicity } from '../../store/collections';
import { change } from '../../store/change';
import { OFFICE_STREAM } from '../../store/ledger';
import { UniqueViolation } from '../../store/port';
import { tellReviewersWaiting } from '../contact/reviewers';
import { publicityKinds } from './kinds';
import { mayDecideObjection, objectionsSeenBy } from './policy';
import type { PublicityKinds } from './publicity';

const PAGE = 100;
const LIST_LIMIT = 200;

export function publicityHandlers(kernel: Kernel, kinds: PublicityKinds = publicityKinds): Handlers {
  const titleOf = (kind: Publicity['kind']) => kinds[kind]?.title ?? '';
  const summary = ({ id, kind, district, firstDay, lastDay, takesEffectMs, state }: Publicity) => ({ id, kind, title: titleOf(kind), district, firstDay, lastDay, takesEffectMs, state });

  return {
    listPublicities: ({ query }) => kernel.store.read(async (tx) => {
      const found = await tx.publicities.find({ ...(query.kind === undefined ? {} : { kind: query.kind }), state: 'open' }, { sort: [['takesEffectMs', 'asc']], limit: LIST_LIMIT });
      return { publicities: found.map(summary) };
    }),

    getPublicity: ({ params, query }) => kernel.store.read(async (tx) => {
      const publicity = await tx.publicities.get(params['publicityId'] ?? '');
      const kind = publicity === null ? undefined : kinds[publicity.kind];
      // A publicity is for its days; afterwards what it showed is nobody's business any more (P2).
      if (publicity === null || kind === undefined || publicity.state !== 'open') return refuse('NOT_FOUND');
      return { publicity: summary(publicity), columns: [...kind.columns], lines: await kind.lines(tx, kernel, publicity, query.after ?? null, PAGE) };
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
          const code = await tx.signInCodes.get(caller.phoneIndex);
          const objection = await tx.objections.insert({
            id: `objection-${kernel.chance.bytes(8).toString('hex')}`, publicityId: publicity.id, subjectId: body.subjectId, district: (await kind.districtOf?.(tx, body.subjectId)) ?? publicity.district,
            textSealed: kernel.crypto.seal(body.text), byPhoneSealed: code?.phoneSealed ?? '', byPhoneIndex: caller.phoneIndex, state: 'open',
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

    listObjections: async ({ caller, query }) => {
      const districts = objectionsSeenBy(caller);
      if (districts === null) return refuse('FORBIDDEN');
      const found = await kernel.store.read(async (tx) => {
        const where = { ...(query.state === undefined ? {} : { state: query.state }), ...(districts === 'all' ? {} : { district: { in: districts } }) };
        const objections = await tx.objections.find(where, { sort: [['raisedAtMs', 'desc']], limit: LIST_LIMIT });
        const seen = [];
        for (const objection of objections) {
          const publicity = await tx.publicities.get(objection.publicityId);
          if (publicity !== null) seen.push({ objection, publicity });
        }
        return seen;
      });
      const open = (sealed: string) => (sealed === '' ? '' : kernel.crypto.open(sealed));
      return {
        objections: found.map(({ objection: o, publicity }) => ({
          id: o.id, version: o.version, publicityId: o.publicityId, title: titleOf(publicity.kind), subjectId: o.subjectId, district: o.district,
          text: open(o.textSealed), byPhoneMasked: maskPhone(open(o.byPhoneSealed)), state: o.state, raisedAtMs: o.raisedAtMs, decidedAtMs: o.decidedAtMs, answer: open(o.answerSealed),
        })),
      };
    },

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
        return null;
      });
      return outcome === null ? { ok: true } : refuse(outcome);
    },
  };
}
