/**
 * Identity numbers (公民身份号码, GB 11643): 6 digits of region, 8 of birth, 3 of sequence, 1 check character
 * (ISO 7064 MOD 11-2). Foreigners' permanent residence numbers (9 + province + …) and residence permits for
 * Hong Kong, Macao and Taiwan (81, 82, 83) have the same length, birth date and check. Never repaired; of numbers no
 * longer issued (15 digits; 15 characters of foreigners) it is said what to do.
 */
import { type PlainCell, type Reading, read, refuse } from './cell';
import { squeeze } from './text';
import { reasons } from './wording';

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;
const CHECKS = '10X98765432';
const PROVINCES = new Set([
  '11', '12', '13', '14', '15', '21', '22', '23', '31', '32', '33', '34', '35', '36', '37', '41', '42', '43', '44', '45', '46',
  '50', '51', '52', '53', '54', '61', '62', '63', '64', '65', '71', '81', '82', '83',
]);

/** The check character that belongs to the first 17 digits. */
export function checkCharacter(digits: string): string {
  let sum = 0;
  for (let i = 0; i < 17; i += 1) sum += WEIGHTS[i]! * (digits.charCodeAt(i) - 48);
  return CHECKS[sum % 11]!;
}

/** Reads an identity number from text; `today` (YYYY-MM-DD) bounds the birth date. */
export function readIdentityText(text: string, today: string): Reading<string> {
  const number = squeeze(text).replace(/^['’‘`"]+|['’"]+$/g, '').toUpperCase();
  if (/^\d(?:\.\d+)?E\+?\d+$/.test(number)) return refuse(reasons.identityLost);
  if (/^\d{15}$/.test(number)) return refuse(reasons.identityOld);
  // Three letters of the country and twelve digits, issued until 2023.
  if (/^[A-Z]{3}\d{12}$/.test(number)) return refuse(reasons.identityOldForeign);
  if (number.length !== 18) return refuse(reasons.identityLength(number.length));
  if (!/^\d{17}[\dX]$/.test(number)) return refuse(reasons.identityCharacters);
  const province = number[0] === '9' ? number.slice(1, 3) : number.slice(0, 2);
  if (!PROVINCES.has(province)) return refuse(reasons.identityRegion);
  if (!isBirthDay(number.slice(6, 14), today)) return refuse(reasons.identityBirth);
  if (checkCharacter(number) !== number[17]) return refuse(reasons.identityCheck);
  return read(number);
}

/** Reads an identity number from a cell. A number of more than 15 digits has lost its end: refused, never repaired. */
export function readIdentity(cell: PlainCell, today: string): Reading<string> {
  if (cell.kind === 'number') {
    if (Math.abs(cell.number) >= 1e15) return refuse(reasons.identityLost);
    return readIdentityText(String(cell.number), today);
  }
  return cell.kind === 'text' ? readIdentityText(cell.text, today) : refuse(reasons.identityCharacters);
}

function isBirthDay(digits: string, today: string): boolean {
  const day = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
  return day >= '1900-01-01' && day <= today && calendarDay(Number(digits.slice(0, 4)), Number(digits.slice(4, 6)), Number(digits.slice(6))) !== null;
}

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** `YYYY-MM-DD`, or null when there is no such day. Plain arithmetic: tens of thousands of dates pass here. */
export function calendarDay(year: number, month: number, day: number): string | null {
  if (year < 1000 || year > 9999 || month < 1 || month > 12 || day < 1) return null;
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (day > MONTH_DAYS[month - 1]! + (leap ? 1 : 0)) return null;
  return `${year}-${month < 10 ? '0' : ''}${month}-${day < 10 ? '0' : ''}${day}`;
}
