/** What a family reads about each step of its application (V1): the kinds of one short message. */
import type { ApplicationStepName } from '../../adapters/sms/templates';
import type { ReviewEvent } from '../../domain/review/review';

/** The step an event is; null where there is nothing to tell. */
export function stepOf({ type, from, to }: Pick<ReviewEvent, 'type' | 'from' | 'to'>): ApplicationStepName | null {
  switch (type) {
    case 'DraftSaved': return null;
    case 'ApplicationSubmitted': return 'submitted';
    case 'ApplicationSupplemented': return from === 'supplementTwo' && to === 'levelOne' ? 'reviewedAnew' : 'supplemented';
    case 'ApplicationStartedAnew': return 'startedAnew';
    case 'ApplicationApproved': return to === 'firstPublicity' ? 'firstPublicity' : 'secondPublicity';
    case 'PublicityPassed': return to === 'eligible' ? 'eligible' : 'levelTwo';
    case 'ApplicationSentBack': return 'sentBack';
    case 'ApplicationRejected': return 'rejected';
    case 'ObjectionUpheld': return 'objectionUpheld';
    case 'ApplicationWithdrawn': return 'withdrawn';
    case 'ApplicationExpired': return 'expired';
    case 'ApplicationBarred': return 'barred';
  }
}
