/** A new application, before anything is decided about it. */
import type { ApplicationContent } from '../../../shared/contract/application-schemas';
import { naturalActPeriod } from '../../domain/time/periods';
import type { Kernel } from '../../kernel';
import type { Application } from '../../store/collections';
import type { Work } from '../../store/change';
import { householdStream } from '../../store/ledger';
import { listedFields } from './submit';

export interface NewApplication extends Pick<Application, 'channel' | 'externalId' | 'externalHash' | 'phoneIndex'> {
  readonly content: ApplicationContent;
}

/** Its household is named with it, so that everything about the case is in one ledger stream; it is written when submitted. */
export async function newApplication(kernel: Kernel, { tx, nowMs, record }: Work, { content, ...given }: NewApplication): Promise<Application> {
  const name = kernel.chance.bytes(8).toString('hex');
  const rules = kernel.rules();
  const application = await tx.applications.insert({
    id: `application-${name}`, state: 'draft', ...given, ...listedFields(kernel, content), phoneSealed: '', householdId: `household-${name}`,
    submittedAtMs: null, receiptNumber: null, createdAtMs: nowMs, stateSinceMs: nowMs, dueMs: naturalActPeriod(nowMs, rules.values.draftKeepDays).endsMs,
    publicityId: null, publicityRound: 0, objectionUpheldAtMs: null, ruleSetVersion: rules.version,
  });
  await record({ stream: householdStream(application.householdId), type: 'ApplicationBegun', open: {}, detail: { applicationId: application.id, channel: given.channel } });
  return application;
}
