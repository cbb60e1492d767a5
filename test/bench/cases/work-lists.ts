/** Page forty of the staff's work lists among 200,000 applications, against reading 50 documents by id. */
import type { BenchCase } from '../measure';
import { scratchDir, startRole } from '../processes';
import { views, type Measured, type View } from '../roles/work-lists';

const COUNT = 200_000;
const ROUNDS = 60;

export const workListCase: BenchCase = {
  name: 'work-lists',
  title: `Page forty of a work list among ${COUNT} applications (ms)`,
  async run(say) {
    const role = startRole('work-lists');
    await role.call('fill', { dataDir: scratchDir(), count: COUNT });
    const results = [];
    for (const view of Object.keys(views) as View[]) {
      const { pageMs, readsMs, items } = await role.call<Measured>('page', { view, page: 40, rounds: ROUNDS, count: COUNT });
      const ratio = pageMs / readsMs;
      say(`${view}: ${pageMs.toFixed(2)} ms for ${items} cases, 50 reads ${readsMs.toFixed(2)} ms`);
      results.push({
        name: `work-list-${view}`, ours: pageMs, reference: readsMs, ratio, unit: 'ms', target: 'ours/reference ≤ 10', isMet: ratio <= 10,
        notes: [`${items} cases: filtered, sorted, opened and masked by the handler; medians of ${ROUNDS} rounds in turns`],
      });
    }
    await role.call('close', null);
    await role.stop();
    return results;
  },
};
