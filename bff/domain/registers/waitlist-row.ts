/** One row of the waiting-list roll (轮候名册): a family with its number (G6), or the reasons it is none. */
import { partsOfGroup, type Group } from '../../../shared/lane';
import { readCount } from './amounts';
import { readGroup, readOrigin } from './classes';
import { readIdentity } from './identity-number';
import { type Person, readCoApplicants, readName, readPhone, saysNone, SELF } from './people';
import { readDistrict, readText, type WaitingArea } from './places';
import { readDay, readMoment } from './register-time';
import type { RowReader } from './row-reader';
import { squeeze } from './text';
import { reasons } from './wording';

export interface FamilyRecord {
  readonly group: Group;
  readonly queueNumber: number;
  readonly batchDay: string;
  /** The applicant first. */
  readonly people: readonly Person[];
  readonly phone: string;
  readonly size: number;
  readonly district: string;
  readonly areaCode: string;
  readonly areaName: string;
  readonly street: string;
  readonly priorityCategory: string | null;
  /** H5: 配租资格证号, where the register has one. */
  readonly certificateNumber: string | null;
  readonly submittedAtMs: number;
  /** The register gave a day without a time. */
  readonly dateOnly: boolean;
  readonly origin: 'lottery' | 'batch';
}

export interface WaitlistContext {
  readonly areas: readonly WaitingArea[];
  /** Shanghai day of the import: nobody is born later. */
  readonly today: string;
  readonly date1904: boolean;
}

/** Reads every column, so that a clerk sees all that is wrong with a row at once. Null when anything is. */
export function readFamily(row: RowReader, context: WaitlistContext): FamilyRecord | null {
  const { areas, today, date1904 } = context;
  const group = row.take('group', readGroup);
  const queueNumber = row.take('queueNumber', (cell) => readCount(cell, 1, 9_999_999, reasons.queueNumber));
  const batchDay = row.take('batchDay', (cell) => readDay(cell, date1904));
  const name = row.take('name', readName);
  const identity = row.take('identity', (cell) => readIdentity(cell, today));
  const phone = row.take('phone', readPhone);
  const size = row.take('size', (cell) => readCount(cell, 1, 30, reasons.size));
  const others = row.take('coApplicants', (cell) => readCoApplicants(cell, today), []);
  const district = row.take('district', (cell) => readDistrict(cell, areas));
  const street = row.take('street', (cell) => readText(cell, 40));
  const priority = row.take('priority', (cell) => readText(cell, 40), '');
  const certificate = row.take('certificate', (cell) => readText(cell, 64), '');
  const submitted = row.take('submittedAt', (cell) => readMoment(cell, date1904));
  const origin = row.take('origin', readOrigin, 'lottery');
  // The size decides the bedrooms a family may have, the members who may not apply again (V3): they must agree.
  if (size !== null && others !== null && size !== others.length + 1) row.object('size', reasons.sizeDisagrees(size, others.length + 1));
  const own = identity === null ? -1 : (others ?? []).findIndex((person) => person.identity === identity);
  if (own >= 0) row.object('coApplicants', reasons.coApplicantTwice(own + 1));
  if (
    row.problems.length > 0 || group === null || queueNumber === null || batchDay === null || name === null || identity === null || phone === null || size === null
    || others === null || district === null || street === null || priority === null || certificate === null || submitted === null || origin === null
  ) return null;
  return {
    group, queueNumber, batchDay, phone, size, street, origin,
    people: [{ name, identity, relation: SELF }, ...others],
    district: district.name, areaCode: district.area.code, areaName: district.area.name,
    priorityCategory: saysNone(priority) ? null : priority, certificateNumber: saysNone(certificate) ? null : squeeze(certificate),
    submittedAtMs: submitted.atMs, dateOnly: !submitted.hasTime,
  };
}

/** Bedrooms of the family's group: with the area, its lane (Q1). */
export const bedroomsOf = (family: FamilyRecord): number => partsOfGroup(family.group).bedrooms;
