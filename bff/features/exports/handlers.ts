/** Exports for inspectors (S1): asked for, watched, downloaded; each of these acts is itself in the ledger. */
import { dayOf } from '../../../shared/shanghai-time';
import type { ExportView } from '../../../shared/contract/supervision-schemas';
import { actOf, Download, refuse, type ApiRequest, type Handlers, type Refusal } from '../../http/request';
import type { Kernel } from '../../kernel';
import { newToken } from '../../security/tokens';
import { change, type Work } from '../../store/change';
import type { ExportDoc } from '../../store/collections';
import { householdStream, OFFICE_STREAM } from '../../store/ledger';
import { recall, remember } from '../../store/once';
import { EXPORT_KEEP_MS, type Exporter } from './exporter';
import { mayExport, maySeeExport } from './policy';

const PAGE = 20;
const MAX_PAGE = 99;
/** Exports one person may have under way at once. */
const MAX_UNDER_WAY = 3;
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

export function exportHandlers(kernel: Kernel, exporter: Exporter): Handlers {
  /** The export a request names, if the caller may have it. The same answer for another's as for none. */
  async function visible(request: ApiRequest): Promise<ExportDoc | null> {
    const doc = await kernel.store.read((tx) => tx.exports.get(request.params['exportId'] ?? ''));
    return doc !== null && maySeeExport(request.caller, doc) ? doc : null;
  }

  return {
    requestExport: async (request) => {
      const { caller, body } = request;
      if (!mayExport(caller)) return refuse('FORBIDDEN');
      const { scope, reason, unmasked } = body;
      if (scope.kind === 'period') {
        const today = dayOf(kernel.clock.now());
        if (scope.fromDay > scope.toDay || scope.toDay > today) return refuse('VALIDATION_FAILED', { fields: [{ path: 'scope.toDay', message: '应不早于开始日期，且不晚于今天' }] });
      }
      const once = { subject: `staff ${caller.staffId}`, key: request.idempotencyKey, request: { what: 'export', body } };
      const answer = await change<ExportView | Refusal>(kernel, actOf(request, reason), async (work) => {
        const earlier = await recall<ExportView>(work, once);
        if (earlier !== null) return earlier.kind === 'reused' ? refuse('IDEMPOTENCY_KEY_REUSED') : earlier.answer;
        if (scope.kind === 'household' && (await work.tx.households.get(scope.householdId)) === null) return refuse('NOT_FOUND');
        if ((await underWay(work, caller.staffId)) >= MAX_UNDER_WAY) return refuse('EXPORTS_UNDER_WAY');
        const doc = await work.tx.exports.insert({
          id: `export-${newToken().slice(0, 22)}`, kind: scope.kind, householdId: scope.kind === 'household' ? scope.householdId : null,
          fromDay: scope.kind === 'period' ? scope.fromDay : null, toDay: scope.kind === 'period' ? scope.toDay : null,
          requestedBy: caller.staffId, role: caller.role, reason, unmasked, state: 'waiting', createdAtMs: work.nowMs, finishedAtMs: null, expiresAtMs: null,
          rowsDone: 0, rowsTotal: 0, files: [], claimedBy: '', claimedUntilMs: 0, attempts: 0, problem: '',
        });
        await recordAct(work, doc, 'ExportRequested', { scope, unmasked });
        // P2: that personal data leaves in full is an act of its own.
        if (unmasked) await recordAct(work, doc, 'PersonalDataExported', { scope });
        const view = present(doc);
        await remember(work, once, view);
        return view;
      });
      exporter.look();
      return answer;
    },

    listExports: async ({ caller, query }) => {
      if (!mayExport(caller)) return refuse('FORBIDDEN');
      const limit = Math.min(Number(query.limit ?? PAGE), MAX_PAGE);
      return kernel.store.read(async (tx) => {
        const after = query.cursor === undefined ? null : await tx.exports.get(query.cursor);
        const found = await tx.exports.find(caller.role === 'city' ? {} : { requestedBy: caller.staffId }, { sort: [['createdAtMs', 'desc']], limit, ...(after === null ? {} : { after }) });
        return { exports: found.map(present), nextCursor: found.length < limit ? null : found.at(-1)!.id };
      });
    },

    getExport: async (request) => {
      const doc = await visible(request);
      return doc === null ? refuse('NOT_FOUND') : present(doc);
    },

    downloadExport: async (request) => {
      const doc = await visible(request);
      const name = request.params['name'] ?? '';
      // Only names the export itself lists: nothing from outside reaches the file system.
      const listed = doc?.files.find((file) => file.name === name);
      if (doc === null || (listed === undefined && doc.state === 'ready')) return refuse('NOT_FOUND');
      if (doc.state === 'expired' || (doc.expiresAtMs !== null && doc.expiresAtMs <= kernel.clock.now())) return refuse('EXPORT_EXPIRED');
      if (doc.state !== 'ready') return refuse('EXPORT_NOT_READY');
      const opened = await exporter.open(doc, name);
      if (opened === null) return refuse('EXPORT_EXPIRED');
      await change(kernel, actOf(request, doc.reason), (work) => recordAct(work, doc, 'ExportDownloaded', { file: name }));
      return new Download(opened.stream, `${doc.id}-${name}`, opened.bytes, name.endsWith('.xlsx') ? XLSX : 'application/json');
    },
  };
}

async function underWay({ tx, nowMs }: Work, staffId: string): Promise<number> {
  const recent = await tx.exports.find({ requestedBy: staffId, createdAtMs: { gt: nowMs - EXPORT_KEEP_MS } }, { sort: [['createdAtMs', 'desc']], limit: MAX_PAGE });
  return recent.filter(({ state }) => state === 'waiting' || state === 'running').length;
}

/** S1: in the office's stream, and in the household's own when the export is about one. */
async function recordAct(work: Work, doc: ExportDoc, type: string, detail: Record<string, unknown>): Promise<void> {
  const whole = { exportId: doc.id, ...detail };
  await work.record({ stream: OFFICE_STREAM, type, open: {}, detail: whole });
  if (doc.householdId !== null) await work.record({ stream: householdStream(doc.householdId), type, open: {}, detail: whole });
}

function present(doc: ExportDoc): ExportView {
  const { id, kind, householdId, fromDay, toDay, reason, unmasked, requestedBy, state, createdAtMs, finishedAtMs, expiresAtMs, rowsDone, rowsTotal, files, problem } = doc;
  const scope = kind === 'household' ? { kind, householdId: householdId! } : { kind, fromDay: fromDay!, toDay: toDay! };
  return { id, scope, reason, unmasked, requestedBy, state, createdAtMs, finishedAtMs, expiresAtMs, rowsDone, rowsTotal, files, problem };
}
