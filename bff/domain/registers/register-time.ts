/** Days and moments as registers write them: as text in several forms, or as Excel's serial numbers. */
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, timeOfDayMs } from '../../../shared/shanghai-time';
import { type PlainCell, type Reading, read, refuse } from './cell';
import { calendarDay } from './identity-number';
import { halfWidth, quote, textOf } from './text';
import { reasons } from './wording';

/** Days registers are about: a year typed wrong by a century is refused. */
const FIRST_DAY = '2000-01-01';
const LAST_DAY = '2099-12-31';

/** Serial 0 of the two calendars Excel knows, as days since 1970. Serials before March 1900 never occur here. */
const SERIAL_ZERO_1900 = -25_569;
const SERIAL_ZERO_1904 = -24_107;

export interface Moment {
  /** Epoch milliseconds; the register's wall clock is Shanghai's (T1). */
  readonly atMs: number;
  readonly day: string;
  /** False when the register gave only a day; `atMs` is its beginning. */
  readonly hasTime: boolean;
}

const DAY_PART = String.raw`(\d{4})(?:-(\d{1,2})-(\d{1,2})|\/(\d{1,2})\/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|年(\d{1,2})月(\d{1,2})日?|(\d{2})(\d{2}))`;
const TIME_PART = String.raw`(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.\d{1,3})?)?|时(\d{1,2})分(?:(\d{1,2})秒)?)`;
const MOMENT_TEXT = new RegExp(`^${DAY_PART}(?:[T ]?${TIME_PART})?$`);

/** A calendar day (批次日期). A time of day other than 00:00 is refused: it would be dropped silently. */
export function readDay(cell: PlainCell, date1904: boolean): Reading<string> {
  const moment = momentOf(cell, date1904);
  return moment === null || timeOfDayMs(moment.atMs) !== 0 ? refuse(reasons.day(quote(textOf(cell)))) : read(moment.day);
}

/** A moment (递交申请时间), to the second. */
export function readMoment(cell: PlainCell, date1904: boolean): Reading<Moment> {
  const moment = momentOf(cell, date1904);
  return moment === null ? refuse(reasons.moment(quote(textOf(cell)))) : read(moment);
}

function momentOf(cell: PlainCell, date1904: boolean): Moment | null {
  const moment = cell.kind === 'date' ? fromWall(cell.wallMs)
    : cell.kind === 'number' ? fromNumber(cell.number, date1904)
      : cell.kind === 'text' ? fromText(cell.text) ?? fromText(halfWidth(cell.text).replace(/\s*([-/.:年月日时分秒])\s*/g, '$1').replace(/\s+/g, ' ').trim())
        : null;
  return moment === null || moment.day < FIRST_DAY || moment.day > LAST_DAY ? null : moment;
}

/** A number is a serial, or a day written without signs (20260309): the two ranges are far apart. */
function fromNumber(number: number, date1904: boolean): Moment | null {
  if (Number.isInteger(number) && number >= 19_000_101) return fromText(String(number));
  if (number < 0 || number > 100_000) return null;
  return fromWall(((date1904 ? SERIAL_ZERO_1904 : SERIAL_ZERO_1900) + number) * DAY_MS);
}

/** Rounded to the second: a serial's fraction of a day is not exact. */
function fromWall(wallMs: number): Moment | null {
  if (!Number.isFinite(wallMs) || Math.abs(wallMs) > 1e14) return null;
  const rounded = Math.round(wallMs / SECOND_MS) * SECOND_MS;
  return { atMs: rounded - 8 * HOUR_MS, day: new Date(rounded).toISOString().slice(0, 10), hasTime: rounded % DAY_MS !== 0 };
}

function fromText(text: string): Moment | null {
  const parts = MOMENT_TEXT.exec(text);
  if (!parts) return null;
  const day = calendarDay(Number(parts[1]), Number(parts[2] ?? parts[4] ?? parts[6] ?? parts[8] ?? parts[10]), Number(parts[3] ?? parts[5] ?? parts[7] ?? parts[9] ?? parts[11]));
  if (day === null) return null;
  const hours = Number(parts[12] ?? 0);
  const minutes = Number(parts[13] ?? parts[15] ?? 0);
  const seconds = Number(parts[14] ?? parts[16] ?? 0);
  if (hours > 23 || minutes > 59 || seconds > 59) return null;
  const atMs = Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)) - 1, Number(day.slice(8))) - 8 * HOUR_MS + hours * HOUR_MS + minutes * MINUTE_MS + seconds * SECOND_MS;
  return { atMs, day, hasTime: parts[12] !== undefined };
}
