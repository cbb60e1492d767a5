/**
 * Files handed in with an application (V1): looked at before they are kept, kept encrypted outside the database,
 * given back to their owner and to who reviews them, which the ledger then says.
 */
import { Readable } from 'node:stream';
import { attachmentKind } from '../../../shared/contract/application-schemas';
import { fileHeaders } from '../../../shared/contract/route';
import type { VirusScanner } from '../../adapters/virus-scan/virus-scan';
import { isEditable } from '../../domain/review/review';
import { actOf, Download, refuse, type ApiRequest, type Handlers, type Refusal } from '../../http/request';
import type { Kernel } from '../../kernel';
import type { Application, Attachment } from '../../store/collections';
import { change } from '../../store/change';
import { householdStream } from '../../store/ledger';
import type { Tx } from '../../store/port';
import { maySeeApplication, ownsApplication } from '../applications/policy';
import { safeFileName, sniff, type FileType } from './file-kind';
import { attachmentView } from './present';
import type { FileVault } from './vault';

/** Files an application may have at a time; a bound on space, not a rule. */
const MAX_ATTACHMENTS = 30;
/** … and ever, removed ones included: they are kept (W6). */
const MAX_EVER = 120;

export function attachmentHandlers(kernel: Kernel, vault: FileVault, scanner: VirusScanner): Handlers {
  /** The caller's own application that can still be changed, with its files, or why there is none. */
  async function ownEditable(tx: Tx, request: ApiRequest, applicationId: string): Promise<{ application: Application; files: Attachment[] } | 'NOT_FOUND' | 'APPLICATION_UNDER_REVIEW'> {
    const application = await tx.applications.get(applicationId);
    if (application === null || !ownsApplication(request.caller, application)) return 'NOT_FOUND';
    if (!isEditable(application.state) || (application.dueMs !== null && kernel.clock.now() >= application.dueMs)) return 'APPLICATION_UNDER_REVIEW';
    return { application, files: await tx.attachments.find({ applicationId }) };
  }
  const isFull = (files: readonly Attachment[]) => files.length >= MAX_EVER || files.filter(({ state }) => state === 'kept').length >= MAX_ATTACHMENTS;

  async function download(request: ApiRequest, may: (application: Application) => boolean, isRecorded: boolean): Promise<Download | Refusal> {
    const found = await change(kernel, actOf(request, '下载附件'), async ({ tx, record }) => {
      const attachment = await tx.attachments.get(request.params['attachmentId'] ?? '');
      const application = attachment === null ? null : await tx.applications.get(attachment.applicationId);
      if (attachment === null || application === null || attachment.state !== 'kept' || !may(application)) return null;
      if (isRecorded) await record({ stream: householdStream(application.householdId), type: 'AttachmentOpened', open: {}, detail: { applicationId: application.id, attachmentId: attachment.id } });
      return attachment;
    });
    const bytes = found === null ? null : await vault.read(found.fileId);
    if (found === null || bytes === null) return refuse('NOT_FOUND');
    return new Download(Readable.from([bytes]), safeFileName(kernel.crypto.open(found.nameSealed), found.contentType as FileType), bytes.length, found.contentType);
  }

  return {
    uploadAttachment: async (request) => {
      const { file = Buffer.alloc(0), params, headers } = request;
      const applicationId = params['applicationId'] ?? '';
      const kind = attachmentKind.safeParse(headers[fileHeaders.kind] ?? 'other');
      const given = decoded(headers[fileHeaders.name]);
      if (!kind.success || given === null) return refuse('VALIDATION_FAILED', { fields: [kind.success ? { path: fileHeaders.name, message: '文件名应为百分号编码的 UTF-8，最多 200 字' } : { path: fileHeaders.kind, message: '不在可选的范围内' }] });
      // Looked at first, so that nobody else's application and no full one costs a scan.
      const early = await kernel.store.read((tx) => ownEditable(tx, request, applicationId));
      if (typeof early === 'string') return refuse(early);
      if (isFull(early.files)) return refuse('TOO_MANY_ATTACHMENTS');
      const contentType = sniff(file);
      if (contentType === null) return refuse('FILE_TYPE_REFUSED');
      const verdict = await scanner.scan(file);
      if (verdict.kind === 'infected') return refuse('FILE_INFECTED');
      if (verdict.kind === 'unavailable') {
        kernel.log.warn({ reason: verdict.reason }, 'the virus scanner does not answer: uploads are refused');
        return refuse('UNAVAILABLE', { retryAfterS: 60 });
      }
      const fileId = `file-${kernel.chance.bytes(16).toString('hex')}`;
      await vault.keep(fileId, file);
      let kept = false;
      try {
        const outcome = await change(kernel, actOf(request, '上传附件'), async ({ tx, nowMs, record }) => {
          const own = await ownEditable(tx, request, applicationId);
          if (typeof own === 'string') return own;
          if (isFull(own.files)) return 'TOO_MANY_ATTACHMENTS' as const;
          const attachment = await tx.attachments.insert({
            id: `${applicationId}-${own.files.length + 1}`, applicationId, fileId, kind: kind.data, nameSealed: kernel.crypto.seal(safeFileName(given, contentType)), contentType, bytes: file.length,
            state: 'kept', scan: verdict.kind, uploadedAtMs: nowMs, removedAtMs: null,
          });
          await record({ stream: householdStream(own.application.householdId), type: 'AttachmentKept', open: {}, detail: { applicationId, attachmentId: attachment.id, kind: kind.data, bytes: file.length, scan: verdict.kind } });
          return attachment;
        });
        if (typeof outcome === 'string') return refuse(outcome);
        kept = true;
        return attachmentView(kernel, outcome);
      } finally {
        if (!kept) await vault.discard(fileId);
      }
    },

    removeAttachment: async (request) => {
      const outcome = await change(kernel, actOf(request, '删除附件'), async ({ tx, nowMs, record }) => {
        const attachment = await tx.attachments.get(request.params['attachmentId'] ?? '');
        const own = attachment === null ? 'NOT_FOUND' : await ownEditable(tx, request, attachment.applicationId);
        if (attachment === null || typeof own === 'string') return own as Exclude<typeof own, object>;
        if (attachment.state === 'removed') return 'ALREADY_DONE' as const;
        await tx.attachments.replace({ ...attachment, state: 'removed', removedAtMs: nowMs });
        await record({ stream: householdStream(own.application.householdId), type: 'AttachmentRemoved', open: {}, detail: { applicationId: own.application.id, attachmentId: attachment.id } });
        return null;
      });
      return outcome === null ? { ok: true } : refuse(outcome);
    },

    downloadMyAttachment: (request) => download(request, (application) => ownsApplication(request.caller, application), false),
    downloadAttachment: (request) => download(request, (application) => maySeeApplication(request.caller, application), true),
  };
}

/** The name a file was sent under; null when it is none. */
function decoded(header: string | string[] | undefined): string | null {
  if (typeof header !== 'string' || header === '') return '附件';
  try {
    const name = decodeURIComponent(header);
    return name.length <= 200 ? name : null;
  } catch {
    return null;
  }
}
