/**
 * Canonical JSON (RFC 8785): one value, one text, so that a hash or a signature made over it here can be
 * checked by anyone, in any language (S2, S4). Shared because families' clients verify with it as well.
 */

/** Deeper than anything we sign; a cycle ends here instead of exhausting the stack. */
const MAX_DEPTH = 64;
/** A surrogate without its partner: it has no UTF-8 form, so two implementations would hash it differently. */
const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?:^|[^\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/**
 * The canonical text of a value made of strings, finite numbers, booleans, null, arrays and plain objects.
 * Keys are sorted by UTF-16 code unit, there is no white space, numbers are written as ECMAScript does.
 * Throws `TypeError`, naming the place, on anything else (undefined, NaN, functions, dates, bigint, cycles):
 * leaving something out silently would sign less than was meant.
 */
export function canonicalJson(value: unknown): string {
  return write(value, '$', 0);
}

function write(value: unknown, path: string, depth: number): string {
  if (depth > MAX_DEPTH) throw new TypeError(`canonical JSON: nested too deeply at ${path}`);
  if (value === null || value === true || value === false) return String(value);
  if (typeof value === 'string') return writeString(value, path);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`canonical JSON: not a finite number at ${path}`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) {
    const items: string[] = [];
    // Not `map`: it would skip the holes of a sparse array.
    for (let i = 0; i < value.length; i += 1) items.push(write(value[i], `${path}[${i}]`, depth + 1));
    return `[${items.join(',')}]`;
  }
  if (typeof value === 'object' && isPlain(value)) {
    const fields = value as Record<string, unknown>;
    return `{${Object.keys(fields)
      .sort()
      .map((key) => `${writeString(key, path)}:${write(fields[key], `${path}.${key}`, depth + 1)}`)
      .join(',')}}`;
  }
  throw new TypeError(`canonical JSON: cannot write ${typeof value} at ${path}`);
}

function writeString(text: string, path: string): string {
  if (LONE_SURROGATE.test(text)) throw new TypeError(`canonical JSON: broken character at ${path}`);
  return JSON.stringify(text);
}

/** Plain by shape, not by `Object.prototype`: a value may come from another realm (structuredClone in a test). */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
