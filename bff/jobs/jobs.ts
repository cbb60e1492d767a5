/** The jobs of a running service, and the one order they run in. */
import { escalateUnproven } from '../features/contact/proof';
import { SESSION_MS } from '../features/sign-in/handlers';
import type { Kernel } from '../kernel';
import { IDEMPOTENCY_KEEP_MS } from '../store/once';
import { DAY_MS } from '../../shared/shanghai-time';
import type { DueJob } from './due-job';
import { dueJobs } from './due-jobs';
import type { OutboxRelay } from './outbox-relay';
import { settleDueLanes } from './turn-timer';

/** One look at everything that may be due: lanes, then what must be told, then who could not be reached. */
export async function runDue(kernel: Kernel, relay: OutboxRelay): Promise<void> {
  await kernel.ensureAlive();
  for (const job of dueJobs) await guarded(kernel, job);
  await settleDueLanes(kernel);
  await relay.run();
  await escalateUnproven(kernel);
  await relay.run();
}

/** One job's failure is logged and does not hold up the others, least of all the turns. */
async function guarded(kernel: Kernel, job: DueJob): Promise<void> {
  try {
    await job.run(kernel);
  } catch (error) {
    kernel.log.error({ job: job.name, err: error }, 'a due job failed');
  }
}

const SWEEP_LIMIT = 500;

/** Removes what is kept only for a time: answered idempotency keys, ended sessions, old sign-in codes. */
export async function sweepExpired(kernel: Kernel): Promise<number> {
  const nowMs = kernel.clock.now();
  return kernel.store.transact(async (tx) => {
    const answers = await tx.idempotency.find({ atMs: { lt: nowMs - IDEMPOTENCY_KEEP_MS } }, { limit: SWEEP_LIMIT });
    for (const answer of answers) await tx.idempotency.remove(answer);
    // Ended sessions stay a week longer, so that their owners read "sign in again" and not "who are you".
    const sessions = await tx.sessions.find({ expiresAtMs: { lt: nowMs - 7 * DAY_MS } }, { limit: SWEEP_LIMIT });
    for (const session of sessions) await tx.sessions.remove(session);
    // As long as a session may last: who objects in it is told the answer on this number.
    const codes = await tx.signInCodes.find({ expiresAtMs: { lt: nowMs - SESSION_MS - DAY_MS } }, { limit: SWEEP_LIMIT });
    for (const code of codes) await tx.signInCodes.remove(code);
    return answers.length + sessions.length + codes.length;
  });
}
