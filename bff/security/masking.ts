/** What is shown of a person where the full value is not needed (P2); the form used in public notices (公示). */

const characters = new Intl.Segmenter('zh', { granularity: 'grapheme' });

/** 苏雨 → 苏*, 苏小雨 → 苏*雨, 欧阳小明 → 欧**明. Empty stays empty. */
export function maskName(name: string): string {
  const parts = Array.from(characters.segment(name.trim()), (part) => part.segment);
  if (parts.length === 0) return '';
  if (parts.length === 1) return '*';
  if (parts.length === 2) return `${parts[0]}*`;
  return `${parts[0]}${'*'.repeat(parts.length - 2)}${parts.at(-1)}`;
}

/** 13812341234 → 138****1234. Of any other kind of number only the last two digits are shown. */
export function maskPhone(phone: string): string {
  const digits = phone.replace(/[\s-]/g, '').replace(/^\+86/, '');
  return /^1\d{10}$/.test(digits) ? `${digits.slice(0, 3)}****${digits.slice(-4)}` : keepEnds(digits, 0, 2);
}

/** First three and last four of an identity number (360***********1234); of shorter documents the first and the last two. */
export function maskIdentity(identity: string): string {
  const text = identity.replace(/\s/g, '');
  return text.length >= 15 ? keepEnds(text, 3, 4) : keepEnds(text, 1, 2);
}

/** Identity numbers and mobile numbers within free text, masked where they stand; the rest as it was typed. */
export function maskNumbersIn(text: string): string {
  return text.replace(/(?<![0-9A-Za-z])(?:\d{17}[\dXx]|\d{15}|1[3-9]\d{9})(?![0-9A-Za-z])/g, (found) => (found.length === 11 ? maskPhone(found) : maskIdentity(found)));
}

/** Shows the ends only when at least as much stays hidden. */
function keepEnds(text: string, first: number, last: number): string {
  if (text.length < 2 * (first + last)) return '*'.repeat(text.length);
  return text.slice(0, first) + '*'.repeat(text.length - first - last) + text.slice(-last);
}
