/**
 * Keys whose byte order is the order of values (null < numbers < strings by UTF-8 bytes < booleans).
 *
 *     key = space (2 bytes, big-endian) · component … · 0x01
 *
 * A space is one collection's documents or one index. The closing byte keeps every range bound from ever being
 * equal to a key, so it does not matter whether a scan includes its bounds.
 */
import type { Scalar } from '../port';

const NULL = 0x10;
const NUMBER = 0x20;
const STRING = 0x30;
const BOOLEAN = 0x40;
const END_OF_KEY = 0x01;
/** After a component: above everything that can follow it. */
const ABOVE = 0xff;

/** LMDB refuses longer keys (with its default page). No stored key is that long, see `maxIndexedBytes`, only bounds of scans. */
const MAX_KEY_BYTES = 1970;
/** Text of a bound beyond this cannot matter, for no stored text is that long. */
const MAX_TEXT_UNITS = 2000;
const scratch = Buffer.alloc(32_768);

/** Writes keys and range bounds into a shared scratch buffer; `take` copies the result out. Not re-entrant. */
class KeyWriter {
  private at = 0;

  space(space: number): this {
    this.at = scratch.writeUInt16BE(space, 0);
    return this;
  }

  value(value: Scalar): this {
    switch (typeof value) {
      case 'string':
        scratch[this.at++] = STRING;
        this.text(value);
        scratch[this.at++] = 0;
        scratch[this.at++] = 1;
        return this;
      case 'number':
        scratch[this.at++] = NUMBER;
        scratch.writeDoubleBE(value, this.at);
        // Order of doubles as bytes: negative ones inverted whole, positive ones above them.
        if (scratch[this.at]! & 0x80) for (let i = 0; i < 8; i++) scratch[this.at + i] = ~scratch[this.at + i]!;
        else scratch[this.at]! |= 0x80;
        this.at += 8;
        return this;
      case 'boolean':
        scratch[this.at++] = BOOLEAN;
        scratch[this.at++] = value ? 1 : 0;
        return this;
      default:
        if (value !== null) throw new TypeError('only plain values can be indexed');
        scratch[this.at++] = NULL;
        return this;
    }
  }

  /** The text with NUL escaped as 00 FF, so that the terminator 00 01 sorts below any continuation. */
  private text(value: string): void {
    if (value.length > MAX_TEXT_UNITS) value = value.slice(0, MAX_TEXT_UNITS);
    if (this.at > MAX_KEY_BYTES) return;
    if (!value.includes('\0')) {
      this.at += scratch.write(value, this.at, 'utf8');
      return;
    }
    for (const byte of Buffer.from(value, 'utf8')) {
      scratch[this.at++] = byte;
      if (byte === 0) scratch[this.at++] = 0xff;
    }
  }

  startOfText(prefix: string): this {
    scratch[this.at++] = STRING;
    this.text(prefix);
    return this;
  }

  startOfKind(kind: 'number' | 'string', after = false): this {
    scratch[this.at++] = (kind === 'number' ? NUMBER : STRING) + (after ? 1 : 0);
    return this;
  }

  above(): this {
    scratch[this.at++] = ABOVE;
    return this;
  }

  end(): this {
    scratch[this.at++] = END_OF_KEY;
    return this;
  }

  take(): Buffer {
    return Buffer.from(scratch.subarray(0, Math.min(this.at, MAX_KEY_BYTES)));
  }
}

const writer = new KeyWriter();

/** Starts a key or a bound. Finish with `take()` before starting another. */
export function keyIn(space: number): KeyWriter {
  return writer.space(space);
}

/** The whole key of the given components. */
export function keyOf(space: number, components: readonly Scalar[]): Buffer {
  const key = writer.space(space);
  for (const component of components) key.value(component);
  return key.end().take();
}

/** The offset behind `count` components of a key. */
export function offsetAfter(key: Buffer, count: number): number {
  let at = 2;
  for (let i = 0; i < count; i++) at = offsetAfterOne(key, at);
  return at;
}

/** The components of a key, decoded. */
export function componentsOf(key: Buffer, count: number): Scalar[] {
  const values: Scalar[] = [];
  let at = 2;
  for (let i = 0; i < count; i++) {
    const end = offsetAfterOne(key, at);
    values.push(decode(key, at, end));
    at = end;
  }
  return values;
}

function offsetAfterOne(key: Buffer, at: number): number {
  switch (key[at]) {
    case NULL: return at + 1;
    case BOOLEAN: return at + 2;
    case NUMBER: return at + 9;
    default: {
      let end = key.indexOf(0, at + 1);
      while (end >= 0 && key[end + 1] !== 1) end = key.indexOf(0, end + 2);
      if (end < 0) throw new Error('a broken key');
      return end + 2;
    }
  }
}

function decode(key: Buffer, at: number, end: number): Scalar {
  switch (key[at]) {
    case NULL: return null;
    case BOOLEAN: return key[at + 1] === 1;
    case NUMBER: {
      const bytes = Buffer.from(key.subarray(at + 1, end));
      if (bytes[0]! & 0x80) bytes[0]! &= 0x7f;
      else for (let i = 0; i < 8; i++) bytes[i] = ~bytes[i]!;
      return bytes.readDoubleBE(0);
    }
    default: {
      const text = key.subarray(at + 1, end - 2);
      if (!text.includes(0)) return text.toString('utf8');
      return Buffer.from(text.toString('latin1').replaceAll('\0\xff', '\0'), 'latin1').toString('utf8');
    }
  }
}
