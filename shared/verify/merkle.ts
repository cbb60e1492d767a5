/**
 * The tree under a day's seal (S2): as in RFC 6962 (certificate transparency), with SM3. A leaf and a node are
 * hashed with different first bytes, so that no node can pass for an entry.
 */
import { fromHex, sm3, toHex } from './sm3';

const LEAF = 0x00;
const NODE = 0x01;
const HASH_BYTES = 32;
/** 2⁴⁰ entries: no path is longer. */
const MAX_PATH = 40;

/** The root over no entries at all: the hash of nothing. */
export const EMPTY_ROOT = toHex(sm3(new Uint8Array(0)));

const leafInput = new Uint8Array(1 + HASH_BYTES);
const nodeInput = new Uint8Array(1 + 2 * HASH_BYTES);

/** The leaf of an entry, from the entry's own hash. */
export function leafHash(entryHash: Uint8Array): Uint8Array {
  leafInput[0] = LEAF;
  leafInput.set(entryHash, 1);
  return sm3(leafInput);
}

/** The node over two others. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  nodeInput[0] = NODE;
  nodeInput.set(left, 1);
  nodeInput.set(right, 1 + HASH_BYTES);
  return sm3(nodeInput);
}

/** One level up: neighbours joined, a last one without a neighbour carried up as it is. */
export function nextLevel(level: readonly Uint8Array[]): Uint8Array[] {
  const above: Uint8Array[] = [];
  for (let i = 0; i < level.length; i += 2) above.push(i + 1 < level.length ? nodeHash(level[i]!, level[i + 1]!) : level[i]!);
  return above;
}

/**
 * The root that a leaf at `index` (from 0) of `size` leaves and its path lead to, as hex; null when the path cannot
 * belong to that place: too short, too long, or not made of hashes.
 */
export function rootOfPath(entryHash: string, index: number, size: number, path: readonly string[]): string | null {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size || path.length > MAX_PATH) return null;
  const start = hashBytes(entryHash);
  if (start === null) return null;
  let node = leafHash(start);
  let used = 0;
  for (let at = index, last = size - 1; last > 0; at = Math.floor(at / 2), last = Math.floor(last / 2)) {
    // The last of an odd level has no neighbour and goes up alone.
    if (at % 2 === 0 && at === last) continue;
    const other = used < path.length ? hashBytes(path[used]!) : null;
    if (other === null) return null;
    node = at % 2 === 0 ? nodeHash(node, other) : nodeHash(other, node);
    used += 1;
  }
  return used === path.length ? toHex(node) : null;
}

/** The 32 bytes of a hash; null when the text is none. */
export function hashBytes(hex: string): Uint8Array | null {
  return hex.length === 2 * HASH_BYTES ? fromHex(hex) : null;
}
