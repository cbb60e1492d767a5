/**
 * V4: applications from 社会救助一件事. One that arrives is submitted in the same change, or refused and not kept; the
 * same case again gets the same answer. What becomes of it is reported back through the outbox (see door.ts).
 */
import { canonicalJson } from '../../../shared/canonical-json';
import type { SocialAssistance } from '../../adapters/social-assistance/social-assistance';
import { readPhone } from '../../domain/registers/people';
import { actOf, refuse, type Handlers } from '../../http/request';
import type { Kernel } from '../../kernel';
import type { Application } from '../../store/collections';
import { change } from '../../store/change';
import { UniqueViolation } from '../../store/port';
import { newApplication } from './draft';
import { submitApplication, type Submitted } from './submit';

/** Undoes the change: a refused case leaves nothing behind. */
class NotTaken extends Error {
  override readonly name = 'NotTaken';
  constructor(readonly outcome: Exclude<Submitted, { application: Application }>) {
    super('the case was refused');
  }
}

/** `exchange` is null where none is configured. */
export function exchangeHandlers(kernel: Kernel, exchange: Pick<SocialAssistance, 'verify'> | null): Handlers {
  return {
    receiveSocialAssistance: async (request) => {
      if (exchange === null) return refuse('UNAVAILABLE');
      if (!exchange.verify(request.headers, request.rawBody)) return refuse('SIGNATURE_INVALID');
      const { caseNumber, content } = request.body;
      // Keyed: a plain hash of names and identity numbers could be guessed.
      const externalHash = kernel.crypto.blindIndex('content', canonicalJson(content));
      const phone = readPhone({ kind: 'text', text: content.phone ?? '' });
      const phoneIndex = kernel.crypto.blindIndex('phone', phone.ok ? phone.value : '');
      const act = { ...actOf(request, '社会救助一件事推送'), actor: { kind: 'system' as const, id: 'socialAssistance', role: null } };
      try {
        const outcome = await change(kernel, act, async (work) => {
          const [earlier] = await work.tx.applications.find({ channel: 'socialAssistance', externalId: caseNumber }, { limit: 1 });
          if (earlier !== undefined) return earlier.externalHash === externalHash ? earlier : 'IDEMPOTENCY_KEY_REUSED';
          const application = await newApplication(kernel, work, { channel: 'socialAssistance', externalId: caseNumber, externalHash, phoneIndex, content });
          const done = await submitApplication(kernel, work, application);
          if (!('application' in done)) throw new NotTaken(done);
          return done.application;
        });
        if (typeof outcome === 'string') return refuse(outcome);
        if (outcome.receiptNumber === null || outcome.submittedAtMs === null) throw new Error(`case ${outcome.id} was taken without being submitted`);
        return { applicationId: outcome.id, receiptNumber: outcome.receiptNumber, submittedAtMs: outcome.submittedAtMs };
      } catch (error) {
        if (error instanceof NotTaken) return 'problems' in error.outcome ? refuse('VALIDATION_FAILED', { fields: error.outcome.problems.map(({ path, message }) => ({ path: `content.${path}`, message })) }) : refuse(error.outcome.refusal);
        if (error instanceof UniqueViolation && error.index === 'onePersonOneOpenCase') return refuse('PERSON_IN_OPEN_CASE');
        throw error;
      }
    },
  };
}
