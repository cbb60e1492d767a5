/** The compiled mini-program, page by page, as a family meets it (Q4, Q5, T5, T6, S3, S4). */
import fs from 'node:fs';
import path from 'node:path';
import { DIST, launch, requireBuild, type Phone } from './support/weapp-harness';
import { World } from './support/script';
import { buildOnTurn, buildPlace } from './support/canned';
import { DAY_MS, HOUR_MS } from '@shared/shanghai-time';

beforeAll(requireBuild);

let phone: Phone;
let world: World;
const start = (storage = new Map<string, unknown>()) => {
  phone = launch({ script: world.script, storage });
  return phone;
};
const signedIn = () => new Map<string, unknown>([['session:token', 'token-1'], ['session:expires', String(Date.now() + DAY_MS)]]);
beforeEach(() => { world = new World(); });
afterEach(() => phone?.end());

describe('board', () => {
  test('shows every lane in its state, and opens a community', async () => {
    start().open('pages/board/board');
    await phone.shown('lane-zhanggong-2');
    expect(phone.textOf(phone.byId('lane-zhanggong-2-number'))).toBe('第 23 号');
    expect(phone.textOf(phone.byId('lane-zhanggong-2-countdown'))).toMatch(/^3:10:0\d$/);
    expect(phone.words()).toContain('短信发出后才开始计时'); // T5: handed over, then the clock
    expect(phone.words()).toContain('暂停期间不计时'); // T6
    expect(phone.textOf(phone.byId('lane-zhanggong-3-countdown'))).toBe('3:30:05'); // what was left when the pause began
    expect(phone.words()).toContain('房源已经选完');
    expect(phone.words()).toContain('还没有开始选房');
    expect(phone.words()).toContain('公租 24、25、26、27、28 号');
    await phone.tap('lane-zhanggong-2-community-c1');
    await phone.shown('unit-table');
    expect(phone.words()).toContain('未开放');
    await phone.tap('filter-all');
    await phone.tap('door-c1-h0');
    await phone.shown('door-sheet');
    expect(phone.words()).toMatch(/建筑面积.*平方米.*朝南.*元/);
  });

  test('a ticking second sends the view its digits, not the page', async () => {
    const page = start().open('pages/board/board');
    await phone.shown('lane-zhanggong-2-countdown');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const before = page.setDataCalls.length;
    await new Promise((resolve) => setTimeout(resolve, 2_200));
    const sent = page.setDataCalls.slice(before);
    expect(sent.length).toBeGreaterThan(0);
    for (const change of sent) expect(JSON.stringify(change).length).toBeLessThan(600);
  });

  test('polls while shown and stops when hidden', async () => {
    const page = start().open('pages/board/board');
    await phone.shown('lane-zhanggong-2');
    const asked = () => phone.requests.filter((request) => request.path === '/api/lanes').length;
    page.onHide?.();
    const before = asked();
    await new Promise((resolve) => setTimeout(resolve, 5_500));
    expect(asked()).toBe(before);
    page.onShow?.();
    await phone.waitFor(() => asked() > before);
  }, 15_000);

  test('says so when the network is gone, and recovers', async () => {
    world.isOffline = true;
    start().open('pages/board/board');
    await phone.shown('error');
    expect(phone.words()).toContain('网络没有连上');
    world.isOffline = false;
    await phone.tap('error-retry');
    await phone.shown('lane-zhanggong-2');
  });
});

describe('signing in', () => {
  test('phone, wrong code, right code, and back to 我家', async () => {
    start().open('pages/my/my');
    await phone.tap('go-sign-in');
    await phone.waitFor(() => phone.route() === 'pages/sign-in/sign-in');
    await phone.type('phone', '1380000');
    await phone.tap('send-code');
    await phone.shown('phone-error');
    expect(phone.requests.some((request) => request.path === '/api/sign-in/codes')).toBe(false);
    await phone.type('phone', '138 0000 0023');
    await phone.tap('send-code');
    await phone.shown('code');
    expect(phone.textOf(phone.byId('send-code'))).toMatch(/^(60|59) 秒后可重新获取$/);
    await phone.type('code', '111111');
    await phone.tap('sign-in');
    await phone.waitFor(() => phone.textOf(phone.byId('code-error')).includes('验证码不正确'));
    await phone.type('code', '１２３４５６'); // full-width digits, as some keyboards type them
    await phone.tap('sign-in');
    await phone.waitFor(() => phone.route() === 'pages/my/my');
    await phone.shown('go-pick');
  });
});

describe('我家', () => {
  test('waiting: how many families are before, and what comes next', async () => {
    world.places = [buildPlace()];
    start(signedIn()).open('pages/my/my');
    await phone.shown('place-t23-ahead');
    expect(phone.words()).toContain('前面还有 17 户');
    expect(phone.words()).toContain('接下来会怎样');
    expect(phone.byId('go-pick')).toBeUndefined();
  });

  test('a turn with time given back says so (T6)', async () => {
    const place = buildOnTurn(world.nowMs);
    world.places = [{ ...place, turn: { ...place.turn!, movedMs: HOUR_MS } }];
    start(signedIn()).open('pages/my/my');
    await phone.shown('my-moved');
    expect(phone.words()).toContain('补回 1 小时');
  });

  test('a deferred family is told its number is kept (Q8)', async () => {
    world.places = [buildPlace({ deferrals: 1, notBeforeMs: world.nowMs + 20 * HOUR_MS })];
    start(signedIn()).open('pages/my/my');
    await phone.shown('my-deferred');
    expect(phone.words()).toContain('号码保留');
  });

  test('at zero it asks the server instead of deciding', async () => {
    const place = buildOnTurn(world.nowMs);
    world.places = [{ ...place, turn: { ...place.turn!, deadlineMs: world.nowMs + 700 } }];
    start(signedIn()).open('pages/my/my');
    await phone.waitFor(() => phone.words().includes('时间到，正在确认'));
    expect(phone.byId('go-pick')).toBeDefined();
    world.places = [{ ...place, state: 'missed', turn: null }];
    await phone.waitFor(() => phone.words().includes('这次的选房机会已经过去'), 6_000);
  }, 10_000);

  test('passing asks twice, says what is lost, and is one act (Q5)', async () => {
    start(signedIn()).open('pages/my/my');
    await phone.tap('go-pass');
    await phone.shown('pass-sheet');
    expect(phone.words()).toContain('不能收回');
    expect(world.passes).toEqual([]);
    await phone.tap('pass-first');
    await phone.tap('pass-confirm');
    await phone.waitFor(() => phone.words().includes('已经让给下一户'));
    expect(world.passes).toHaveLength(1);
    expect(world.passes[0]).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('choosing a home', () => {
  const toConfirm = async () => {
    start(signedIn()).open('pages/my/my');
    await phone.tap('go-pick');
    await phone.waitFor(() => phone.route() === 'selection/choose/choose');
    await phone.tap(`home-${world.homes[1]!.id}`);
    await phone.waitFor(() => phone.route() === 'selection/confirm/confirm');
    await phone.shown('pick');
  };
  const pick = async () => {
    await phone.tap('pick');
    await phone.tap('pick-confirm');
  };

  test('choose, check, confirm twice, receipt (Q4, S3, S4)', async () => {
    await toConfirm();
    expect(phone.words()).toContain('每户只能选一次，确认后不能更改');
    await phone.tap('pick');
    await phone.shown('pick-sheet');
    expect(world.acted).toEqual([]); // opened is not done
    await phone.tap('pick-confirm');
    await phone.waitFor(() => phone.route() === 'selection/receipt/receipt');
    await phone.shown('receipt');
    expect(phone.words()).toContain('选房成功');
    expect(phone.words()).toContain('第 41 条');
    await phone.tap('receipt-copy');
    await phone.waitFor(() => phone.clipboard.length > 0);
    expect(phone.clipboard[0]).toContain('--- signature (SM2/SM3) ---');
    expect(world.acted).toHaveLength(1);
    expect([...phone.storage.keys()].filter((key) => key.startsWith('act:'))).toEqual([]);
  });

  test('a lost reply: pressing again, even after a restart, is the same act', async () => {
    await toConfirm();
    world.next = 'lostAfter';
    await pick();
    await phone.shown('pick-again');
    expect(world.acted).toHaveLength(1);
    phone.end();
    start(phone.storage); // the phone was switched off and on
    phone.open(`selection/confirm/confirm?ticket=t23&home=${world.homes[1]!.id}`);
    await phone.tap('pick-again');
    await phone.waitFor(() => phone.route() === 'selection/receipt/receipt');
    const keys = phone.requests.filter((request) => request.path.endsWith('/picks')).map((request) => request.header['idempotency-key']);
    expect(keys).toEqual(world.acted);
  });

  test('taken by somebody else: says so and leads back to the list', async () => {
    await toConfirm();
    world.next = 'HOME_NOT_AVAILABLE';
    world.homes = world.homes.filter((_, i) => i !== 1);
    await pick();
    await phone.shown('home-gone');
    expect(phone.words()).toContain('这套房已不可选');
    await phone.tap('back-to-list');
    await phone.waitFor(() => phone.route() === 'selection/choose/choose');
    await phone.shown('homes-gone');
  });

  test.each([['TURN_OVER', '本次选房时间已结束'], ['LANE_PAUSED', '剩余时间会保留']] as const)('%s is said in the server\'s words', async (code, words) => {
    await toConfirm();
    world.next = code;
    await pick();
    await phone.waitFor(() => phone.words().includes(words));
    expect(world.acted).toEqual([]);
  });

  test('an expired session: sign in, come back, go on with the same home', async () => {
    await toConfirm();
    world.next = 'SESSION_EXPIRED';
    await pick();
    await phone.shown('sign-in-expired');
    await phone.type('phone', '13800000023');
    await phone.tap('send-code');
    await phone.type('code', '123456');
    await phone.tap('sign-in');
    await phone.waitFor(() => phone.route() === 'selection/confirm/confirm');
    await pick();
    await phone.waitFor(() => phone.route() === 'selection/receipt/receipt');
    expect(world.acted).toHaveLength(1);
  });

  test('before its turn a called-up family may look but not pick (Q2)', async () => {
    world.places = [buildPlace({ calledUp: true, ahead: 2 })];
    start(signedIn()).open('pages/my/my');
    await phone.tap('see-homes');
    await phone.shown('preview');
    await phone.tap(`home-${world.homes[0]!.id}`);
    await phone.shown('not-on-turn');
    expect(phone.byId('pick')).toBeUndefined();
  });
});

test('the ledger reads as sentences without names (S2)', async () => {
  start().open('pages/ledger/ledger');
  await phone.shown('ledger');
  expect(phone.words()).toContain('公租房二居室组 第 22 号 选定 水西家园 1栋1单元 401室');
});

describe('the package', () => {
  const files = (folder: string): string[] => fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? files(path.join(folder, entry.name)) : [path.join(folder, entry.name)]));

  test('fits: main package at most 600 KB, sub-package at most 2 MB', () => {
    const sizes = files(DIST).map((file) => [path.relative(DIST, file), fs.statSync(file).size] as const);
    const sum = (wanted: (name: string) => boolean) => sizes.filter(([name]) => wanted(name)).reduce((total, [, size]) => total + size, 0);
    expect(sum((name) => !name.startsWith('selection/'))).toBeLessThanOrEqual(600 * 1024);
    expect(sum((name) => name.startsWith('selection/'))).toBeLessThanOrEqual(2 * 1024 * 1024);
  });

  test('builds no code from text, carries no schemas, and sockets only where homes are chosen', () => {
    for (const file of files(DIST).filter((name) => name.endsWith('.js'))) {
      const code = fs.readFileSync(file, 'utf8');
      expect(code).not.toMatch(/new Function\b|\bFunction\(["'`]|\beval\(/);
      expect(code).not.toMatch(/ZodMini|_zod\b/);
      if (!path.relative(DIST, file).startsWith('selection/')) expect(code).not.toContain('socket.io');
    }
  });
});
