/**
 * The whole job in real browsers, on the real server: families on telephones, the board on a PC that nobody
 * touches, the stage manager's page. What the screens say must be true and readable (Q3, Q4, Q5, Q6, S4).
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { LiveView } from '../../shared/contract/schemas';
import { killLeftovers, startChild, until, type ChildServer } from '../support/child-server';
import { enter, EVERY_WIDTH, findings, inspect, openBrowser, PC, PHONE, picture, type Person } from './stage';

jest.setTimeout(90_000);
const PICKING = 'zhanggong-2';
const PASSING = 'jingkai-2';
const LATE = 'rongjiang-1';
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'fair-queue-e2e-'));
let server: ChildServer;
let browser: Browser;
/** The board on a PC, opened once and never touched again. */
let hall: Person;
let family: Person;
let inbox: Page;
let pickedHomeId = '';

beforeAll(async () => {
  browser = await openBrowser();
  server = await startChild({ dir });
  hall = await enter(browser, PC);
  family = await enter(browser, PHONE);
});
afterAll(async () => {
  await browser?.close();
  await killLeftovers();
  fs.rmSync(dir, { recursive: true, force: true });
});

const at = (page: Page, id: string) => page.locator(`#${id}`).locator('visible=true');
const live = async (laneId: string) => (await server.call<LiveView>('GET', `/api/lanes/${laneId}/live`)).body;
const cast = async (laneId: string) => (await server.call<{ lanes: { laneId: string; phone: string }[] }>('GET', '/api/demo/cast')).body.lanes.find((lane) => lane.laneId === laneId)!;
const numberOn = (page: Page, laneId: string) => at(page, `lane-${laneId}-number`).innerText();
const secondsOf = (text: string) => text.trim().split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
const told = (laneId: string) => until(`${laneId} to be told`, async () => (await live(laneId)).turn?.deadlineMs != null);

/** The countdown shows what the server's deadline leaves, give or take the time to look. */
async function expectCountdown(page: Page, id: string, laneId: string): Promise<void> {
  const shown = secondsOf(await at(page, id).innerText());
  const { turn, serverNowMs } = await live(laneId);
  expect(Math.abs(shown - (turn!.deadlineMs! - serverNowMs) / 1000)).toBeLessThan(6);
}

/** The code as the person reads it: on the inbox page, from the message to this number. */
async function readCode(phone: string): Promise<string> {
  await inbox.goto(`${server.inboxUrl}/?phone=${phone}`);
  const message = inbox.locator('#list .message', { hasText: '验证码' }).first();
  await message.waitFor();
  return /验证码\D*(\d{6})/.exec(await message.innerText())![1]!;
}

async function signIn(person: Person, phone: string): Promise<void> {
  const { page } = person;
  await page.goto(`${server.url}/#/pages/sign-in/sign-in`);
  await at(page, 'phone').fill(phone);
  await at(page, 'send-code').click();
  await at(page, 'code-sent').waitFor();
  await at(page, 'code').fill(await readCode(phone));
  await at(page, 'sign-in').click();
  await at(page, 'my-turn').waitFor();
}

/** Moves the focus with the Tab key alone until it is on the element. */
async function tabTo(page: Page, id: string): Promise<void> {
  for (let i = 0; i < 60; i += 1) {
    if ((await page.evaluate(() => document.activeElement?.id)) === id) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the Tab key never reaches #${id}`);
}

test('the board: every lane, whose turn, a countdown that moves; it fits every width', async () => {
  await told(PICKING);
  await hall.page.goto(server.url);
  await at(hall.page, `lane-${PICKING}-countdown`).waitFor();
  await inspect(hall.page, 'board', EVERY_WIDTH);
  const lanes = await hall.page.locator('.lane:visible').count();
  expect(lanes).toBe((await server.call<{ lanes: unknown[] }>('GET', '/api/lanes')).body.lanes.length);
  await expectCountdown(hall.page, `lane-${PICKING}-countdown`, PICKING);
  const before = await at(hall.page, `lane-${PICKING}-countdown`).innerText();
  await until('the countdown to move', async () => (await at(hall.page, `lane-${PICKING}-countdown`).innerText()) !== before, 5_000);
  // What only a reload could remove.
  await hall.page.evaluate(() => { (window as unknown as { untouched: boolean }).untouched = true; });
  inbox = await hall.context.newPage();
  await inbox.goto(`${server.url}/demo/inbox`);
  await inbox.locator('#list .message').first().waitFor();
  await picture(inbox, 'inbox');
});

test('a family signs in with the keyboard alone, and reads that it is its turn', async () => {
  const { page } = family;
  await page.goto(server.url);
  await at(page, `lane-${PICKING}-number`).waitFor();
  await inspect(page, 'board-phone');
  await tabTo(page, 'to-my');
  await page.keyboard.press('Enter');
  await at(page, 'go-sign-in').waitFor();
  await inspect(page, 'my-signed-out');
  await tabTo(page, 'go-sign-in');
  await page.keyboard.press('Enter');
  await at(page, 'phone').waitFor();
  await inspect(page, 'sign-in', EVERY_WIDTH);
  const { phone } = await cast(PICKING);
  await tabTo(page, 'phone');
  await page.keyboard.type('12');
  await page.keyboard.press('Enter');
  await at(page, 'phone-error').waitFor();
  await inspect(page, 'sign-in-wrong');
  for (let i = 0; i < 2; i += 1) await page.keyboard.press('Backspace');
  await page.keyboard.type(phone);
  await tabTo(page, 'send-code');
  await page.keyboard.press('Enter');
  await at(page, 'code-sent').waitFor();
  await inspect(page, 'sign-in-sent');
  const code = await readCode(phone);
  await picture(inbox, 'inbox-code');
  await tabTo(page, 'code');
  await page.keyboard.type(code);
  await page.keyboard.press('Enter');
  await at(page, 'my-turn').waitFor();
  await inspect(page, 'my-turn', EVERY_WIDTH);
  await expectCountdown(page, 'my-countdown', PICKING);
});

test('a reload in mid-turn shows the right time; the line cut and back, it goes on', async () => {
  const { page, context, troubles } = family;
  await page.reload();
  await at(page, 'my-countdown').waitFor();
  await expectCountdown(page, 'my-countdown', PICKING);
  expect(troubles).toEqual([]);
  await context.setOffline(true);
  await at(page, 'stale').waitFor();
  await at(page, 'go-pick').click();
  await picture(page, 'offline');
  await context.setOffline(false);
  // What could not be opened then opens now, at the same button.
  await until('the homes', async () => {
    if (await at(page, 'go-pick').isVisible()) await at(page, 'go-pick').click();
    return at(page, 'homes-count').isVisible();
  });
  await at(page, 'back').click();
  await at(page, 'my-countdown').waitFor();
  await expectCountdown(page, 'my-countdown', PICKING);
  // The browser says of itself that it was offline.
  troubles.length = 0;
});

test('Q4, S4: it chooses, looks again, confirms, and has its receipt; the board in the hall moves on by itself', async () => {
  const { page } = family;
  const wasOn = await numberOn(hall.page, PICKING);
  await at(page, 'go-pick').click();
  const card = page.locator('.home-card:visible').first();
  await card.waitFor();
  await inspect(page, 'choose', EVERY_WIDTH);
  await at(page, 'toggle-filters').click();
  await inspect(page, 'choose-filters');
  pickedHomeId = (await card.getAttribute('id'))!.slice('home-'.length);
  await card.click();
  await at(page, 'pick').waitFor();
  await inspect(page, 'confirm', EVERY_WIDTH);
  await at(page, 'pick').click();
  await at(page, 'pick-confirm').waitFor();
  await inspect(page, 'confirm-last');
  await at(page, 'pick-confirm').click();
  await at(page, 'pick-done').waitFor();
  await inspect(page, 'receipt', EVERY_WIDTH);
  await page.getByText('核验真假').click();
  await page.getByText('核验通过').waitFor();
  await inspect(page, 'receipt-checked');

  await until('the board to move on', async () => (await numberOn(hall.page, PICKING)) !== wasOn, 10_000);
  expect(await hall.page.evaluate(() => (window as unknown as { untouched?: boolean }).untouched)).toBe(true);
  expect(await numberOn(hall.page, PICKING)).toContain(String((await live(PICKING)).turn!.queueNumber));
  await inspect(hall.page, 'board-moved');
  await page.goto(`${server.url}/#/pages/my/my`);
  await page.getByText('您家已经选定住房').first().waitFor();
  await inspect(page, 'my-picked');
});

test('the unit table shows the home as taken', async () => {
  const { page } = hall;
  const { body } = await server.call<{ communities: { id: string }[] }>('GET', '/api/communities');
  const communityId = await until('its community', async () => {
    for (const { id } of body.communities) {
      const table = await server.call<{ homes: { id: string }[] }>('GET', `/api/communities/${id}/unit-table`);
      if (table.body.homes.some((home) => home.id === pickedHomeId)) return id;
    }
    return null;
  });
  await at(page, `lane-${PICKING}-community-${communityId}`).click();
  await at(page, `door-${pickedHomeId}`).waitFor();
  expect(await at(page, `door-${pickedHomeId}`).innerText()).toContain('已选');
  await inspect(page, 'unit-table', EVERY_WIDTH);
  await at(page, `door-${pickedHomeId}`).click();
  await at(page, 'door-sheet').waitFor();
  await inspect(page, 'unit-table-door');
  await page.goto(`${server.url}/#/pages/ledger/ledger`);
  await page.getByRole('radio', { name: '章贡区' }).click();
  await at(page, `ledger-${PICKING}`).click();
  await at(page, 'ledger').getByText('选定').first().waitFor();
  await inspect(page, 'ledger', EVERY_WIDTH);
});

test('Q5: another family gives its chance away, and is asked twice', async () => {
  const person = await enter(browser, PHONE);
  await told(PASSING);
  const before = (await live(PASSING)).turn!.queueNumber;
  await signIn(person, (await cast(PASSING)).phone);
  const { page } = person;
  await at(page, 'go-pass').click();
  await inspect(page, 'pass-first');
  await at(page, 'pass-first').click();
  await at(page, 'pass-second').waitFor();
  await inspect(page, 'pass-second');
  await at(page, 'pass-confirm').click();
  await at(page, 'my-done').waitFor();
  await page.getByText('这次的选房机会已经过去').first().waitFor();
  await inspect(page, 'my-passed');
  expect((await live(PASSING)).turn?.queueNumber).not.toBe(before);
  expect(person.troubles).toEqual([]);
  await person.context.close();
});

test('Q6: the time runs out on the stage manager\'s page; the family sees that it is over', async () => {
  const person = await enter(browser, PHONE);
  await told(LATE);
  const late = (await live(LATE)).turn!.queueNumber;
  await signIn(person, (await cast(LATE)).phone);
  const { page } = person;
  await at(page, 'large-text').click();
  await inspect(page, 'my-turn-large', EVERY_WIDTH);
  const stage = await person.context.newPage();
  await stage.goto(`${server.url}/demo`);
  await stage.locator('#cast tr').first().waitFor();
  await picture(stage, 'demo');
  await stage.getByRole('button', { name: '+4 小时' }).click();
  await until('the turn to be over', async () => (await live(LATE)).turn?.queueNumber !== late, 30_000);
  await page.bringToFront();
  await page.getByText('这次的选房机会已经过去').first().waitFor();
  await inspect(page, 'my-late');
  await stage.close();
  expect(person.troubles).toEqual([]);
  await person.context.close();
});

test('every screen: fits, can be hit with a thumb, speaks Chinese', () => {
  expect([...new Set(findings)]).toEqual([]);
});

test('nobody\'s browser complained', () => {
  expect({ hall: hall.troubles, family: family.troubles }).toEqual({ hall: [], family: [] });
});
