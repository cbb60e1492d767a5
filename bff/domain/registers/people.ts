/** The people of a family: names, telephone numbers, and the co-applicants written into one cell. */
import { type PlainCell, type Reading, read, refuse } from './cell';
import { readIdentityText } from './identity-number';
import { halfWidth, squeeze, textOf, tidy } from './text';
import { reasons } from './wording';

export interface Person {
  readonly name: string;
  readonly identity: string;
  /** To the applicant, who is 本人 to himself. */
  readonly relation: string;
}

export const SELF = '本人';

/** A name; spaces inside a Chinese name (张 三, for alignment) are no part of it, in a foreign one they are. */
export function readNameText(text: string): Reading<string> {
  const name = tidy(text).replace(/(?<=[\u2E80-\u9FFF\uF900-\uFAFF]|[\uD840-\uD88F][\uDC00-\uDFFF]) (?=[\u2E80-\u9FFF\uF900-\uFAFF]|[\uD840-\uD88F])/g, '').replace(/[••‧・•]/g, '·');
  // Letters of any script; digits are odd but no proof of a mistake, unless they look like somebody's number.
  return /^\p{L}[\p{L}\p{M}\d·.'() -]{1,49}$/u.test(name) && !/\d{7}/.test(name) ? read(name) : refuse(reasons.name);
}

/** An applicant's name; a number or a date in its place is refused. */
export function readName(cell: PlainCell): Reading<string> {
  return cell.kind === 'text' ? readNameText(cell.text) : refuse(reasons.name);
}

/** A mobile number: 11 digits, perhaps stored as a number, with spaces, dashes, +86 or 0086. */
export function readPhone(cell: PlainCell): Reading<string> {
  if (cell.kind === 'number') return /^1[3-9]\d{9}$/.test(String(cell.number)) ? read(String(cell.number)) : refuse(reasons.phone);
  if (cell.kind !== 'text') return refuse(reasons.phone);
  const bare = squeeze(cell.text).replace(/^['’‘`]/, '');
  if (/[/,;、；，]/.test(bare)) return refuse(reasons.phoneSeveral);
  const digits = bare.replace(/[-()—–]/g, '').replace(/^(?:\+|00)?86(?=1)/, '');
  return /^1[3-9]\d{9}$/.test(digits) ? read(digits) : refuse(reasons.phone);
}

/** What registers write for "none". */
const NONE = /^(?:无|没有|\/|-+|—+|暂无|空)$/;

/** Whether a text says that there is nothing. */
export function saysNone(text: string): boolean {
  const bare = squeeze(text);
  return bare === '' || NONE.test(bare);
}

/**
 * 共同申请人: `姓名/身份证号/关系`, several joined by ；、or a new line. Everybody is checked; the first person
 * that is wrong refuses the cell, for a family is imported whole or not at all.
 */
export function readCoApplicants(cell: PlainCell, today: string): Reading<readonly Person[]> {
  if (cell.kind !== 'blank' && cell.kind !== 'text') return refuse(reasons.coApplicantForm(1));
  const text = textOf(cell);
  if (saysNone(text)) return read([]);
  const people: Person[] = [];
  const entries = halfWidth(text).split(/[;；、，,\n]/).map((entry) => entry.trim()).filter((entry) => entry !== '');
  for (const [index, entry] of entries.entries()) {
    const position = index + 1;
    const parts = entry.split('/').map((part) => part.trim());
    if (parts.length !== 3) return refuse(reasons.coApplicantForm(position));
    const name = readNameText(parts[0]!);
    if (!name.ok) return refuse(reasons.coApplicant(position, name.reason));
    const identity = readIdentityText(parts[1]!, today);
    if (!identity.ok) return refuse(reasons.coApplicantIdentity(position, identity.reason));
    const relation = squeeze(parts[2]!);
    if (!/^\p{L}{1,20}$/u.test(relation)) return refuse(reasons.coApplicant(position, reasons.relation));
    if (people.some((other) => other.identity === identity.value)) return refuse(reasons.coApplicantTwice(position));
    people.push({ name: name.value, identity: identity.value, relation });
  }
  return read(people);
}
