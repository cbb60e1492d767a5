/** Applications for a home (申请), their attachments and reviews (V1). */
import * as z from 'zod/mini';

const ms = z.int();
const nullable = z.nullable;
const label = (description: string) => z.describe<string>(description);
/** What is typed may be anything up to a length while it is being typed; `submit` checks it. */
const typed = (max: number, description: string) => z.optional(z.string().check(z.maxLength(max), label(description)));

export const applicationState = z.enum(['draft', 'levelOne', 'supplementOne', 'firstPublicity', 'levelTwo', 'supplementTwo', 'secondPublicity', 'eligible', 'rejected', 'withdrawn', 'expired']);
export const tier = z.enum(['lowRent', 'publicRental']);

// What a family fills in ------------------------------------------------------------------------------------

export const memberContent = z.strictObject({ name: typed(50, '姓名'), identity: typed(30, '证件号码'), relation: typed(20, '与申请人关系') });
export const applicationContent = z.strictObject({
  applicantName: typed(50, '申请人姓名'), identity: typed(30, '申请人证件号码'),
  phone: typed(20, '联系电话，须与登录手机号一致'),
  members: z.optional(z.array(memberContent).check(z.maxLength(20))),
  district: typed(30, '所属区'), street: typed(30, '街道（乡镇）'), address: typed(200, '现住址'),
  tier: z.optional(nullable(tier)), bedrooms: z.optional(nullable(z.int())),
  priorityCategory: z.optional(nullable(z.string().check(z.maxLength(40), label('优先类别的代码，从优先类别列表中选；没有则为空')))),
});

const version = z.int();
/** An identity card's copy, a household register … */
export const attachmentKinds = ['identity', 'householdRegister', 'marriage', 'income', 'housing', 'priority', 'other'] as const;
export const attachmentKind = z.enum(attachmentKinds);
export const attachment = z.strictObject({
  id: z.string(), kind: attachmentKind, name: z.string(), contentType: z.string(), bytes: z.int(), uploadedAtMs: ms,
  /** `unscanned`: kept without a virus scan, because none is configured. */
  scan: z.enum(['clean', 'unscanned']),
});
export const removeAttachment = z.strictObject({ confirm: z.literal(true) });
export const file = z.string().check(label('文件内容'));

// Family --------------------------------------------------------------------------------------------------

export const newApplication = z.strictObject({});
export const saveDraft = z.strictObject({ version, content: applicationContent });
export const submitApplication = z.strictObject({
  version, confirm: z.literal(true),
  acceptsNewReview: z.optional(z.boolean().check(z.describe<boolean>('补正改动了申请人、所属区、街道或组别时：同意从初审重新开始并再次公示；更换申请人的，按本次提交的时间'))),
});
export const withdrawApplication = z.strictObject({ version, confirm: z.literal(true) });
export const review = z.strictObject({ level: z.int(), outcome: z.enum(['approve', 'reject', 'sendBack']), reasons: z.string(), atMs: ms });
/** What handing a supplement in would bring about: level one and its list once more; a submission time of its own. Null: it cannot be handed in yet. */
const effect = nullable(z.strictObject({ newReview: z.boolean(), newTime: z.boolean() }));
/** G3: the label of what the family claims, and of what its reviewers confirmed: only that counts. */
const priorityFields = { priorityClaimed: nullable(z.string()), priorityCategory: nullable(z.string()) };
const summaryFields = {
  id: z.string(), version, state: applicationState, receiptNumber: nullable(z.int()), submittedAtMs: nullable(ms), stateSinceMs: ms,
  /** When the state's time is up: a draft is kept, a supplement awaited, a review expected until then. Null: nobody is waited for, or it cannot be known yet. */
  dueMs: nullable(ms),
  applicantMasked: z.string(), district: z.string(), street: z.string(), group: z.string(), size: z.int(),
};
export const myApplicationSummary = z.strictObject(summaryFields);
export const myApplications = z.strictObject({ serverNowMs: ms, applications: z.array(myApplicationSummary) });
export const myApplication = z.strictObject({
  ...summaryFields, serverNowMs: ms,
  /** Whole while it can be edited; masked afterwards. */
  content: applicationContent, editable: z.boolean(),
  /** What is still missing or wrong, as submitting would say. */
  problems: z.array(z.strictObject({ path: z.string(), message: z.string() })),
  effect, ...priorityFields,
  /** The last review, with its reasons. */
  lastReview: nullable(review),
  attachments: z.array(attachment),
});
export const draftSaved = z.strictObject({ id: z.string(), version, savedAtMs: ms, dueMs: nullable(ms), problems: z.array(z.strictObject({ path: z.string(), message: z.string() })), effect });
export const submitted = z.strictObject({ id: z.string(), version, state: applicationState, receiptNumber: z.int(), submittedAtMs: ms });
export const withdrawn = z.strictObject({ id: z.string(), version, state: applicationState });
export const reviewStreets = z.strictObject({ districts: z.array(z.strictObject({ district: z.string(), streets: z.array(z.string()) })) });

export const priorityCategories = z.strictObject({ categories: z.array(z.strictObject({ code: z.string(), label: z.string() })) });

// 社会救助一件事 ---------------------------------------------------------------------------------------------

/** V4. The same case number with the same content again gets the same answer; submitted counts from when it arrived here (G3). */
export const socialAssistanceCase = z.strictObject({ caseNumber: z.string().check(z.regex(/^[A-Za-z0-9_-]{4,64}$/), label('推送方的办件编号')), content: applicationContent });
export const caseReceived = z.strictObject({ applicationId: z.string(), receiptNumber: z.int(), submittedAtMs: ms });

// Staff ---------------------------------------------------------------------------------------------------

export const workSort = z.enum(['due', 'submitted']);
export const caseWarning = z.enum(['none', 'dueSoon', 'overdue', 'stalled']);
/** A search, not an act; a POST because a name has no place in an address (P2). */
export const workListQuery = z.strictObject({
  /** Left out: what waits for the caller's own decision. */
  state: z.optional(applicationState),
  district: z.optional(z.string().check(z.maxLength(30))), street: z.optional(z.string().check(z.maxLength(30))),
  /** Only what is past its due date; always in the order of the due dates. */
  overdue: z.optional(z.boolean()),
  /** Only what is overdue for so long that somebody should ask why. */
  stalled: z.optional(z.boolean()),
  /** The applicant's whole name. */
  name: z.optional(z.string().check(z.minLength(1), z.maxLength(50))),
  sort: z.optional(workSort),
  limit: z.optional(z.int().check(z.minimum(1), z.maximum(100))),
  cursor: z.optional(z.string().check(z.maxLength(200))),
});
export const workItem = z.strictObject({ ...summaryFields, channel: z.enum(['online', 'socialAssistance']), householdId: z.string(), warning: caseWarning });
export const workList = z.strictObject({ serverNowMs: ms, items: z.array(workItem), nextCursor: nullable(z.string()) });
/** Of the caller's own desk, or of the one asked for. */
export const workCountQuery = z.strictObject({ state: z.optional(z.enum(['levelOne', 'levelTwo'])), district: workListQuery.shape.district, street: workListQuery.shape.street });
export const workCounts = z.strictObject({
  serverNowMs: ms, state: z.enum(['levelOne', 'levelTwo']), all: z.int(),
  /** Each case once: `overdue` are those that are not `stalled` yet; `undated` have no due date until a calendar is loaded. */
  dueSoon: z.int(), overdue: z.int(), stalled: z.int(), undated: z.int(),
});
export const staffMember = z.strictObject({ nameMasked: z.string(), identityMasked: z.string(), relation: z.string() });
export const staffApplication = z.strictObject({
  ...summaryFields, serverNowMs: ms, channel: z.enum(['online', 'socialAssistance']), householdId: z.string(), warning: caseWarning,
  phoneMasked: z.string(), ...priorityFields, members: z.array(staffMember),
  /** An objection was upheld: what this review must look at. */
  objectionUpheldAtMs: nullable(ms),
  reviews: z.array(review), attachments: z.array(attachment),
  /** What the caller may do now. */
  mayReview: z.boolean(),
});
export const reviewApplication = z.strictObject({
  version, level: z.union([z.literal(1), z.literal(2)]), outcome: z.enum(['approve', 'reject', 'sendBack']),
  reasons: z.string().check(z.maxLength(500), label('理由；不通过、退回补正，以及认定的优先类别与申请或初审不同时必填，家庭会看到')),
  priorityCategory: z.optional(nullable(z.string().check(z.maxLength(40), label('经审核认定的优先类别的代码，没有则为空；初审通过时必填，复审通过时可更正')))),
}).check(
  z.refine(({ level, outcome, priorityCategory }) => level === 2 || outcome !== 'approve' || priorityCategory !== undefined, { path: ['priorityCategory'], message: '初审通过时须认定优先类别，没有优先情形的选“无”' }),
  z.refine(({ outcome, priorityCategory }) => outcome === 'approve' || priorityCategory === undefined, { path: ['priorityCategory'], message: '只在审核通过时认定优先类别' }),
  z.refine(({ outcome, reasons }) => outcome === 'approve' || reasons.trim().length >= 4, { path: ['reasons'], message: '请写明理由，至少 4 个字' }),
);

export type ApplicationContent = z.infer<typeof applicationContent>;
export type WorkCountQuery = z.infer<typeof workCountQuery>;
export type WorkListQuery = z.infer<typeof workListQuery>;
