/** T2: when the days of a publicity are over, what was publicised takes effect at 00:00 of the day after, also after downtime. */
import type { DueJob } from '../../jobs/due-job';
import { publicityKinds } from './kinds';
import type { PublicityKinds } from './publicity';

const BATCH = 200;

/** The due job over the given kinds; tests give their own. */
export function duePublicitiesOf(kinds: PublicityKinds): DueJob {
  return {
    name: 'publicities',
    async run(kernel) {
      const nowMs = kernel.clock.now();
      const due = await kernel.store.read((tx) => tx.publicities.find({ state: 'open', takesEffectMs: { lte: nowMs } }, { sort: [['takesEffectMs', 'asc']], limit: BATCH }));
      for (const publicity of due) {
        const kind = kinds[publicity.kind];
        if (kind === undefined) throw new Error(`nobody owns publicities of kind ${publicity.kind}`);
        try {
          await kind.over(kernel, publicity);
          await kernel.store.transact(async (tx) => {
            const current = await tx.publicities.get(publicity.id);
            if (current !== null && current.state === 'open') await tx.publicities.replace({ ...current, state: 'over', overAtMs: nowMs });
          });
        } catch (error) {
          // One list that fails is tried again at the next look; the others take effect today.
          kernel.log.error({ publicityId: publicity.id, err: error }, 'a publicity could not take effect');
        }
      }
    },
    async nextDue(tx) {
      const [next] = await tx.publicities.find({ state: 'open' }, { sort: [['takesEffectMs', 'asc']], limit: 1 });
      return next?.takesEffectMs ?? null;
    },
  };
}

export const duePublicities = duePublicitiesOf(publicityKinds);
