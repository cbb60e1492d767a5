/**
 * What an application must say before it can be submitted (V1): the same checks the registers go through, with a
 * sentence for the family at every field that fails. Pure.
 */
import type { ApplicationContent } from '../../../shared/contract/application-schemas';
import type { FieldProblem } from '../../../shared/errors';
import { bedroomClasses, type Bedrooms, type Group } from '../../../shared/lane';
import type { Day } from '../../../shared/shanghai-time';
import { readIdentityText } from '../registers/identity-number';
import { type Person, readNameText, readPhone, SELF } from '../registers/people';
import { squeeze, tidy } from '../registers/text';
import { areaOfDistrict, type RuleSetValues } from '../rules/rule-set';
import { readPriority } from './priority';

/** A content with nothing missing: what the household is made from. */
export interface CompleteApplication {
  /** The applicant first. */
  readonly people: readonly Person[];
  readonly phone: string;
  readonly district: string;
  readonly street: string;
  readonly address: string;
  readonly group: Group;
  readonly bedrooms: Bedrooms;
  /** The code of what the family claims; counts once confirmed (G3). */
  readonly priorityClaimed: string | null;
}

type Place = Pick<CompleteApplication, 'district' | 'street'>;
export type CheckedContent = { readonly complete: CompleteApplication } | { readonly problems: readonly FieldProblem[] };

const missing = '必填';
type Add = (path: string, message: string) => null;
const filledOr = (add: Add) => (path: string, text: string | undefined) => (tidy(text ?? '') === '' ? add(path, missing) : (text as string));

/** The people of a household as somebody typed them, the applicant first; every failing field goes to `add`. */
export function checkPeople(content: Pick<ApplicationContent, 'applicantName' | 'identity' | 'members'>, today: Day, add: Add): Person[] {
  const filled = filledOr(add);
  const person = (path: string, fields: { name: string; identity: string }, name: string | undefined, identity: string | undefined, relation: string): Person => {
    const givenName = filled(`${path}${fields.name}`, name);
    const givenIdentity = filled(`${path}${fields.identity}`, identity);
    const readName = givenName === null ? null : readNameText(givenName);
    const readIdentity = givenIdentity === null ? null : readIdentityText(givenIdentity, today);
    if (readName?.ok === false) add(`${path}${fields.name}`, readName.reason);
    if (readIdentity?.ok === false) add(`${path}${fields.identity}`, readIdentity.reason);
    return { name: readName?.ok === true ? readName.value : '', identity: readIdentity?.ok === true ? readIdentity.value : '', relation };
  };
  const people = [person('', { name: 'applicantName', identity: 'identity' }, content.applicantName, content.identity, SELF)];
  for (const [at, member] of (content.members ?? []).entries()) {
    const path = `members.${at}.`;
    const relation = squeeze(filled(`${path}relation`, member.relation) ?? '');
    if (relation !== '' && (!/^\p{L}{1,20}$/u.test(relation) || relation === SELF)) add(`${path}relation`, '应写与申请人的关系，如“配偶”“子”“女”');
    const one = person(path, { name: 'name', identity: 'identity' }, member.name, member.identity, relation);
    if (one.identity !== '' && people.some((other) => other.identity === one.identity)) add(`${path}identity`, '与本户另一人的证件号码相同，请核对');
    people.push(one);
  }
  return people;
}

/**
 * Checks everything; every failing field is named, not only the first. `isOwnPhone`: whether a number is the one signed
 * in with. `keeps`: where the case was submitted; a place that takes no new applications any more is still its own.
 */
export function checkContent(content: ApplicationContent, today: Day, rules: Pick<RuleSetValues, 'areas' | 'reviewStreets' | 'priorityCategories'>, isOwnPhone: (phone: string) => boolean, keeps: Place | null = null): CheckedContent {
  const problems: FieldProblem[] = [];
  const add = (path: string, message: string): null => {
    problems.push({ path, message });
    return null;
  };
  const filled = filledOr(add);
  const people = checkPeople(content, today, add);

  const givenPhone = filled('phone', content.phone);
  const phone = givenPhone === null ? null : readPhone({ kind: 'text', text: givenPhone });
  if (phone?.ok === false) add('phone', phone.reason);
  else if (phone?.ok === true && !isOwnPhone(phone.value)) add('phone', '联系电话须与登录的手机号一致；要换号码，请用新号码登录后新建申请，已提交的请到服务窗口登记');

  const district = squeeze(filled('district', content.district) ?? '');
  const street = squeeze(filled('street', content.street) ?? '');
  const streets = rules.reviewStreets.find((one) => one.district === district)?.streets ?? [];
  const isKept = keeps !== null && keeps.district === district && keeps.street === street;
  if (!isKept && district !== '' && (areaOfDistrict(rules, district) === null || streets.length === 0)) add('district', '该区暂不能在线提交申请，请到服务窗口咨询');
  else if (!isKept && district !== '' && street !== '' && !streets.includes(street)) add('street', '请从列表中选择所属区的街道（乡镇）');

  const address = tidy(filled('address', content.address) ?? '');
  const tier = content.tier ?? null;
  if (tier === null) add('tier', '请选择廉租住房或公租房');
  const bedrooms = bedroomClasses.find((one) => one === content.bedrooms) ?? null;
  if (bedrooms === null) add('bedrooms', '请选择一、二或三居室');
  const priority = readPriority(content.priorityCategory, rules.priorityCategories);
  if ('problem' in priority) add('priorityCategory', priority.problem);

  if (problems.length > 0 || 'problem' in priority || phone?.ok !== true || tier === null || bedrooms === null) return { problems };
  return { complete: { people, phone: phone.value, district, street, address, group: `${tier}-${bedrooms}`, bedrooms, priorityClaimed: priority.category?.code ?? null } };
}
