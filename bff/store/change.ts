/**
 * The one way to write: a transaction that changes documents and, together with them, appends to the ledger
 * and leaves in the outbox what the outside must be told. Nothing is told that was not committed, nothing
 * committed stays untold.
 */
import type { Clock } from '../../shared/clock';
import type { Chance } from '../security/chance';
import type { Actor, LedgerEntry, OutboxMessage } from './collections';
import { appendToLedger, laneStream } from './ledger';
import type { Store, Tx } from './port';

export interface ChangeDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly chance: Chance;
  /** Called after a commit that left messages in the outbox, with the lanes it changed: nobody need wait for the next look. */
  readonly onTold?: (laneIds: readonly string[]) => void;
}

/** S1: who acts, in which role, from where, and why. */
export interface Act {
  readonly actor: Actor;
  /** Channel and address, e.g. `http 127.0.0.1`, `import`, `timer`. */
  readonly from: string;
  readonly why: string;
}

/** What a change may do besides reading and writing documents. */
export interface Work {
  readonly tx: Tx;
  /** The instant this attempt decides at. */
  readonly nowMs: number;
  readonly act: Act;
  /** Appends to the ledger; `detail` is for staff, and gets the act (who, from where, why) added. */
  record(entry: { stream: string; type: string; atMs?: number; open: Record<string, unknown>; detail?: Record<string, unknown> }): Promise<LedgerEntry>;
  /** Leaves a message in the outbox. The id is also the provider's idempotency key: the same id is told once. */
  tell(message: NewMessage): Promise<void>;
  /** Tells everyone who watches a lane, and the households concerned, that it changed. */
  announceLane(laneId: string, concerned?: readonly { householdId: string; ticketId: string }[]): Promise<void>;
}

export type NewMessage = Pick<OutboxMessage, 'id' | 'topic' | 'kind' | 'subjectId' | 'recipientSealed' | 'payload'> & { readonly dueAtMs?: number };

/** Runs `work` as one change. It may run several times after lost races: it must have no effect outside `work.tx`. */
export async function change<T>(deps: ChangeDeps, act: Act, perform: (work: Work) => Promise<T>): Promise<T> {
  let told = 0;
  let lanes: string[] = [];
  const result = await deps.store.transact(async (tx) => {
    told = 0;
    lanes = [];
    const nowMs = deps.clock.now();
    const work: Work = {
      tx, nowMs, act,
      record: (entry) => {
        // S1: what happened must not write over who did it, from where and why.
        const clash = Object.keys(entry.detail ?? {}).find((key) => key === 'actor' || key === 'from' || key === 'why');
        if (clash !== undefined) throw new Error(`the detail of ${entry.type} has a field "${clash}" of its own`);
        return appendToLedger(tx, deps.chance, {
          stream: entry.stream, type: entry.type, atMs: entry.atMs ?? nowMs, open: entry.open,
          detail: { actor: act.actor, from: act.from, why: act.why, ...entry.detail },
        });
      },
      tell: async (message) => {
        told += 1;
        await insertMessage(tx, message, nowMs);
      },
      announceLane: async (laneId, concerned = []) => {
        lanes.push(laneId);
        const seq = (await tx.ledgerHeads.get(laneStream(laneId)))?.seq ?? 0;
        await work.tell({ id: `live-${laneId}-${seq}`, topic: 'live', kind: 'laneChanged', subjectId: laneId, recipientSealed: '', payload: { seq, concerned } });
      },
    };
    return perform(work);
  });
  if (told > 0) deps.onTold?.(lanes);
  return result;
}

async function insertMessage(tx: Tx, message: NewMessage, nowMs: number): Promise<void> {
  await tx.outbox.insert({
    ...message, state: 'pending', attempts: 0, createdAtMs: nowMs, dueAtMs: message.dueAtMs ?? nowMs,
    handedAtMs: null, settledAtMs: null, claimedBy: '', claimedUntilMs: 0, gatewayId: '', lastError: '',
  });
}
