/** Households as staff see them (P2): found by what identifies a person, shown masked, revealed on request. */
import * as z from 'zod/mini';

const nullable = z.nullable;
const label = (description: string) => z.describe<string>(description);

/** One of the two; in the body, for it has no place in an address. */
export const searchPeople = z.strictObject({
  identity: z.optional(z.string().check(z.minLength(8), z.maxLength(30), label('证件号码'))),
  phone: z.optional(z.string().check(z.minLength(7), z.maxLength(20), label('联系电话'))),
}).check(z.refine(({ identity, phone }) => (identity === undefined) !== (phone === undefined), { path: [], message: '请填写证件号码或手机号码其中一项' }));

export const householdMember = z.strictObject({ id: z.string(), relation: z.string(), nameMasked: z.string(), identityMasked: z.string(), caseOpen: z.boolean() });
export const householdView = z.strictObject({
  id: z.string(), version: z.int(), applicantMasked: z.string(), phoneMasked: z.string(), district: z.string(), street: z.string(), size: z.int(),
  priorityCategory: nullable(z.string()), source: z.enum(['lotteryRoll', 'application', 'sittingTenant']), members: z.array(householdMember),
  applications: z.array(z.strictObject({ id: z.string(), state: z.string(), receiptNumber: nullable(z.int()), group: z.string(), submittedAtMs: nullable(z.int()) })),
  tickets: z.array(z.strictObject({ id: z.string(), group: z.string(), queueNumber: z.int(), state: z.string() })),
  /** What the caller may ask to see in full. */
  mayReveal: z.boolean(),
});
export const householdList = z.strictObject({ households: z.array(householdView) });

export const revealFields = ['names', 'identities', 'phone', 'address'] as const;
export const reveal = z.strictObject({
  fields: z.array(z.enum(revealFields)).check(z.minLength(1), z.maxLength(4)),
  reason: z.string().check(z.minLength(4, '请写明查看原因，至少 4 个字'), z.maxLength(200), label('查看完整信息的原因，会记入操作日志')),
});
/** Q8: the family comes in person, or somebody for it whose papers and consent were looked at. */
export const changePhone = z.strictObject({
  version: z.int().check(z.describe('您看到的家庭档案版本号；已被他人修改时会被拒绝')),
  phone: z.string().check(z.minLength(7), z.maxLength(20), label('新的联系电话')),
  place: z.string().check(z.minLength(1), z.maxLength(100), label('办理窗口')),
  consent: z.string().check(z.minLength(2), z.maxLength(200), label('家庭同意的方式，如“申请人到场签字”')),
  identityChecked: z.literal(true, '请先核验来人的身份证件'),
});
export const phoneChanged = z.strictObject({ householdId: z.string(), version: z.int(), phoneMasked: z.string() });

/** Only what was asked for. */
export const revealed = z.strictObject({
  householdId: z.string(), phone: z.optional(z.string()), address: z.optional(nullable(z.string())),
  members: z.optional(z.array(z.strictObject({ id: z.string(), relation: z.string(), name: z.optional(z.string()), identity: z.optional(z.string()) }))),
});
