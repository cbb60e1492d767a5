/** A family's own applications over HTTP (V1): drafts kept as they are typed, submitted, withdrawn. */
import { readPriority } from '../../domain/review/priority';
import { isEditable } from '../../domain/review/review';
import { actOf, refuse, type ApiRequest, type Handlers } from '../../http/request';
import type { Kernel } from '../../kernel';
import type { Application } from '../../store/collections';
import { change, type Work } from '../../store/change';
import { recall, remember } from '../../store/once';
import { UniqueViolation } from '../../store/port';
import { attachmentsOf } from '../attachments/present';
import { enterReview } from './door';
import { newApplication } from './draft';
import { ownsApplication } from './policy';
import { maskedContent, priorityOf, reviewsOf, summaryOf } from './present';
import { checkOwn, effectOf, listedFields, openContent, openTyped, submitApplication } from './submit';

/** A slip of the finger makes a second draft; more are somebody's program. */
const MAX_DRAFTS = 3;
const LIST_LIMIT = 50;

export function applicationHandlers(kernel: Kernel): Handlers {
  /** What submitting would say, and what it would bring about. */
  const outlookOf = (application: Application, nowMs: number) => {
    const checked = checkOwn(kernel, application, nowMs);
    return { problems: 'problems' in checked ? [...checked.problems] : [], effect: effectOf(kernel, application, checked) };
  };

  /** Loads the caller's own application in the version the caller saw. Another's is answered like none. */
  async function own(work: Pick<Work, 'tx'>, request: ApiRequest, version: number): Promise<Application | 'NOT_FOUND' | 'REQUEST_IN_CONFLICT'> {
    const application = await work.tx.applications.get(request.params['applicationId'] ?? '');
    if (application === null || !ownsApplication(request.caller, application)) return 'NOT_FOUND';
    return application.version === version ? application : 'REQUEST_IN_CONFLICT';
  }

  return {
    listReviewStreets: async () => ({ districts: kernel.rules().values.reviewStreets.map(({ district, streets }) => ({ district, streets: [...streets] })) }),

    listPriorityCategories: async () => ({ categories: kernel.rules().values.priorityCategories.map((category) => ({ ...category })) }),

    createApplication: async (request) => {
      const { caller } = request;
      if (caller.kind !== 'family') return refuse('SIGN_IN_REQUIRED');
      const once = { subject: `family ${caller.phoneIndex}`, key: request.idempotencyKey, request: 'createApplication' };
      const outcome = await change(kernel, actOf(request, '新建申请'), async (work) => {
        const earlier = await recall<{ id: string }>(work, once);
        if (earlier !== null) return earlier;
        if ((await work.tx.applications.find({ phoneIndex: caller.phoneIndex, state: 'draft' }, { limit: MAX_DRAFTS })).length >= MAX_DRAFTS) return 'TOO_MANY_DRAFTS' as const;
        const { id } = await newApplication(kernel, work, { channel: 'online', externalId: null, externalHash: null, phoneIndex: caller.phoneIndex, content: {} });
        return remember(work, once, { id });
      });
      if (outcome === 'TOO_MANY_DRAFTS') return refuse(outcome);
      if (outcome.kind === 'reused') return refuse('IDEMPOTENCY_KEY_REUSED');
      return view(request, outcome.answer.id);
    },

    listMyApplications: async ({ caller }) => {
      if (caller.kind !== 'family') return refuse('SIGN_IN_REQUIRED');
      const found = await kernel.store.read((tx) => tx.applications.find({ phoneIndex: caller.phoneIndex }, { sort: [['createdAtMs', 'desc']], limit: LIST_LIMIT }));
      return { serverNowMs: kernel.clock.now(), applications: found.map((application) => summaryOf(kernel, application)) };
    },

    getMyApplication: (request) => view(request, request.params['applicationId'] ?? ''),

    saveDraft: async (request) => {
      const { body } = request;
      const priority = readPriority(body.content.priorityCategory, kernel.rules().values.priorityCategories);
      if ('problem' in priority) return refuse('VALIDATION_FAILED', { fields: [{ path: 'content.priorityCategory', message: priority.problem }] });
      await kernel.ensureAlive();
      const outcome = await change(kernel, actOf(request, '保存申请草稿'), async (work) => {
        const application = await own(work, request, body.version);
        if (typeof application === 'string') return { refusal: application };
        // What staff see of a case that was submitted stays until the supplement is handed in.
        const changes = application.submittedAtMs === null ? listedFields(kernel, body.content) : { typedSealed: kernel.crypto.seal(JSON.stringify(body.content)) };
        return enterReview(kernel, work, application, { type: 'SaveDraft' }, changes);
      });
      if (outcome.refusal !== null) return refuse(outcome.refusal);
      const { application } = outcome;
      const nowMs = kernel.clock.now();
      return { id: application.id, version: application.version, savedAtMs: nowMs, dueMs: application.dueMs, ...outlookOf(application, nowMs) };
    },

    submitApplication: async (request) => {
      const { caller, params, body } = request;
      if (caller.kind !== 'family') return refuse('SIGN_IN_REQUIRED');
      const once = { subject: `family ${caller.phoneIndex}`, key: request.idempotencyKey, request: { submit: params['applicationId'], body } };
      // T6: what an outage took of the time for a supplement is given back before it can be too late.
      await kernel.ensureAlive();
      try {
        const outcome = await change(kernel, actOf(request, '提交申请'), async (work) => {
          const earlier = await recall<Application>(work, once);
          if (earlier !== null) return earlier.kind === 'reused' ? { refusal: 'IDEMPOTENCY_KEY_REUSED' as const } : { application: earlier.answer };
          const application = await own(work, request, body.version);
          if (typeof application === 'string') return { refusal: application };
          // Out of its time, or not the family's to change: the door says which before anything of the content matters.
          if (!isEditable(application.state) || (application.dueMs !== null && work.nowMs >= application.dueMs)) return enterReview(kernel, work, application, { type: 'Submit', newReview: false, newTime: false });
          const done = await submitApplication(kernel, work, application, body.acceptsNewReview);
          if ('application' in done) await remember(work, once, answerOf(done.application));
          return done;
        });
        if ('problems' in outcome) return refuse('VALIDATION_FAILED', { fields: outcome.problems });
        if ('refusal' in outcome && outcome.refusal !== null) return refuse(outcome.refusal);
        if (!('application' in outcome)) throw new Error('a granted submission without its application');
        return answerOf(outcome.application);
      } catch (error) {
        // V3, the second time: another case with one of these people was opened at this very moment.
        if (error instanceof UniqueViolation && error.index === 'onePersonOneOpenCase') return refuse('PERSON_IN_OPEN_CASE');
        throw error;
      }
    },

    withdrawApplication: async (request) => {
      const { body } = request;
      const outcome = await change(kernel, actOf(request, '撤回申请'), async (work) => {
        const application = await own(work, request, body.version);
        return typeof application === 'string' ? { refusal: application } : enterReview(kernel, work, application, { type: 'Withdraw' });
      });
      if (outcome.refusal !== null) return refuse(outcome.refusal);
      const { id, version, state } = outcome.application;
      return { id, version, state };
    },
  };

  async function view(request: ApiRequest, id: string) {
    return kernel.store.read(async (tx) => {
      const application = await tx.applications.get(id);
      if (application === null || !ownsApplication(request.caller, application)) return refuse('NOT_FOUND');
      const nowMs = kernel.clock.now();
      const editable = isEditable(application.state);
      return {
        ...summaryOf(kernel, application), serverNowMs: nowMs, content: editable ? openTyped(kernel, application) : maskedContent(openContent(kernel, application)), editable,
        ...(editable ? outlookOf(application, nowMs) : { problems: [], effect: null }), ...priorityOf(kernel, application),
        lastReview: (await reviewsOf(kernel, tx, id))[0] ?? null, attachments: await attachmentsOf(kernel, tx, id),
      };
    });
  }
}

/** What is kept of a submission for a repeated request. */
function answerOf({ id, version, state, receiptNumber, submittedAtMs }: Pick<Application, 'id' | 'version' | 'state' | 'receiptNumber' | 'submittedAtMs'>) {
  return { id, version, state, receiptNumber: receiptNumber ?? 0, submittedAtMs: submittedAtMs ?? 0 };
}
