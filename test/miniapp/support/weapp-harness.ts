/**
 * Runs the compiled mini-program (dist/weapp) in a Node vm: the logic layer as WeChat would run it, the view as
 * the data tree it sends to WeChat, and as the official compiler's templates would draw it. Building code from
 * text is forbidden in the vm, as in WeChat.
 */
import fs from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';

export const DIST = path.resolve(__dirname, '../../../dist/weapp');

/** A node of the tree Taro sends to the view. */
export interface ViewNode {
  nn?: string; v?: string; cl?: string; uid?: string; sid?: string; cn?: ViewNode[];
  [attribute: string]: unknown;
}
export interface Page {
  route: string;
  data: { root?: ViewNode };
  setDataCalls: Record<string, unknown>[];
  onLoad?(options: Record<string, string>): void; onShow?(): void; onReady?(): void; onHide?(): void; onUnload?(): void;
  eh(event: unknown): void;
  setData(change: Record<string, unknown>, callback?: () => void): void;
}
interface WxOptions { url?: string; success?(r: unknown): void; fail?(r: unknown): void; complete?(r: unknown): void; data?: unknown; header?: Record<string, string>; method?: string }

/** What a scripted server is asked, and what it may answer. `lost`: it acted, but the reply never came. */
export interface ScriptedRequest { readonly method: string; readonly path: string; readonly query: URLSearchParams; readonly body: unknown; readonly header: Record<string, string> }
export type ScriptedReply = { status: number; data: unknown } | 'lost';
export type Script = (request: ScriptedRequest) => ScriptedReply;

export interface LaunchOptions {
  readonly script: Script;
  /** The phone's storage; pass the same one again to restart the phone. */
  readonly storage?: Map<string, unknown>;
  readonly connectSocket?: (options: WxOptions) => unknown;
}

interface AppHooks { onLaunch?(options: object): void; onShow?(options: object): void }

/** Fails with what to do when the client was not built. */
export function requireBuild(): void {
  if (!fs.existsSync(path.join(DIST, 'app.json'))) {
    throw new Error('dist/weapp is missing. Build it first: NODE_ENV=production node node_modules/@tarojs/cli/bin/taro build --type weapp');
  }
}

/** `root.cn.[0].cn.[1].v` as WeChat's setData reads it. */
function setPath(target: object, key: string, value: unknown): void {
  const keys = key.replace(/\[(\d+)\]/g, '.$1').split('.').filter(Boolean);
  let at = target as Record<string, unknown>;
  keys.slice(0, -1).forEach((k, i) => {
    at[k] ??= /^\d+$/.test(keys[i + 1]!) ? [] : {};
    at = at[k] as Record<string, unknown>;
  });
  at[keys.at(-1)!] = value;
}
/** Data crosses to the view as JSON: functions and undefined do not. */
const crossing = <T>(value: T): T => (value === undefined ? value : JSON.parse(JSON.stringify(value)));

/** Starts the mini-program. */
export function launch({ script, storage = new Map(), connectSocket }: LaunchOptions) {
  requireBuild();
  const appJson = JSON.parse(fs.readFileSync(path.join(DIST, 'app.json'), 'utf8')) as { tabBar: { list: { pagePath: string }[] } };
  const tabs = new Set(appJson.tabBar.list.map((tab) => tab.pagePath));
  const kept = new Map<string, Page>();
  const stack: Page[] = [];
  const requests: ScriptedRequest[] = [];
  const clipboard: string[] = [];
  const timers = new Set<NodeJS.Timeout>();
  const top = () => stack.at(-1)!;

  const answer = (options: WxOptions) => {
    const url = new URL(options.url!);
    const request = { method: options.method ?? 'GET', path: url.pathname, query: url.searchParams, body: typeof options.data === 'string' ? JSON.parse(options.data) : options.data, header: options.header ?? {} };
    requests.push(request);
    const reply = script(request);
    const respond = () => {
      const result = reply === 'lost' ? { errMsg: 'request:fail timeout' } : { statusCode: reply.status, data: JSON.stringify(reply.data), header: {}, errMsg: 'request:ok' };
      if (reply === 'lost') options.fail?.(result);
      else options.success?.(result);
      options.complete?.(result);
    };
    setTimeout(respond, 1);
    return { abort() {}, onHeadersReceived() {}, offHeadersReceived() {} };
  };
  const ok = (name: string, act: (options: WxOptions) => void) => (options: WxOptions = {}) => {
    act(options);
    options.success?.({ errMsg: `${name}:ok` });
    options.complete?.({ errMsg: `${name}:ok` });
  };
  const close = () => {
    const page = stack.pop();
    if (page !== undefined && !tabs.has(page.route)) page.onUnload?.();
    else page?.onHide?.();
  };
  const wx = {
    request: answer,
    connectSocket: connectSocket ?? ((options: WxOptions) => { options.fail?.({ errMsg: 'connectSocket:fail' }); return undefined; }),
    getStorageSync: (key: string) => storage.get(key) ?? '',
    setStorageSync: (key: string, value: unknown) => void storage.set(key, value),
    removeStorageSync: (key: string) => void storage.delete(key),
    setClipboardData: ok('setClipboardData', (options) => clipboard.push(String(options.data))),
    navigateTo: ok('navigateTo', (options) => void open(options.url!)),
    redirectTo: ok('redirectTo', (options) => { close(); open(options.url!); }),
    switchTab: ok('switchTab', (options) => { while (stack.length > 0) close(); open(options.url!); }),
    navigateBack: ok('navigateBack', () => { close(); top()?.onShow?.(); }),
    canIUse: () => true,
    getSystemInfoSync: () => ({ platform: 'devtools', SDKVersion: '3.8.0', windowWidth: 375, windowHeight: 667, screenWidth: 375, screenHeight: 667, pixelRatio: 2, statusBarHeight: 20, language: 'zh_CN' }),
    getWindowInfo: () => ({ windowWidth: 375, windowHeight: 667, pixelRatio: 2 }), getAppBaseInfo: () => ({ SDKVersion: '3.8.0', fontSizeSetting: 17 }), getDeviceInfo: () => ({ platform: 'devtools' }),
    getLaunchOptionsSync: () => ({ path: '', query: {}, scene: 1001 }), getEnterOptionsSync: () => ({ path: '', query: {}, scene: 1001 }),
    onNetworkStatusChange() {}, offNetworkStatusChange() {}, nextTick: (f: () => void) => setTimeout(f, 0),
    setNavigationBarTitle() {}, onMemoryWarning() {}, onError() {}, createSelectorQuery: () => ({}),
  };

  let appConfig: AppHooks = {};
  let pageConfig: Page | null = null;
  // Timers of the mini-program end with the test, or jest waits for its polling.
  let isEnded = false;
  const later = (f: () => void, ms?: number) => { if (isEnded) return undefined; const timer = setTimeout(() => { timers.delete(timer); f(); }, ms); timers.add(timer); return timer; };
  const repeat = (f: () => void, ms?: number) => { if (isEnded) return undefined; const timer = setInterval(f, ms); timers.add(timer); return timer; };
  const context = vm.createContext({
    wx, console, setTimeout: later, clearTimeout, setInterval: repeat, clearInterval, Promise, TextEncoder, TextDecoder,
    App: (config: AppHooks) => { appConfig = config; }, Page: (config: Page) => { pageConfig = config; }, Component: (config: Page) => { pageConfig = config; }, Behavior: (b: unknown) => b,
    getApp: () => app, getCurrentPages: () => stack.slice(), requirePlugin: () => ({}), __wxConfig: {},
  }, { codeGeneration: { strings: false, wasm: false } });
  vm.runInContext('globalThis.global = globalThis', context);

  const modules = new Map<string, { exports: unknown }>();
  const load = (from: string, id: string): unknown => {
    let file = id.startsWith('/') ? path.join(DIST, id) : path.resolve(path.dirname(from), id);
    if (!file.endsWith('.js')) file += '.js';
    const held = modules.get(file);
    if (held !== undefined) return held.exports;
    const module = { exports: {} };
    modules.set(file, module);
    const wrapped = vm.runInContext(`(function (require, module, exports) {${fs.readFileSync(file, 'utf8')}\n})`, context, { filename: file }) as (...args: unknown[]) => void;
    wrapped((inner: string) => load(file, inner), module, module.exports);
    return module.exports;
  };
  load(path.join(DIST, 'entry.js'), './app');
  const app = Object.assign(Object.create(null), appConfig) as AppHooks;
  app.onLaunch?.({ path: '', query: {}, scene: 1001 });
  app.onShow?.({ path: '', query: {}, scene: 1001 });

  const definitions = new Map<string, Page>();
  function open(url: string): Page {
    const [route, query = ''] = url.replace(/^\//, '').split('?') as [string, string?];
    if (stack.length > 0) top().onHide?.();
    const old = tabs.has(route) ? kept.get(route) : undefined;
    if (old !== undefined) {
      stack.push(old);
      old.onShow?.();
      return old;
    }
    if (!definitions.has(route)) {
      load(path.join(DIST, 'entry.js'), `./${route}`);
      definitions.set(route, pageConfig!);
    }
    const definition = definitions.get(route)!;
    const page: Page = Object.assign({}, definition, { route, __route__: route, options: Object.fromEntries(new URLSearchParams(query)), data: crossing(definition.data) ?? {}, setDataCalls: [] });
    page.setData = (change, callback) => {
      page.setDataCalls.push(crossing(change));
      for (const key of Object.keys(change)) setPath(page.data, key, crossing(change[key]));
      if (callback !== undefined) setTimeout(callback, 0);
    };
    Object.assign(page, { selectComponent: () => null, createSelectorQuery: () => ({}), getPageId: () => route });
    if (tabs.has(route)) kept.set(route, page);
    stack.push(page);
    page.onLoad?.(Object.fromEntries(new URLSearchParams(query)));
    page.onShow?.();
    page.onReady?.();
    return page;
  }

  function* walk(node: ViewNode | undefined): Generator<ViewNode> {
    if (node === undefined) return;
    yield node;
    for (const child of node.cn ?? []) yield* walk(child);
  }
  const find = (test: (node: ViewNode) => boolean) => { for (const node of walk(top().data.root)) if (test(node)) return node; return undefined; };
  const byId = (id: string) => find((node) => node.uid === id);
  const textOf = (node: ViewNode | undefined): string => (node === undefined ? '' : `${node.v ?? ''}${(node.cn ?? []).map(textOf).join('')}`);
  const waitFor = async <T>(what: () => T, ms = 3_000): Promise<NonNullable<T>> => {
    const startMs = Date.now();
    for (;;) {
      const value = what();
      if (value) return value as NonNullable<T>;
      if (Date.now() - startMs > ms) throw new Error(`waited in vain for ${what} on ${top().route}: ${textOf(top().data.root)}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const fire = (node: ViewNode, type: string, detail: object = {}) => {
    const target = { id: node.uid ?? node.sid, dataset: { sid: node.sid } };
    top().eh({ type, timeStamp: Date.now(), target, currentTarget: target, detail, touches: [] });
  };
  return {
    open, top, byId, find, walk, textOf, waitFor, requests, clipboard, storage, context,
    route: () => top().route,
    /** All the words on the screen. */
    words: () => textOf(top().data.root),
    shown: (id: string) => waitFor(() => byId(id)),
    tap: async (id: string) => fire(await waitFor(() => byId(id)), 'tap'),
    type: async (id: string, value: string) => fire(await waitFor(() => byId(id)), 'input', { value, cursor: value.length }),
    back: () => wx.navigateBack(),
    end: () => { isEnded = true; timers.forEach((timer) => clearTimeout(timer)); timers.clear(); },
  };
}
export type Phone = ReturnType<typeof launch>;
