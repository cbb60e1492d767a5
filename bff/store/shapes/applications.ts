/** 申请 applications for a home, their reviews, and the files handed in with them (V1). */
import * as z from 'zod/mini';
import { collection } from '../collection';

const base = { id: z.string(), version: z.int() };
const ms = z.int();
const nullable = z.nullable;

/** V1, see bff/domain/review/review.ts. */
const states = ['draft', 'levelOne', 'supplementOne', 'firstPublicity', 'levelTwo', 'supplementTwo', 'secondPublicity', 'eligible', 'rejected', 'withdrawn', 'expired'] as const;

export const applicationCollections = {
  applications: collection(
    z.strictObject({
      ...base,
      state: z.enum(states),
      /** V4: typed in by the family, or arrived from 社会救助一件事. */
      channel: z.enum(['online', 'socialAssistance']),
      /** The number of the case there, and the hash of what arrived; null for the family's own. */
      externalId: nullable(z.string()), externalHash: nullable(z.string()),
      /** The signed-in phone it belongs to. */
      phoneIndex: z.string(),
      /** What was submitted, whole (of a draft: what is typed); the fields below repeat what lists filter, sort and show. */
      contentSealed: z.string(),
      /** What is being typed into a supplement; staff see the case as it was submitted until it is handed in. */
      typedSealed: nullable(z.string()),
      applicantSealed: z.string(), applicantNameIndex: z.string(), phoneSealed: z.string(),
      district: z.string(), street: z.string(), group: z.string(), size: z.int(),
      /** G3: the code of what the family claims, and the label of what its reviewers confirmed; only that counts. */
      priorityClaimed: nullable(z.string()), priorityCategory: nullable(z.string()),
      /** Named at once, so that everything about the case is in one ledger stream; written at the first submission. */
      householdId: z.string(),
      /** V1, G3: of the first submission. */
      submittedAtMs: nullable(ms), receiptNumber: nullable(z.int()),
      createdAtMs: ms, stateSinceMs: ms, dueMs: nullable(ms),
      /** The list it is in or was in last, and how many it has been in: an objection names its place in one list. */
      publicityId: nullable(z.string()), publicityRound: z.int(),
      objectionUpheldAtMs: nullable(ms),
      ruleSetVersion: z.int(),
    }),
    [
      { name: 'applicationsOfPhone', fields: ['phoneIndex', 'createdAtMs'] },
      { name: 'applicationsOfHousehold', fields: ['householdId'] },
      { name: 'oneApplicationPerExternalCase', fields: ['externalId'], unique: true, where: { channel: 'socialAssistance' } },
      { name: 'applicationsOfPublicity', fields: ['publicityId'] },
      { name: 'applicationsDue', fields: ['state', 'dueMs'] },
      // The work lists: of a district or of one street, by due date or by submission.
      { name: 'districtByDue', fields: ['district', 'state', 'dueMs'] },
      { name: 'districtBySubmission', fields: ['district', 'state', 'submittedAtMs'] },
      { name: 'streetByDue', fields: ['district', 'street', 'state', 'dueMs'] },
      { name: 'streetBySubmission', fields: ['district', 'street', 'state', 'submittedAtMs'] },
      { name: 'applicationsOfName', fields: ['applicantNameIndex', 'district', 'state', 'street'] },
    ],
  ),

  /** What was handed in, each time: a supplement replaces what the family sees, never what it said before (W6). */
  applicationSubmissions: collection(
    z.strictObject({ ...base, applicationId: z.string(), contentSealed: z.string(), atMs: ms }),
    [{ name: 'submissionsOfApplication', fields: ['applicationId', 'atMs'] }],
  ),

  /** One decision of one level. Reasons are sealed: they may name people. */
  applicationReviews: collection(
    z.strictObject({ ...base, applicationId: z.string(), level: z.int(), outcome: z.enum(['approve', 'reject', 'sendBack']), reasonsSealed: z.string(), staffId: z.string(), atMs: ms }),
    [{ name: 'reviewsOfApplication', fields: ['applicationId', 'atMs'] }],
  ),

  /** What is known of a file; the file itself is outside the database, encrypted. `id` is `<applicationId>-<n>`: two uploads at once meet on it. */
  attachments: collection(
    z.strictObject({
      ...base,
      applicationId: z.string(), /** Names the file in the vault. */ fileId: z.string(), kind: z.string(), nameSealed: z.string(), contentType: z.string(), bytes: z.int(),
      state: z.enum(['kept', 'removed']), scan: z.enum(['clean', 'unscanned']),
      uploadedAtMs: ms, removedAtMs: nullable(ms),
    }),
    [{ name: 'attachmentsOfApplication', fields: ['applicationId', 'uploadedAtMs'] }],
  ),
} as const;
