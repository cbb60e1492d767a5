/** The package through WeChat's own compiler: it is accepted, and what a screen reader needs is still there. */
import { DAY_MS } from '@shared/shanghai-time';
import { drawnNodes, loadOfficialView, type DrawnNode } from './support/official-view';
import { World } from './support/script';
import { launch, requireBuild, type Phone } from './support/weapp-harness';

requireBuild();
const official = loadOfficialView();
if (official === null) process.stderr.write('⚠ 跳过 SKIPPED official WXML compiler: its binary does not run on this machine\n');
const testWithCompiler = official === null ? test.skip : test;

let phone: Phone;
afterEach(() => phone?.end());
const drawn = (): DrawnNode[] => [...drawnNodes(official!.draw(phone.route(), phone.top().data))];
const byId = (id: string) => drawn().find((node) => node.attr?.id === id);

testWithCompiler('the board is drawn with names and live regions for screen readers', async () => {
  phone = launch({ script: new World().script });
  phone.open('pages/board/board');
  await phone.shown('lane-zhanggong-2');
  expect(byId('lane-zhanggong-2-community-c1')?.attr).toMatchObject({ ariaLabel: '水西家园 7 套 看楼盘表' });
  expect(byId('lane-zhanggong-2-countdown')?.attr).toMatchObject({ ariaRole: 'timer', ariaLabel: '还剩 3 小时 10 分钟' });
  expect(byId('filter-all')?.attr).toMatchObject({ ariaRole: 'radio', ariaChecked: 'true' });
  expect(drawn().some((node) => node.attr?.ariaLive === 'polite')).toBe(true);
});

testWithCompiler('so are the turn, the fields and the last question', async () => {
  const world = new World();
  phone = launch({ script: world.script, storage: new Map<string, unknown>([['session:token', 'token-1'], ['session:expires', String(Date.now() + DAY_MS)]]) });
  phone.open('pages/my/my');
  await phone.shown('my-turn');
  expect(byId('my-turn')?.attr).toMatchObject({ ariaLive: 'assertive' });
  phone.open('pages/sign-in/sign-in');
  await phone.shown('phone');
  expect(byId('phone')?.attr).toMatchObject({ ariaLabel: '手机号码' });
  phone.open(`selection/confirm/confirm?ticket=t23&home=${world.homes[0]!.id}`);
  await phone.tap('pick');
  await phone.shown('pick-sheet');
  expect(byId('pick-sheet')?.attr).toMatchObject({ ariaRole: 'dialog', ariaModal: 'true', ariaLabel: '最后确认' });
});

testWithCompiler('the style sheets compile', () => {
  expect(official!.styles).toContain('big-button');
});
