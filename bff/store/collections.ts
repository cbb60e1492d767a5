/**
 * Every collection of the system: the shapes and indexes both store adapters are built from.
 * Names and states follow the glossary (docs/GLOSSARY.md); `…Sealed` fields are SM4-encrypted (P2),
 * `…Index` fields are keyed HMAC-SM3 blind indexes.
 */
import * as z from 'zod/mini';
import { collection } from './collection';
import { applicationCollections } from './shapes/applications';
import { batchCollections } from './shapes/batch';
import { certificateCollections } from './shapes/certificates';
import { calendarCollections } from './shapes/calendar';
import { ruleCollections } from './shapes/rules';
import { allocationCollections } from './shapes/allocations';
import { listingPoolCollections } from './shapes/listing-pool';
import { transferCollections } from './shapes/transfers';
import { rankingCollections } from './shapes/ranking';
import { placeCollections } from './shapes/place';
import { publicityCollections } from './shapes/publicity';
import { standingCollections } from './shapes/standing';
import { supervisionCollections } from './shapes/supervision';
import { waitingCollections } from './shapes/waiting';

const base = { id: z.string(), version: z.int() };
const ms = z.int();
const day = z.string();
const text = z.string();
const nullable = z.nullable;

/** L3: the states of a home in the unit table (楼盘表). */
export const listingStates = ['draft', 'inReview', 'available', 'picked', 'allocated', 'leased', 'reserved', 'maintenance', 'withdrawn'] as const;

/**
 * States of a ticket (one queue number of one household). `publicised`: given, not yet in the queue (G5). `queued`
 * includes called-up families. `renewing`: a new number was asked for and granted, this one only waits to be void
 * (M1, W2). `forfeited` and `void` are final; the number is never given again (G2).
 */
export const ticketStates = ['publicised', 'queued', 'onTurn', 'picked', 'missed', 'renewing', 'forfeited', 'void'] as const;

/** How a turn ended, or `open`. */
export const turnStates = ['open', 'picked', 'passed', 'missed', 'deferred'] as const;

/** Q8: how it is proven that the family was told. */
export const proofs = ['none', 'smsReceipt', 'subscriptionMessage', 'staffCall'] as const;

export const collections = {
  communities: collection(z.strictObject({ ...base, name: text, district: text, areaCode: text }), [
    { name: 'communityName', fields: ['district', 'name'], unique: true },
  ]),

  listings: collection(
    z.strictObject({
      ...base,
      communityId: text, communityName: text, district: text, laneId: text,
      building: text, entrance: text, floor: z.int(), room: text,
      bedrooms: z.int(), areaSqm: z.number(), orientation: text, rentFen: z.int(),
      state: z.enum(listingStates), owner: text, remark: text,
    }),
    [
      { name: 'oneListingPerDoor', fields: ['communityId', 'building', 'entrance', 'room'], unique: true },
      { name: 'listingsOfLane', fields: ['laneId', 'state', 'communityId'] },
      { name: 'listingsOfDistrict', fields: ['district', 'state'] },
    ],
  ),

  households: collection(
    z.strictObject({
      ...base,
      district: text, street: text, size: z.int(), priorityCategory: nullable(text),
      applicantSealed: text, applicantNameIndex: text, phoneSealed: text, phoneIndex: text, wechatOpenIdSealed: nullable(text),
      source: z.enum(['lotteryRoll', 'application', 'sittingTenant']),
    }),
    [{ name: 'householdsOfPhone', fields: ['phoneIndex'] }, { name: 'householdsOfName', fields: ['applicantNameIndex'] }],
  ),

  /** One person of a household. V3: an open case holds a person once. */
  members: collection(
    z.strictObject({ ...base, householdId: text, relation: text, personSealed: text, identityIndex: text, caseOpen: z.boolean() }),
    [
      { name: 'onePersonOneOpenCase', fields: ['identityIndex'], unique: true, where: { caseOpen: true } },
      { name: 'membersOfHousehold', fields: ['householdId'] },
      { name: 'membersByIdentity', fields: ['identityIndex'] },
    ],
  ),

  tickets: collection(
    z.strictObject({
      ...base,
      householdId: text, laneId: text,
      /** G1, e.g. `lowRent-2`. */
      group: text, tier: z.int(), bedrooms: z.int(), queueNumber: z.int(),
      batchDay: day, submittedAtMs: ms, origin: z.enum(['lottery', 'batch']),
      state: z.enum(ticketStates), calledUpAtMs: nullable(ms),
      /** Q8: times deferred for want of proof, and the earliest instant it may be called again (0: any time). */
      deferrals: z.int(), notBeforeMs: ms,
      ruleSetVersion: z.int(),
    }),
    [
      { name: 'oneNumberPerGroup', fields: ['group', 'queueNumber'], unique: true },
      { name: 'queueOfLane', fields: ['laneId', 'state', 'tier', 'queueNumber'] },
      { name: 'ticketsOfHousehold', fields: ['householdId'] },
    ],
  ),

  /** Q1: 选房通道. The head of its ledger stream `lane.<id>` is the sequence number of its live view. */
  lanes: collection(
    z.strictObject({
      ...base,
      areaCode: text, areaName: text, bedrooms: z.int(),
      state: z.enum(['closed', 'open', 'paused']), pausedAtMs: nullable(ms),
      openTurnId: nullable(text),
      /** Q2: the number of free homes for which families were last called up; 0 once somebody joined or moved up since. */
      calledUpFor: z.int(),
    }),
    [{ name: 'lanesOfArea', fields: ['areaCode', 'bedrooms'], unique: true }],
  ),

  /** One family's time to pick (一次轮到). The clock starts when its notification was handed over (T5). */
  turns: collection(
    z.strictObject({
      ...base,
      laneId: text, ticketId: text, householdId: text, group: text, queueNumber: z.int(),
      state: z.enum(turnStates), isOpen: z.boolean(),
      openedAtMs: ms, notifiedAtMs: nullable(ms), deadlineMs: nullable(ms), endedAtMs: nullable(ms),
      /** T6: total time given back, in ms. */
      movedMs: ms,
      proof: z.enum(proofs), proofAtMs: nullable(ms),
      ruleSetVersion: z.int(),
    }),
    [
      { name: 'oneOpenTurnPerLane', fields: ['laneId'], unique: true, where: { isOpen: true } },
      { name: 'turnsByDeadline', fields: ['isOpen', 'deadlineMs'] },
      { name: 'turnsOfTicket', fields: ['ticketId', 'openedAtMs'] },
      { name: 'turnsOfLane', fields: ['laneId', 'openedAtMs'] },
    ],
  ),

  /** A pick on its way to an allocation (配租). */
  picks: collection(
    z.strictObject({
      ...base,
      laneId: text, turnId: text, ticketId: text, householdId: text, listingId: text,
      pickedAtMs: ms, active: z.boolean(),
      /** Q10: who helped, where, and the consent given; null when the family picked itself. */
      assisted: nullable(z.strictObject({ staffId: text, place: text, consent: text })),
      receipt: z.strictObject({ body: text, signature: text, keyId: text }),
    }),
    [
      { name: 'onePickPerListing', fields: ['listingId'], unique: true, where: { active: true } },
      { name: 'onePickPerTicket', fields: ['ticketId'], unique: true, where: { active: true } },
    ],
  ),

  /** The append-only, hash-chained record of every act (S1). `open` is public, `detail` is for staff. */
  ledger: collection(
    z.strictObject({
      ...base,
      stream: text, seq: z.int(), atMs: ms, type: text, open: z.record(text, z.unknown()),
      detail: text, salt: text, detailHash: text, prevHash: text, hash: text,
    }),
    [
      { name: 'ledgerSeq', fields: ['stream', 'seq'], unique: true },
      // S1: a period is read for inspectors without walking the ledger.
      { name: 'ledgerByTime', fields: ['atMs'] },
    ],
  ),
  ledgerHeads: collection(z.strictObject({ ...base, seq: z.int(), hash: text, isPublic: z.boolean() }), []),

  /** What must be told outside, written with the change, with its delivery record. */
  outbox: collection(
    z.strictObject({
      ...base,
      topic: z.enum(['live', 'sms', 'subscriptionMessage', 'exchange']),
      /** What it is about, e.g. `turnOpened`; with `subjectId` (turn, ticket, lane). */
      kind: text, subjectId: text,
      recipientSealed: text, payload: z.record(text, z.unknown()),
      state: z.enum(['pending', 'handed', 'delivered', 'failed', 'dead', 'dropped']),
      attempts: z.int(), createdAtMs: ms, dueAtMs: ms, handedAtMs: nullable(ms), settledAtMs: nullable(ms),
      /** The relay that works on it, and until when its claim holds (lease). */
      claimedBy: text, claimedUntilMs: ms,
      gatewayId: text, lastError: text,
    }),
    [
      { name: 'outboxDue', fields: ['state', 'dueAtMs'] },
      { name: 'outboxByTime', fields: ['createdAtMs'] },
      { name: 'outboxByState', fields: ['state', 'createdAtMs'] },
      { name: 'outboxOfGateway', fields: ['gatewayId'] },
      { name: 'outboxOfSubject', fields: ['subjectId'] },
    ],
  ),

  /** Q8: a family staff must telephone; `id` is `call-` and the turn or allocation it is about, so there is one of each. */
  callTasks: collection(
    z.strictObject({
      ...base,
      turnId: text, /** Where it is about the notice and not the turn. */ allocationId: nullable(text), ticketId: text, householdId: text, district: text, reason: text,
      state: z.enum(['open', 'reached', 'notReached', 'lapsed']), createdAtMs: ms,
      doneAtMs: nullable(ms), doneBy: text, note: text,
    }),
    [
      { name: 'callTasksByState', fields: ['state', 'createdAtMs'] },
    ],
  ),

  idempotency: collection(
    z.strictObject({ ...base, requestHash: text, answer: z.unknown(), atMs: ms }),
    [{ name: 'idempotencyByAge', fields: ['atMs'] }],
  ),
  /** Sign-in codes by phone; `id` is the phone's blind index. */
  signInCodes: collection(
    z.strictObject({ ...base, codeSealed: text, phoneSealed: text, createdAtMs: ms, expiresAtMs: ms, attempts: z.int(), used: z.boolean(), lastSentAtMs: ms, day, sendsToday: z.int() }),
    [{ name: 'codesByExpiry', fields: ['expiresAtMs'] }],
  ),
  /** `id` is the SM3 of the token; the token itself is only with the person. */
  sessions: collection(
    z.strictObject({ ...base, kind: z.enum(['family', 'staff']), subjectId: text, phoneIndex: text, createdAtMs: ms, expiresAtMs: ms }),
    [{ name: 'sessionsByExpiry', fields: ['expiresAtMs'] }, { name: 'sessionsOfPhone', fields: ['phoneIndex', 'expiresAtMs'] }],
  ),
  staff: collection(
    z.strictObject({
      ...base,
      account: text, passwordHash: text, name: text, role: text, districts: z.array(text), /** Of a street clerk: whose applications it reviews (P1). */ streets: z.array(text), phoneSealed: text, active: z.boolean(),
    }),
    [{ name: 'staffAccount', fields: ['account'], unique: true }],
  ),

  /** T6: the service's heartbeat (`id: service`), and each gap found in it. */
  heartbeats: collection(z.strictObject({ ...base, beatAtMs: ms }), []),
  outages: collection(z.strictObject({ ...base, fromMs: ms, toMs: ms }), [{ name: 'outagesByTime', fields: ['fromMs'] }]),

  /** One document that turns contend for when only one may be open in the whole city (Q3's setting). */
  gates: collection(z.strictObject({ ...base, holder: nullable(text) }), []),
  imports: collection(
    z.strictObject({ ...base, file: text, kind: text, atMs: ms, accepted: z.int(), refused: z.int(), sha: text }),
    [{ name: 'importsByTime', fields: ['atMs'] }],
  ),
  leases: collection(z.strictObject({ ...base, holder: text, untilMs: ms, token: z.int() }), []),
  settings: collection(z.strictObject({ ...base, value: z.unknown() }), []),
  migrations: collection(z.strictObject({ ...base, name: text, atMs: ms }), []),
  ...applicationCollections,
  ...allocationCollections,
  ...listingPoolCollections,
  ...transferCollections,
  ...placeCollections,
  ...publicityCollections,
  ...rankingCollections,
  ...ruleCollections,
  ...supervisionCollections,
  ...calendarCollections,
  ...certificateCollections,
  ...batchCollections,
  ...waitingCollections,
  ...standingCollections,
} as const;

export type Collections = typeof collections;
export type CollectionName = keyof Collections;
export type DocOf<N extends CollectionName> = z.infer<Collections[N]['schema']>;

export type Listing = DocOf<'listings'>;
export type Household = DocOf<'households'>;
export type Member = DocOf<'members'>;
export type Ticket = DocOf<'tickets'>;
export type Lane = DocOf<'lanes'>;
export type TurnDoc = DocOf<'turns'>;
export type Pick = DocOf<'picks'>;
export type Ranking = DocOf<'rankings'>;
export type LedgerEntry = DocOf<'ledger'>;
export type Allocation = DocOf<'allocations'>;
export type Publicity = DocOf<'publicities'>;
export type Objection = DocOf<'objections'>;
export type Application = DocOf<'applications'>;
export type ApplicationReview = DocOf<'applicationReviews'>;
export type Attachment = DocOf<'attachments'>;
export type BatchCandidate = DocOf<'batchCandidates'>;
export type Batch = DocOf<'batches'>;
export type Miss = DocOf<'misses'>;
export type WaitingRequest = DocOf<'waitingRequests'>;
export type Subsidy = DocOf<'subsidies'>;
export type Person = DocOf<'persons'>;
export type Forfeit = DocOf<'forfeits'>;
export type Bar = DocOf<'bars'>;
export type CreditRecord = DocOf<'creditRecords'>;
export type RuleSetDoc = DocOf<'ruleSets'>;
export type RuleSetDraft = DocOf<'ruleSetDrafts'>;
export type CalendarYear = DocOf<'calendarYears'>;
export type Seal = DocOf<'seals'>;
export type ExportDoc = DocOf<'exports'>;
export type LaneForecast = DocOf<'laneForecasts'>;
export type OutboxMessage = DocOf<'outbox'>;
/** S1: who acted, and in which role. */
export interface Actor {
  readonly kind: 'family' | 'staff' | 'system' | 'public';
  readonly id: string;
  readonly role: string | null;
}
