/**
 * Building the tree under a day's seal, leaf by leaf, in memory that does not grow with the day: full pages of 256
 * nodes are given out to be stored, and only the page being filled is kept on each floor. The root and the paths are
 * those of RFC 6962 (see shared/verify/merkle.ts); a proof reads one page a floor and never the entries.
 */
import { EMPTY_ROOT, hashBytes, leafHash, nextLevel } from '../../../shared/verify/merkle';
import { fromHex, toHex } from '../../../shared/verify/sm3';

/** Levels of the tree a page spans: a page of floor f holds nodes at level 8·f. */
const LEVELS_A_FLOOR = 8;
export const NODES_A_PAGE = 2 ** LEVELS_A_FLOOR;
const HEX = 64;

/** 256 neighbouring nodes of one floor, their hashes one after another as hex; the last page of a floor may be shorter. */
export interface Page {
  readonly floor: number;
  readonly index: number;
  readonly nodes: string;
}

/** A tree being built; plain data, so that it can be put down and taken up again. */
export interface Tower {
  readonly size: number;
  /** Per floor: how many pages are complete, and the nodes of the page being filled. */
  readonly floors: { readonly pages: number; readonly nodes: string }[];
}

export const EMPTY_TOWER: Tower = { size: 0, floors: [] };

/** Adds the leaves of these entries (by their hashes, in order), and gives out the pages that became full. */
export function addLeaves(tower: Tower, entryHashes: readonly string[]): { readonly tower: Tower; readonly pages: readonly Page[] } {
  const building = new Building(tower);
  for (const hash of entryHashes) building.add(0, toHex(leafHash(hashOf(hash))));
  return building.result(tower.size + entryHashes.length);
}

/** Closes the tree: its root, and the pages that stayed incomplete. */
export function finishTower(tower: Tower): { readonly root: string; readonly pages: readonly Page[] } {
  if (tower.size === 0) return { root: EMPTY_ROOT, pages: [] };
  const building = new Building(tower);
  for (let floor = 0; ; floor += 1) {
    const top = building.close(floor);
    if (top !== null) return { root: top, pages: building.pages };
  }
}

class Building {
  readonly pages: Page[] = [];
  private readonly floors: { pages: number; nodes: string[] }[];

  constructor(tower: Tower) {
    this.floors = tower.floors.map(({ pages, nodes }) => ({ pages, nodes: splitNodes(nodes) }));
  }

  add(floor: number, node: string): void {
    const own = (this.floors[floor] ??= { pages: 0, nodes: [] });
    own.nodes.push(node);
    if (own.nodes.length === NODES_A_PAGE) this.giveOut(floor);
  }

  /** Gives out what is left of a floor; the root when the floor had one page in all. */
  close(floor: number): string | null {
    const own = this.floors[floor]!;
    if (own.nodes.length > 0) this.giveOut(floor);
    return own.pages === 1 ? this.floors[floor + 1]!.nodes[0]! : null;
  }

  result(size: number): { tower: Tower; pages: readonly Page[] } {
    return { tower: { size, floors: this.floors.map(({ pages, nodes }) => ({ pages, nodes: nodes.join('') })) }, pages: this.pages };
  }

  private giveOut(floor: number): void {
    const own = this.floors[floor]!;
    this.pages.push({ floor, index: own.pages, nodes: own.nodes.join('') });
    own.pages += 1;
    const top = rootOf(own.nodes);
    own.nodes = [];
    this.add(floor + 1, top);
  }
}

/** The pages a proof for this leaf needs, from the leaves up. */
export function pagesOfProof(index: number, size: number): { readonly floor: number; readonly index: number }[] {
  const needed: { floor: number; index: number }[] = [];
  let at = index;
  let nodes = size;
  for (let floor = 0; ; floor += 1) {
    needed.push({ floor, index: Math.floor(at / NODES_A_PAGE) });
    nodes = Math.ceil(nodes / NODES_A_PAGE);
    if (nodes <= 1) return needed;
    at = Math.floor(at / NODES_A_PAGE);
  }
}

/** The path of a leaf, from the pages `pagesOfProof` named, in that order. */
export function pathOf(index: number, pages: readonly Pick<Page, 'nodes'>[]): string[] {
  const path: string[] = [];
  let at = index;
  for (const { nodes } of pages) {
    let level = hashesOf(nodes);
    let place = at % NODES_A_PAGE;
    while (level.length > 1) {
      const neighbour = level[place ^ 1];
      if (neighbour !== undefined) path.push(toHex(neighbour));
      level = nextLevel(level);
      place = Math.floor(place / 2);
    }
    at = Math.floor(at / NODES_A_PAGE);
  }
  return path;
}

function rootOf(nodes: readonly string[]): string {
  let level = hashesOf(nodes.join(''));
  while (level.length > 1) level = nextLevel(level);
  return toHex(level[0]!);
}

function splitNodes(nodes: string): string[] {
  return Array.from({ length: nodes.length / HEX }, (_, i) => nodes.slice(i * HEX, (i + 1) * HEX));
}

/** The hashes of a page, as views of one piece of memory. */
function hashesOf(nodes: string): Uint8Array[] {
  const bytes = fromHex(nodes);
  if (bytes === null || nodes.length % HEX !== 0) throw new TypeError('a page of something else than hashes');
  return Array.from({ length: nodes.length / HEX }, (_, i) => bytes.subarray((i * HEX) / 2, ((i + 1) * HEX) / 2));
}

function hashOf(hex: string): Uint8Array {
  const bytes = hashBytes(hex);
  if (bytes === null) throw new TypeError(`not a hash: ${hex}`);
  return bytes;
}
