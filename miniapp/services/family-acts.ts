/** The two acts a family can do, each under a key that survives a lost reply. */
import type { AnswerOf } from '@shared/contract/routes';
import { platform } from '@/platform/platform';
import { Acts, isUnsettled, uuidOf, type Act } from './acts';
import { call, type Answer } from './http';
import { storage } from './storage';

export const acts = new Acts(storage, () => uuidOf(platform.randomBytes(16)));

async function perform<T>(act: Act, attempt: (idempotencyKey: string) => Promise<Answer<T>>): Promise<Answer<T>> {
  const answer = await attempt(acts.keyFor(act));
  if (answer.ok || !(answer.code === 'OFFLINE' || isUnsettled(answer.status))) acts.settle(act);
  return answer;
}

/** Picks a home (Q4). */
export function pickHome(ticketId: string, listingId: string): Promise<Answer<AnswerOf<'pickHome'>>> {
  return perform({ kind: 'pick', ticketId, listingId }, (idempotencyKey) => call('pickHome', { params: { ticketId }, body: { listingId }, idempotencyKey }));
}

/** Gives the turn to the next family (Q5). The turn is part of the act: a later turn is another one. */
export function passTurn(ticketId: string, turnId: string): Promise<Answer<AnswerOf<'passTurn'>>> {
  return perform({ kind: 'pass', ticketId, turnId }, (idempotencyKey) => call('passTurn', { params: { ticketId }, body: { confirm: true }, idempotencyKey }));
}
