/** While waiting and after a miss: continuing, requests for a change, leaving the queue, rent subsidies, contact. */
import * as z from 'zod/mini';
import { district, pageQuery, reason } from './listing-pool-schemas';

const ms = z.int();
const nullable = z.nullable;
const id = z.string().check(z.minLength(1), z.maxLength(120));
export const group = z.string().check(z.regex(/^(lowRent|publicRental)-[123]$/), z.describe('组别，如 publicRental-2'));

const requestKind = z.enum(['adjust', 'toSubsidy', 'fromSubsidy']);
const requestState = z.enum(['open', 'approved', 'rejected', 'withdrawn']);

/** M1: asked by the family, or at a service window on its behalf. */
export const askToContinue = z.strictObject({ confirm: z.literal(true) });
export const assistedContinuation = z.strictObject({
  place: z.string().check(z.minLength(1), z.maxLength(100), z.describe('办理窗口')),
  consent: z.string().check(z.minLength(2), z.maxLength(200), z.describe('家庭同意的方式，如“本人到场签字”')),
});
export const continuation = z.strictObject({
  ticketId: z.string(), requestedAtMs: ms, publicUntilDay: z.string(),
  /** The batch it takes part in when nobody objects. */
  batchDay: z.string(),
});

export const waitingRequestBody = z.discriminatedUnion('kind', [
  /** W2: `size` is what the family says of itself now; it must be what is registered. */
  z.strictObject({ kind: z.literal('adjust'), ticketId: id, group, size: z.int().check(z.minimum(1), z.maximum(30)), reason }),
  z.strictObject({ kind: z.literal('toSubsidy'), ticketId: id, reason }),
  z.strictObject({ kind: z.literal('fromSubsidy'), householdId: id, group, reason }),
]);
const requestFacts = {
  id: z.string(), version: z.int(), kind: requestKind, householdId: z.string(), ticketId: nullable(z.string()), group: nullable(z.string()), reason: z.string(),
  state: requestState, requestedAtMs: ms, decidedAtMs: nullable(ms), answer: z.string(),
};
export const waitingRequest = z.strictObject(requestFacts);
export const withdrawRequest = z.strictObject({ version: z.int() });

export const miss = z.strictObject({
  ticketId: z.string(), missedAtMs: ms, state: z.enum(['open', 'asked', 'continued', 'refused', 'forfeited', 'ended']),
  /** Exclusive; null where nothing can be asked, or while the end is not known (T3). */
  continueUntilMs: nullable(ms),
});
export const subsidy = z.strictObject({ id: z.string(), version: z.int(), householdId: z.string(), state: z.enum(['running', 'stopped', 'converted']), fromMs: ms, endedAtMs: nullable(ms), reason: z.string() });
export const contact = z.strictObject({ state: z.enum(['asked', 'confirmed', 'ended']), askedAtMs: nullable(ms), confirmedAtMs: nullable(ms) });
/** What becomes of a household's number: a candidate waits for the batch of `batchDay`. */
export const candidate = z.strictObject({ id: z.string(), version: z.int(), kind: z.enum(['new', 'adjust', 'continue', 'fromSubsidy']), group: z.string(), submittedAtMs: ms, state: z.enum(['waiting', 'numbered', 'withdrawn']), batchDay: z.string() });
export const waitingTicket = z.strictObject({
  id: z.string(), version: z.int(), group: z.string(), queueNumber: z.int(), batchDay: z.string(), state: z.enum(['publicised', 'queued', 'onTurn', 'picked', 'missed', 'renewing', 'forfeited', 'void']),
});

const householdWaiting = {
  id: z.string(), applicantMasked: z.string(), size: z.int(), district: z.string(),
  tickets: z.array(waitingTicket), misses: z.array(miss), requests: z.array(waitingRequest), candidates: z.array(candidate), subsidies: z.array(subsidy), contact: nullable(contact),
};
export const householdCase = z.strictObject(householdWaiting);
export const myWaiting = z.strictObject({ serverNowMs: ms, households: z.array(householdCase) });
export const confirmContact = z.strictObject({ householdId: id });

// Staff ---------------------------------------------------------------------------------------------------

export const endWaiting = z.strictObject({ version: z.int().check(z.describe('查看时的版本号')), reason });
export const waitingRequestQuery = z.strictObject({ district, state: z.optional(requestState), ...pageQuery });
export const staffWaitingRequest = z.strictObject({ ...requestFacts, district: z.string(), applicantMasked: z.string(), ticket: nullable(waitingTicket) });
export const staffWaitingRequests = z.strictObject({ requests: z.array(staffWaitingRequest), next: nullable(z.string()) });
export const decideRequest = z.strictObject({ version: z.int(), approved: z.boolean(), answer: z.string().check(z.minLength(2, '请写明意见'), z.maxLength(200)) });
export const subsidyQuery = z.strictObject({ district, state: z.optional(z.enum(['running', 'stopped', 'converted'])), ...pageQuery });
export const subsidies = z.strictObject({ subsidies: z.array(z.strictObject({ ...subsidy.shape, district: z.string(), applicantMasked: z.string() })), next: nullable(z.string()) });
export const staleContactQuery = z.strictObject({ district, ...pageQuery });
export const staleContacts = z.strictObject({
  contacts: z.array(z.strictObject({ householdId: z.string(), applicantMasked: z.string(), phoneMasked: z.string(), askedAtMs: nullable(ms), confirmedAtMs: nullable(ms) })), next: nullable(z.string()),
});
