/** T6: the heart beats on while a look waits for somebody slow. */
import type { OutboxRelay } from '../../bff/jobs/outbox-relay';
import { Scheduler } from '../../bff/jobs/scheduler';
import { buildWorld, MORNING_MS } from '../support/world';

const STEP_MS = 14_000;

test('T6: a gateway that does not answer is no outage: the service beats all the while', async () => {
  const world = await buildWorld();
  let isWaiting = false;
  let answer = (): void => undefined;
  const slow = { run: () => new Promise<void>((resolve) => { isWaiting = true; answer = resolve; }) } as unknown as OutboxRelay;
  const scheduler = new Scheduler(world.kernel, slow, 'test');
  scheduler.start();
  const until = async (holds: () => Promise<boolean> | boolean) => { while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20)); };
  const beatAtMs = () => world.store.read(async (tx) => (await tx.heartbeats.get('service'))?.beatAtMs ?? 0);
  await until(() => isWaiting);
  // Longer than an outage passes, in steps that are shorter than one, and the look has not come back.
  for (let step = 0; step < 3; step += 1) {
    world.clock.nowMs += STEP_MS;
    await until(async () => (await beatAtMs()) === world.clock.nowMs);
  }
  expect(world.clock.nowMs - MORNING_MS).toBeGreaterThan(world.kernel.rules().values.outageThresholdMs);
  expect(await world.store.read((tx) => tx.outages.count({}))).toBe(0);
  // Every further wait of the same look is answered as well.
  const answers = setInterval(() => answer(), 10);
  await scheduler.stop();
  clearInterval(answers);
  await world.close();
}, 60_000);
