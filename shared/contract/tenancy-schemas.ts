/** 承租: tenants who lived in their homes before the system knew them. */
import * as z from 'zod/mini';
import { memberContent } from './application-schemas';
import { district, pageQuery } from './listing-pool-schemas';

const some = (max: number, description: string) => z.string().check(z.minLength(1), z.maxLength(max), z.describe(description));
const day = z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/), z.describe('日期，如 2026-06-01'));

/** From the tenant's papers, which the operator has before it. */
export const registerTenancy = z.strictObject({
  listingId: some(64, '承租的房源'), version: z.int().check(z.describe('查看房源时的版本号')),
  applicantName: some(50, '承租人姓名'), identity: some(30, '承租人证件号码'), phone: some(20, '联系电话'), street: some(30, '街道（乡镇）'),
  members: z.array(memberContent).check(z.maxLength(20), z.describe('同住的其他家庭成员')),
  contractNumber: some(40, '租赁合同编号'), startedDay: day,
  documentsChecked: z.literal(true, '请先核验租赁合同和家庭成员证件原件'), documents: z.string().check(z.minLength(4, '请写明核验了哪些原件'), z.maxLength(200), z.describe('核验的原件，如“租赁合同、全家身份证、户口簿”')),
});
const tenancyFacts = {
  id: z.string(), householdId: z.string(), listingId: z.string(), address: z.string(), applicantMasked: z.string(), contractNumber: z.string(), startedDay: z.string(),
  origin: z.enum(['allocation', 'transfer', 'swap', 'registered']),
};
export const tenancy = z.strictObject(tenancyFacts);
export const tenancyQuery = z.strictObject({ district, ...pageQuery });
export const tenancies = z.strictObject({ tenancies: z.array(tenancy), next: z.nullable(z.string()) });
