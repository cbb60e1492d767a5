/** Reviews over HTTP (V1): work lists by role and region, one case, and its decision. */
import { confirmedPriority, readPriority } from '../../domain/review/priority';
import { actOf, refuse, type Handlers } from '../../http/request';
import type { Kernel } from '../../kernel';
import { change } from '../../store/change';
import { keepPriority } from '../households/case';
import { enterReview } from './door';
import { mayReview, maySeeApplication, workScope } from './policy';
import { staffViewOf, workItemOf } from './present';
import { BadCursor, countWork, workPage } from './work-list';

/** Characters; what a family would call a reason. */
const MIN_REASONS = 4;

export function reviewHandlers(kernel: Kernel): Handlers {
  return {
    searchApplications: async ({ caller, body }) => {
      const scope = workScope(caller, kernel.rules().values.areas.flatMap(({ districts }) => districts));
      if (scope === null || caller.kind !== 'staff' || body.state === 'draft') return refuse('FORBIDDEN');
      const nowMs = kernel.clock.now();
      try {
        const { applications, nextCursor } = await kernel.store.read((tx) => workPage(kernel, tx, body, scope, caller.role === 'streetClerk' ? 'levelOne' : 'levelTwo', nowMs));
        return { serverNowMs: nowMs, items: applications.map((application) => workItemOf(kernel, application, nowMs)), nextCursor };
      } catch (error) {
        if (error instanceof BadCursor) return refuse('VALIDATION_FAILED', { fields: [{ path: 'cursor', message: '翻页位置无效，请从第一页重新查询' }] });
        throw error;
      }
    },

    countApplications: async ({ caller, body }) => {
      const scope = workScope(caller, kernel.rules().values.areas.flatMap(({ districts }) => districts));
      if (scope === null || caller.kind !== 'staff') return refuse('FORBIDDEN');
      const state = body.state ?? (caller.role === 'streetClerk' ? 'levelOne' : 'levelTwo');
      const nowMs = kernel.clock.now();
      return { serverNowMs: nowMs, state, ...(await kernel.store.read((tx) => countWork(kernel, tx, body, scope, state, nowMs))) };
    },

    getApplication: ({ caller, params }) => kernel.store.read(async (tx) => {
      const application = await tx.applications.get(params['applicationId'] ?? '');
      if (application === null || !maySeeApplication(caller, application)) return refuse('NOT_FOUND');
      return staffViewOf(kernel, tx, application, caller, kernel.clock.now());
    }),

    reviewApplication: async (request) => {
      const { caller, params, body } = request;
      const { level, outcome, version } = body;
      const stated = readPriority(body.priorityCategory, kernel.rules().values.priorityCategories);
      if ('problem' in stated) return refuse('VALIDATION_FAILED', { fields: [{ path: 'priorityCategory', message: stated.problem }] });
      const result = await change(kernel, actOf(request, `${level === 1 ? '初审' : '复审'}${{ approve: '通过', reject: '不通过', sendBack: '退回补正' }[outcome]}`), async (work) => {
        const application = await work.tx.applications.get(params['applicationId'] ?? '');
        if (application === null || !maySeeApplication(caller, application)) return { refusal: 'NOT_FOUND' as const };
        if (caller.kind !== 'staff' || !mayReview(caller, application, level)) return { refusal: 'FORBIDDEN' as const };
        // Two clerks with the same case open: the second one decided on something that is no longer so.
        if (application.version !== version) return { refusal: 'REQUEST_IN_CONFLICT' as const };
        const review = `${application.id}-${(await work.tx.applicationReviews.count({ applicationId: application.id })) + 1}`;
        const confirmed = confirmedPriority(application, level, body.priorityCategory === undefined ? undefined : stated.category);
        if (confirmed.needsReasons && body.reasons.trim().length < MIN_REASONS) return { refusal: 'VALIDATION_FAILED' as const };
        const entered = await enterReview(kernel, work, application, { type: 'Review', level, outcome }, { priorityCategory: confirmed.label }, { level, outcome, review, priority: { before: application.priorityCategory, after: confirmed.label } });
        if (entered.refusal === null) {
          await keepPriority(work, entered.application);
          await work.tx.applicationReviews.insert({ id: review, applicationId: application.id, level, outcome, reasonsSealed: kernel.crypto.seal(body.reasons.trim()), staffId: caller.staffId, atMs: work.nowMs });
        }
        return entered;
      });
      if (result.refusal === 'VALIDATION_FAILED') return refuse(result.refusal, { fields: [{ path: 'reasons', message: `认定的优先类别与${level === 1 ? '家庭申请的' : '初审认定的'}不同，请写明理由，至少 ${MIN_REASONS} 个字；家庭会看到` }] });
      if (result.refusal !== null) return refuse(result.refusal);
      return kernel.store.read((tx) => staffViewOf(kernel, tx, result.application, caller, kernel.clock.now()));
    },
  };
}
