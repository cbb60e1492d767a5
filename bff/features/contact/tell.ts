/** A short message to a household's own number, by day (T4), once per occasion. */
import { windowAtOrAfter } from '../../domain/rules/notification-window';
import type { Kernel } from '../../kernel';
import type { Work } from '../../store/change';

export interface News {
  /** What it is about (bff/features/contact/texts.ts), and the document concerned. */
  readonly kind: string;
  readonly subjectId: string;
  /** Tells one message about the subject from the next, e.g. its version. */
  readonly occasion: string;
  readonly payload: Record<string, unknown>;
}

export async function tellHousehold(kernel: Pick<Kernel, 'rules'>, work: Work, householdId: string, { kind, subjectId, occasion, payload }: News): Promise<void> {
  const household = await work.tx.households.get(householdId);
  if (household === null) throw new Error(`no household ${householdId}`);
  await work.tell({
    id: `sms-${kind}-${subjectId}-${householdId}-${occasion}`, topic: 'sms', kind, subjectId, recipientSealed: household.phoneSealed, payload, dueAtMs: windowAtOrAfter(kernel.rules().values, work.nowMs),
  });
}
