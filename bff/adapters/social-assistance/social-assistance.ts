/**
 * The port to 社会救助一件事 (V4): applications arrive from there, signed; what becomes of each is reported back.
 */
import type { Headers, SmsOutcome } from '../sms/sms';

/** What became of a case, in the order of `atMs`; the same `key` is the same report. */
export interface CaseReport {
  /** The case's number there. */
  readonly caseNumber: string;
  /** The step it has reached here (see `ApplicationStepName`): `submitted` says that it was taken in. */
  readonly step: string;
  readonly receiptNumber: number;
  readonly atMs: number;
  readonly key: string;
}

/** As of a message to a gateway: accepted, or rejected for good or for now. */
export type ReportOutcome = SmsOutcome;

export interface SocialAssistance {
  /** Whether a message really comes from there, and now. Never throws. */
  verify(headers: Headers, rawBody: string): boolean;
  report(report: CaseReport): Promise<ReportOutcome>;
}
