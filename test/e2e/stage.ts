/**
 * The stage of the browser tests: one browser, people with a telephone or a PC, and the things that must hold
 * on every screen they see. Every screen is kept as a picture in artifacts/e2e.
 */
import fs from 'node:fs';
import path from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { root } from '../support/child-server';

export const PHONE = { width: 390, height: 844 };
export const PC = { width: 1280, height: 800 };
const NARROWEST = 320;
const MIN_TAP_PX = 44;
const artifacts = path.join(root, 'artifacts/e2e');
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export interface Person {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the browser complained of: errors, failed requests, refused answers. */
  readonly troubles: string[];
}

/** Fails with what to do when there is no browser or no client to look at. */
export async function openBrowser(): Promise<Browser> {
  if (!fs.existsSync(path.join(root, 'dist/h5/index.html'))) throw new Error('dist/h5 is missing: build the client first with `node config/run/setup.mjs` (npm test does)');
  const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
  if (!fs.existsSync(executablePath)) throw new Error(`no browser at ${executablePath}: set CHROMIUM_PATH`);
  fs.rmSync(artifacts, { recursive: true, force: true });
  fs.mkdirSync(artifacts, { recursive: true });
  // Playwright gives every launch a profile directory of its own and removes it.
  return chromium.launch({ executablePath, args: FLAGS });
}

/** Somebody with a browser of their own: nothing is shared with the others. */
export async function enter(browser: Browser, viewport: { width: number; height: number }): Promise<Person> {
  const context = await browser.newContext({ viewport, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', hasTouch: viewport.width < 600, reducedMotion: 'reduce' });
  context.setDefaultTimeout(15_000);
  const troubles: string[] = [];
  context.on('page', (page) => watch(page, troubles));
  const page = await context.newPage();
  return { context, page, troubles };
}

function watch(page: Page, troubles: string[]): void {
  page.on('console', (message) => {
    // A page that was left before its socket stood: it is meant to be closed.
    if (/WebSocket is closed before the connection is established/.test(message.text())) return;
    if (['error', 'warning'].includes(message.type())) troubles.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => troubles.push(`page error: ${error.message}`));
  // Leaving a page cuts what it was still asking for: that is nobody's failure.
  page.on('requestfailed', (request) => { if (request.failure()?.errorText !== 'net::ERR_ABORTED') troubles.push(`request failed: ${request.url()} ${request.failure()?.errorText}`); });
  page.on('response', (response) => { if (response.status() >= 400) troubles.push(`answer ${response.status()}: ${response.url()}`); });
}

let shots = 0;
const MAX_TALL_PX = 3_000;
/** Keeps a picture of the screen, and, where there is more to scroll to, one of all of it. */
export async function picture(page: Page, name: string): Promise<void> {
  shots += 1;
  const file = (part: string) => path.join(artifacts, `${String(shots).padStart(2, '0')}-${name}${part}.png`);
  await page.screenshot({ path: file('') });
  // Taro scrolls a box inside the page, which a picture of the "full page" does not open.
  const tall = await page.evaluate(() => Math.max(...[document.documentElement, ...document.querySelectorAll('.taro_page')].map((element) => element.scrollHeight)));
  const size = page.viewportSize()!;
  if (tall <= size.height) return;
  await page.setViewportSize({ ...size, height: Math.min(tall, MAX_TALL_PX) });
  await page.screenshot({ path: file('-all') });
  await page.setViewportSize(size);
}

/** Foreign words a page may show: none but codes that are codes in any language. */
const CODES = /校验码 [0-9a-f]+…|[0-9A-Fa-f]{8,}…?|[0-9A-F]{4}( [0-9A-F]{4})+/g;

interface Finding { readonly overflowPx: number; readonly small: string[]; readonly nameless: string[]; readonly text: string }

/** What `inspect` found wrong, over all screens: one fault must not hide the screens behind it. */
export const findings: string[] = [];

/** What must hold on every screen of the families' client. Keeps a picture of it. */
export async function inspect(page: Page, name: string, widths: readonly number[] = []): Promise<void> {
  const size = page.viewportSize()!;
  for (const width of [...widths.filter((w) => w !== size.width), size.width]) {
    if (page.viewportSize()!.width !== width) await page.setViewportSize({ ...size, width });
    const { overflowPx, small, nameless, text } = await page.evaluate<Finding, number>(look, MIN_TAP_PX);
    const words = (text.replace(CODES, '').match(/[A-Za-z]{2,}/g) ?? []).filter((word) => word !== 'APP');
    await picture(page, widths.length > 0 ? `${name}-${width}` : name);
    const where = `${name} at ${width}`;
    if (overflowPx > 0) findings.push(`${where}: ${overflowPx} px wider than the screen`);
    for (const control of small) findings.push(`${where}: too small to hit: ${control}`);
    for (const control of nameless) findings.push(`${where}: says nothing: ${control}`);
    for (const word of words) findings.push(`${where}: not Chinese: ${word}`);
  }
}
export const EVERY_WIDTH = [NARROWEST, PHONE.width, PC.width] as const;

/** Runs in the page. Pages that Taro keeps underneath are not on the screen and do not count. */
function look(minTapPx: number): Finding {
  const seen = (element: Element) => element.getClientRects().length > 0 && getComputedStyle(element).visibility !== 'hidden';
  const named = (element: Element) => `${element.id || element.className} “${(element as HTMLElement).innerText?.slice(0, 20) ?? ''}”`;
  const controls = [...document.querySelectorAll('button, a[href], input, [role=button]')].filter(seen);
  return {
    overflowPx: Math.max(0, document.documentElement.scrollWidth - window.innerWidth),
    small: controls.filter((element) => {
      const { width, height } = element.getBoundingClientRect();
      return height < minTapPx - 0.5 || width < minTapPx - 0.5;
    }).map(named),
    nameless: controls.filter((element) => element.tagName !== 'INPUT' && (element as HTMLElement).innerText.trim() === '' && !element.getAttribute('aria-label')).map(named),
    text: document.body.innerText,
  };
}
