/** Bringing the text of a register into one form, without changing what it says. */
import type { PlainCell } from './cell';

const INVISIBLE = /[\u200B-\u200F\u202A-\u202E\u2060\u00AD\uFEFF]/g;

/** Half-width and without white space already, as most cells are: tens of thousands of them pass here. */
const PLAIN = /^[\x21-\x7E\u4E00-\u9FFF]*$/;

/**
 * Full-width digits, letters and signs (１０１，Ａ，／) become half-width, and every kind of space a plain one.
 * Not NFKC, which would also replace characters of people's names.
 */
export function halfWidth(text: string): string {
  if (/^[\x20-\x7E\u4E00-\u9FFF]*$/.test(text)) return text;
  return text
    .replace(INVISIBLE, '')
    .replace(/[\u00A0\u2000-\u200A\u202F\u205F\u3000\t\v\f]/g, ' ')
    .replace(/[\uFF01-\uFF5E]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
    .replace(/\uFFE5/g, '¥')
    .replace(/\r\n?|\u0085|\u2028|\u2029/g, '\n');
}

/** One line, without spaces at its ends, runs of white space made one space. */
export function tidy(text: string): string {
  return PLAIN.test(text) ? text : halfWidth(text).replace(/\s+/g, ' ').trim();
}

/** Without any white space: for codes, classes and headers, where a space never means anything. */
export function squeeze(text: string): string {
  return PLAIN.test(text) ? text : halfWidth(text).replace(/\s+/g, '');
}

/** The text of a cell as a person would read it off the screen; whole numbers without decimals. */
export function textOf(cell: PlainCell): string {
  switch (cell.kind) {
    case 'text': return cell.text;
    case 'number': return String(cell.number);
    case 'boolean': return cell.value ? 'TRUE' : 'FALSE';
    case 'error': return cell.code;
    case 'date': return new Date(cell.wallMs).toISOString().slice(0, 19).replace('T', ' ');
    case 'blank': return '';
  }
}

/**
 * A value as it may be shown in a reason (P2): cut short, and any longer run of digits masked, for a column
 * that slipped by one may hold an identity number where a state should be.
 */
export function quote(text: string): string {
  const line = tidy(text).replace(/\d[\d\s-]{5,}[\dXx]/g, (digits) => `${digits.slice(0, 3)}****`);
  return `“${line.length > 20 ? `${line.slice(0, 20)}…` : line}”`;
}

const DIGITS: Readonly<Record<string, number>> = { 零: 0, 〇: 0, 一: 1, 二: 2, 两: 2, 三: 3, 四: 4, 五: 5, 六: 6, 七: 7, 八: 8, 九: 9 };

/** A whole number from 0 to 99 written with Arabic or Chinese numerals (12, 十二, 二十), or null. */
export function smallNumber(text: string): number | null {
  if (/^\d{1,2}$/.test(text)) return Number(text);
  const parts = /^([一二两三四五六七八九])?十([一二三四五六七八九])?$/.exec(text);
  if (parts) return (parts[1] ? DIGITS[parts[1]]! : 1) * 10 + (parts[2] ? DIGITS[parts[2]]! : 0);
  return Object.hasOwn(DIGITS, text) ? DIGITS[text]! : null;
}
