/**
 * What travels between client and server: input schemas the server checks every request against, and
 * output schemas the API documentation and the tests are made from. `zod/mini`, for its size; the clients
 * import types only. All amounts, times and lengths carry their unit in the name.
 */
import * as z from 'zod/mini';

const label = (description: string) => z.describe<string>(description);
const text = (max: number, description: string) => z.string().check(z.minLength(1), z.maxLength(max), label(description));
const id = z.string().check(z.minLength(1), z.maxLength(64), z.regex(/^[A-Za-z0-9_:-]+$/), label('编号'));
const ms = z.int();
const nullable = z.nullable;

export const phone = z.string().check(z.regex(/^1\d{10}$/, '请输入 11 位手机号码'), label('手机号码'));

// Live view -----------------------------------------------------------------------------------------------

export const turnView = z.strictObject({
  /** e.g. `lowRent-2` */
  group: z.string(),
  queueNumber: z.int(),
  openedAtMs: ms,
  /** null until the notification was handed to the SMS gateway (T5): the clock has not started. */
  deadlineMs: nullable(ms),
});

/** The public state of one lane: no personal data, no ticking. `seq` is the lane's ledger position. */
export const liveView = z.strictObject({
  laneId: z.string(),
  seq: z.int(),
  serverNowMs: ms,
  state: z.enum(['closed', 'open', 'paused']),
  /** T6: since when the clock stands still; null while it runs. */
  pausedAtMs: nullable(ms),
  turn: nullable(turnView),
  /** Homes still free in this lane, in all and per community. */
  remaining: z.int(),
  communities: z.array(z.strictObject({ communityId: z.string(), name: z.string(), remaining: z.int() })),
  /** Families still waiting in this lane, and the next few numbers. */
  waiting: z.int(),
  next: z.array(z.strictObject({ group: z.string(), queueNumber: z.int() })),
  /** The last turns that ended, newest first. */
  recent: z.array(z.strictObject({ group: z.string(), queueNumber: z.int(), outcome: z.enum(['picked', 'passed', 'missed', 'deferred']), endedAtMs: ms })),
});

export const laneSummary = z.strictObject({
  id: z.string(), areaName: z.string(), bedrooms: z.int(),
  live: liveView,
});
export const laneList = z.strictObject({ lanes: z.array(laneSummary) });

// Homes ---------------------------------------------------------------------------------------------------

export const communitySummary = z.strictObject({
  id: z.string(), name: z.string(), district: z.string(),
  homes: z.int(), remainingByBedrooms: z.record(z.string(), z.int()),
});
export const communityList = z.strictObject({ communities: z.array(communitySummary) });

export const home = z.strictObject({
  id: z.string(), communityId: z.string(), communityName: z.string(), building: z.string(), entrance: z.string(),
  floor: z.int(), room: z.string(), bedrooms: z.int(), areaSqm: z.number(), orientation: z.string(), rentFen: z.int(),
  state: z.enum(['draft', 'inReview', 'available', 'picked', 'allocated', 'leased', 'reserved', 'maintenance', 'withdrawn']),
});
/** V2: what is left where, for who is filling in an application; a community with none left says so. */
export const remainingQuery = z.strictObject({ district: text(30, '所属区') });
export const remainingHomes = z.strictObject({
  serverNowMs: ms, areaCode: z.string(), areaName: z.string(),
  communities: z.array(z.strictObject({ id: z.string(), name: z.string(), district: z.string(), remaining: z.array(z.strictObject({ bedrooms: z.int(), homes: z.int() })) })),
});
/** 楼盘表: homes of a community, to be drawn by building, entrance and floor. */
export const unitTable = z.strictObject({ community: communitySummary, homes: z.array(home) });

// Sign-in -------------------------------------------------------------------------------------------------

export const requestCode = z.strictObject({ phone });
export const codeRequested = z.strictObject({ resendAfterS: z.int(), validForS: z.int() });
export const signIn = z.strictObject({ phone, code: z.string().check(z.regex(/^\d{6}$/, '请输入 6 位验证码'), label('验证码')) });
export const signedIn = z.strictObject({ token: z.string(), expiresAtMs: ms });
export const staffSignIn = z.strictObject({ account: text(64, '账号'), password: text(128, '密码') });
export const staffSignedIn = z.strictObject({ token: z.string(), expiresAtMs: ms, name: z.string(), role: z.string() });

// A family's own ------------------------------------------------------------------------------------------

export const myTurn = z.strictObject({
  id: z.string(), openedAtMs: ms, notifiedAtMs: nullable(ms), deadlineMs: nullable(ms),
  /** T6: how much time was given back, and why it shows. */
  movedMs: ms,
});
export const myPlace = z.strictObject({
  ticketId: z.string(), group: z.string(), queueNumber: z.int(), laneId: z.string(), areaName: z.string(), bedrooms: z.int(),
  state: z.enum(['publicised', 'queued', 'onTurn', 'picked', 'missed', 'renewing', 'forfeited', 'void']),
  /** Q2: in the selection registry; homes' addresses are shown. */
  calledUp: z.boolean(),
  /** Families before this one in the lane; null once it no longer queues. */
  ahead: nullable(z.int()),
  deferrals: z.int(), notBeforeMs: ms,
  turn: nullable(myTurn),
});
export const me = z.strictObject({
  serverNowMs: ms,
  phoneMasked: z.string(),
  households: z.array(z.strictObject({ id: z.string(), applicantMasked: z.string(), size: z.int(), district: z.string(), street: z.string(), places: z.array(myPlace) })),
});
export const homeList = z.strictObject({ serverNowMs: ms, seq: z.int(), homes: z.array(home) });

export const pickHome = z.strictObject({ listingId: id });
export const passTurn = z.strictObject({ confirm: z.literal(true) });

/** S4: what a family keeps. `body` is canonical JSON of `content`, signed as it stands (SM2 with SM3). */
export const receiptContent = z.strictObject({
  kind: z.literal('pick'), ticketId: z.string(), group: z.string(), queueNumber: z.int(), applicantMasked: z.string(),
  listingId: z.string(), address: z.string(), bedrooms: z.int(), areaSqm: z.number(), rentFen: z.int(),
  pickedAtMs: ms, assisted: z.boolean(), /** Q9: by the family's own ranking, at its deadline. */ ranked: z.optional(z.literal(true)), ruleSetVersion: z.int(),
  ledger: z.strictObject({ stream: z.string(), seq: z.int(), hash: z.string() }),
});
export const receipt = z.strictObject({ content: receiptContent, body: z.string(), signature: z.string(), keyId: z.string(), publicKey: z.string() });
export const receiptCheck = z.strictObject({ body: text(4096, '回执内容'), signature: text(512, '签名'), keyId: text(64, '密钥编号') });
export const receiptVerdict = z.strictObject({ valid: z.boolean(), inLedger: z.boolean() });
export const passed = z.strictObject({ ticketId: z.string(), endedAtMs: ms, ledger: z.strictObject({ stream: z.string(), seq: z.int(), hash: z.string() }) });

// Staff ---------------------------------------------------------------------------------------------------

export const laneAct = z.strictObject({ reason: text(200, '原因') });
export const laneState = z.strictObject({ id: z.string(), state: z.enum(['closed', 'open', 'paused']), live: liveView });
export const assistedPick = z.strictObject({ listingId: id, place: text(100, '办理窗口'), consent: text(200, '家庭同意的方式，如“本人到场签字”') });
export const staffTicketQuery = z.strictObject({
  group: z.string().check(z.regex(/^(lowRent|publicRental)-[123]$/), label('组别')),
  queueNumber: z.string().check(z.regex(/^[1-9]\d{0,8}$/), label('轮候顺序号')),
});
export const staffTicket = z.strictObject({ place: myPlace, householdId: z.string(), applicantMasked: z.string(), phoneMasked: z.string(), district: z.string() });
export const outboxQuery = z.strictObject({ state: z.optional(z.enum(['pending', 'handed', 'delivered', 'failed', 'dead', 'dropped'])) });
export const outboxItem = z.strictObject({
  id: z.string(), topic: z.string(), kind: z.string(), subjectId: z.string(), recipientMasked: z.string(), state: z.string(), attempts: z.int(),
  createdAtMs: ms, dueAtMs: ms, handedAtMs: nullable(ms), settledAtMs: nullable(ms), lastError: z.string(),
});
export const outboxList = z.strictObject({ messages: z.array(outboxItem) });
export const callTask = z.strictObject({
  id: z.string(), turnId: z.string(), /** About the notice and not the turn. */ allocationId: nullable(z.string()), ticketId: z.string(), group: z.string(), queueNumber: z.int(), district: z.string(), reason: z.string(),
  applicantMasked: z.string(), phoneMasked: z.string(),
  state: z.enum(['open', 'reached', 'notReached', 'lapsed']), createdAtMs: ms, deadlineMs: nullable(ms), note: z.string(),
});
export const callTaskList = z.strictObject({ tasks: z.array(callTask) });
export const callOutcome = z.strictObject({ reached: z.boolean(), note: text(200, '通话情况') });

// Ledger --------------------------------------------------------------------------------------------------

export const ledgerEntry = z.strictObject({
  stream: z.string(), seq: z.int(), atMs: ms, type: z.string(), open: z.record(z.string(), z.unknown()),
  detailHash: z.string(), prevHash: z.string(), hash: z.string(),
});
export const ledgerQuery = z.strictObject({
  afterSeq: z.optional(z.string().check(z.regex(/^\d{1,12}$/))), limit: z.optional(z.string().check(z.regex(/^[1-9]\d{0,2}$/))),
});
export const ledgerPage = z.strictObject({ stream: z.string(), entries: z.array(ledgerEntry), head: nullable(z.strictObject({ seq: z.int(), hash: z.string() })) });
export const ledgerStreamQuery = z.strictObject({
  cursor: z.optional(z.string().check(z.maxLength(80), z.regex(/^[A-Za-z0-9_.-]+$/))), limit: z.optional(z.string().check(z.regex(/^[1-9]\d{0,2}$/))),
});
/** By name; `nextCursor` asks for the page after. */
export const ledgerStreams = z.strictObject({ streams: z.array(z.strictObject({ stream: z.string(), seq: z.int(), hash: z.string() })), nextCursor: nullable(z.string()) });
export const signingKey = z.strictObject({ keyId: z.string(), publicKey: z.string(), algorithm: z.string() });

// Operation -----------------------------------------------------------------------------------------------

export const health = z.strictObject({ status: z.enum(['ok', 'stopping']), store: z.enum(['embedded', 'mongo']), version: z.string(), serverNowMs: ms, demo: z.boolean() });
/** SMS gateway's delivery receipt, verified by signature before it is parsed. */
export const smsReceipt = z.strictObject({
  gatewayId: id, status: z.enum(['delivered', 'failed']), atMs: ms, reason: z.optional(z.string().check(z.maxLength(200))),
});
export const accepted = z.strictObject({ ok: z.literal(true) });

// Demonstration clock -------------------------------------------------------------------------------------

export const demoClock = z.strictObject({ nowMs: ms, nextDueMs: nullable(ms), autopilot: z.boolean() });
/** Invented families act by themselves, but for those a visitor is signed in as. */
export const autopilot = z.strictObject({ on: z.boolean() });
export const travel = z.strictObject({ byMs: z.int().check(z.minimum(1), z.maximum(400 * 86_400_000)) });
/** Demo only: whose turn it is, so that a visitor can sign in as that family. Test people are invented. */
export const demoCast = z.strictObject({
  lanes: z.array(z.strictObject({ laneId: z.string(), laneName: z.string(), label: z.string(), group: nullable(z.string()), queueNumber: nullable(z.int()), phone: nullable(z.string()), name: nullable(z.string()) })),
  staff: z.array(z.strictObject({ account: z.string(), password: z.string(), name: z.string() })),
  inboxUrl: z.string(),
});

export type Phone = z.infer<typeof phone>;
export type TurnView = z.infer<typeof turnView>;
export type LiveView = z.infer<typeof liveView>;
export type LaneSummary = z.infer<typeof laneSummary>;
export type CommunitySummary = z.infer<typeof communitySummary>;
export type Home = z.infer<typeof home>;
export type UnitTable = z.infer<typeof unitTable>;
export type Me = z.infer<typeof me>;
export type MyPlace = z.infer<typeof myPlace>;
export type MyTurn = z.infer<typeof myTurn>;
export type HomeList = z.infer<typeof homeList>;
export type Receipt = z.infer<typeof receipt>;
export type ReceiptContent = z.infer<typeof receiptContent>;
export type CallTask = z.infer<typeof callTask>;
export type OutboxItem = z.infer<typeof outboxItem>;
export type Health = z.infer<typeof health>;
