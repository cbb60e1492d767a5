/**
 * What WeChat would draw: the package's WXML through the official compiler (`wcc`), rendered with a page's data.
 * The binary is built for Linux, macOS and Windows on x64; elsewhere `loadOfficialView` answers null.
 */
import { createRequire } from 'node:module';
import vm from 'node:vm';
import { DIST, type ViewNode } from './weapp-harness';

export interface DrawnNode { tag?: string; attr?: Record<string, unknown>; children?: (DrawnNode | string)[] }
export type Draw = (route: string, data: { root?: ViewNode }) => DrawnNode;

// It comes without types.
const { wxmlToJs, wxssToJs } = createRequire(__filename)('miniprogram-compiler') as { wxmlToJs(folder: string): string; wxssToJs(folder: string): string };

/** Compiles the package; null where the compiler does not run. Throws when it runs and refuses the package. */
export function loadOfficialView(): { draw: Draw; styles: string } | null {
  let code: string;
  try {
    code = wxmlToJs(DIST);
  } catch (error) {
    if (/ENOEXEC|ENOENT|EACCES|spawn/.test(String(error))) return null;
    throw error;
  }
  if (!code) return null;
  const context = vm.createContext({ window: {}, console, __wxAppCode__: {}, navigator: { userAgent: '' }, document: {} });
  vm.runInContext(`globalThis.global = globalThis; globalThis.make = function (global) {${code}\n};`, context);
  const gwx = vm.runInContext('make(globalThis)', context) as (file: string) => (data: unknown, global: object, options: object) => DrawnNode;
  // Made in the compiler's own realm: it tells plain objects by their constructor.
  const parse = vm.runInContext('(text) => JSON.parse(text)', context) as (text: string) => unknown;
  return { draw: (route, data) => gwx(`${route}.wxml`)(parse(JSON.stringify(data)), {}, {}), styles: wxssToJs(DIST) };
}

/** Every element, depth first. */
export function* drawnNodes(node: DrawnNode | string): Generator<DrawnNode> {
  if (typeof node === 'string') return;
  yield node;
  for (const child of node.children ?? []) yield* drawnNodes(child);
}
