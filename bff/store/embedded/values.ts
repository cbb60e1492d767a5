/**
 * How a document lies on disk: 8 bytes that name the commit which wrote it, then its JSON. The commit number,
 * not the version, is what validation compares: a document removed and inserted again has version 1 once more.
 */
import type { AnyDoc } from '../document';

const STAMP_BYTES = 8;

/** Encodes a document, leaving room for the stamp that only the commit knows. */
export function encodeDocument(doc: AnyDoc): Buffer {
  const text = JSON.stringify(doc);
  const value = Buffer.allocUnsafe(STAMP_BYTES + Buffer.byteLength(text));
  value.write(text, STAMP_BYTES, 'utf8');
  return value;
}

/** Stamps an encoded document with the number of the commit that writes it. */
export function stamp(value: Buffer, commit: number): Buffer {
  value.writeDoubleLE(commit, 0);
  return value;
}

/** The commit that wrote this value. */
export function stampOf(value: Buffer): number {
  return value.readDoubleLE(0);
}

/** The document in a stored value. */
export function decodeDocument(value: Buffer): AnyDoc {
  return JSON.parse(value.toString('utf8', STAMP_BYTES)) as AnyDoc;
}
