/**
 * Looks into a zip archive before a spreadsheet library does: how much it really expands to (a bomb lies about
 * its sizes), whether its parts are whole, and what kind of document it is.
 */
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';

const inflate = promisify(inflateRaw);

export type ZipProblem = 'notZip' | 'damaged' | 'encrypted' | 'expandsTooMuch';

export interface ZipEntry {
  readonly name: string;
  /** The unpacked bytes. */
  content(): Promise<Buffer>;
}

export class ZipRefused extends Error {
  override readonly name = 'ZipRefused';
  constructor(readonly problem: ZipProblem) {
    super(problem);
  }
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const ZIP64_EXTRA = 0x0001;
const MAX_ENTRIES = 5_000;

/**
 * The entries of an archive. Unpacking stops once all contents asked for together exceed `maxBytes`.
 * Throws {@link ZipRefused}.
 */
export function zipEntries(bytes: Buffer, maxBytes: number): ZipEntry[] {
  if (bytes.length < 22 || bytes.readUInt32LE(0) !== LOCAL) throw new ZipRefused('notZip');
  let end = bytes.length - 22;
  const lowest = Math.max(0, bytes.length - 22 - 0xffff);
  while (end >= lowest && bytes.readUInt32LE(end) !== END) end -= 1;
  if (end < lowest) throw new ZipRefused('damaged');
  const count = bytes.readUInt16LE(end + 10);
  if (count > MAX_ENTRIES) throw new ZipRefused('expandsTooMuch');
  let left = maxBytes;
  const entries: ZipEntry[] = [];
  try {
    let at = bytes.readUInt32LE(end + 16);
    for (let i = 0; i < count; i += 1) {
      if (bytes.readUInt32LE(at) !== CENTRAL) throw new ZipRefused('damaged');
      const flags = bytes.readUInt16LE(at + 8);
      const method = bytes.readUInt16LE(at + 10);
      const nameLength = bytes.readUInt16LE(at + 28);
      const extraLength = bytes.readUInt16LE(at + 30);
      const extra = bytes.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength);
      const { packedSize, offset } = sizes(bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 24), bytes.readUInt32LE(at + 42), extra);
      const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
      if (flags & 1) throw new ZipRefused('encrypted');
      const start = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
      if (start + packedSize > bytes.length) throw new ZipRefused('damaged');
      const packed = bytes.subarray(start, start + packedSize);
      entries.push({
        name,
        content: async () => {
          const content = await unpack(packed, method, left);
          left -= content.length;
          return content;
        },
      });
      at += 46 + nameLength + extraLength + bytes.readUInt16LE(at + 32);
    }
  } catch (error) {
    if (error instanceof RangeError) throw new ZipRefused('damaged');
    throw error;
  }
  return entries;
}

async function unpack(packed: Buffer, method: number, left: number): Promise<Buffer> {
  if (method === 0) {
    if (packed.length > left) throw new ZipRefused('expandsTooMuch');
    return packed;
  }
  if (method !== 8) throw new ZipRefused('damaged');
  try {
    // One byte more than allowed, so that exactly the allowed size passes; 0 would mean no limit.
    return await inflate(packed, { maxOutputLength: left + 1 });
  } catch (error) {
    throw new ZipRefused((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'expandsTooMuch' : 'damaged');
  }
}

/** Sizes that do not fit 32 bits stand in the ZIP64 extra field, in this order, only those that did not fit. */
function sizes(packed: number, unpacked: number, offset: number, extra: Buffer): { packedSize: number; offset: number } {
  if (packed !== 0xffffffff && offset !== 0xffffffff) return { packedSize: packed, offset };
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== ZIP64_EXTRA) continue;
    let field = at + 4 + (unpacked === 0xffffffff ? 8 : 0);
    const next = (): number => Number(extra.readBigUInt64LE((field += 8) - 8));
    return { packedSize: packed === 0xffffffff ? next() : packed, offset: offset === 0xffffffff ? next() : offset };
  }
  throw new ZipRefused('damaged');
}
