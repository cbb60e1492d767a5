/** What an export holds: one sheet a subject, in the same order every time (S1). Personal data is masked unless it was asked for in full (P2). */
import { formatInstant } from '../../../shared/shanghai-time';
import type { Kernel } from '../../kernel';
import type { ExportDoc } from '../../store/collections';
import * as act from './act-tables';
import * as on from './case-tables';
import { filesOf } from './files';
import { householdSubjects } from './household-subjects';
import { periodSubjects } from './period-subjects';
import { pages, type Subjects } from './subjects';
import { roleWord, sheetOf, showing, table, type Sheet, type Show } from './table';

export type Scope = Pick<ExportDoc, 'id' | 'kind' | 'householdId' | 'fromDay' | 'toDay' | 'unmasked' | 'reason' | 'requestedBy' | 'role' | 'createdAtMs'>;

/** The sheets of an export. */
export async function sheetsOf(kernel: Kernel, scope: Scope): Promise<readonly Sheet[]> {
  const staff = await kernel.store.read((tx) => tx.staff.find({}));
  const show = showing(kernel, scope.unmasked, new Map(staff.map(({ id, name }) => [id, name])));
  const subjects = scope.kind === 'household' ? householdSubjects(kernel, scope.householdId!) : periodSubjects(kernel, scope.fromDay!, scope.toDay!);
  const file = filesOf(kernel, subjects);
  const sheets = [
    sheetOf(act.entryTable, show, () => readEntries(subjects), subjects.countEntries),
    sheetOf(on.householdTable, show, file.households),
    sheetOf(on.memberTable, show, file.members),
    sheetOf(on.applicationTable, show, file.applications),
    sheetOf(on.submissionTable, show, file.submissions),
    sheetOf(on.attachmentTable, show, file.attachments),
    sheetOf(act.reviewTable, show, file.reviews),
    sheetOf(act.publicityTable, show, subjects.publicities),
    sheetOf(act.objectionTable, show, subjects.objections),
    sheetOf(on.candidateTable, show, file.candidates),
    sheetOf(on.batchTable, show, file.batchRuns),
    sheetOf(on.ticketTable, show, file.tickets),
    sheetOf(on.rankingTable, show, file.rankings),
    sheetOf(act.turnTable, show, subjects.turns, subjects.countTurns),
    sheetOf(act.pickTable, show, file.picks),
    sheetOf(act.callTable, show, file.calls),
    sheetOf(act.messageTable, show, subjects.messages, subjects.countMessages),
    sheetOf(on.missTable, show, file.misses),
    sheetOf(on.requestTable, show, file.requests),
    sheetOf(on.subsidyTable, show, file.subsidies),
    sheetOf(on.forfeitTable, show, file.forfeits),
    sheetOf(on.barTable, show, file.bars),
    sheetOf(on.creditTable, show, file.credits),
    sheetOf(on.contactTable, show, file.contacts),
    sheetOf(on.allocationTable, show, file.allocations),
    sheetOf(on.noticeTable, show, file.notices),
    sheetOf(on.tenancyTable, show, file.tenancies),
    sheetOf(on.transferTable, show, file.transfers),
    sheetOf(on.swapTable, show, file.swaps),
    ...(subjects.within === null ? [] : officeSheets(kernel, subjects.within, show)),
  ];
  return [sheetOf(aboutTable, show, () => about(scope, show, sheets)), ...sheets];
}

/** Acts of the office and of the service itself. */
function officeSheets(kernel: Kernel, within: NonNullable<Subjects['within']>, show: Show): Sheet[] {
  return [
    sheetOf(act.importTable, show, () => pages(kernel, (tx, at) => tx.imports.find({ atMs: within }, { sort: [['atMs', 'asc']], ...at }))),
    sheetOf(act.exportTable, show, () => pages(kernel, (tx, at) => tx.exports.find({ createdAtMs: within }, { sort: [['createdAtMs', 'asc']], ...at }))),
    sheetOf(act.outageTable, show, () => pages(kernel, (tx, at) => tx.outages.find({ fromMs: within }, { sort: [['fromMs', 'asc']], ...at }))),
  ];
}

async function* readEntries(subjects: Subjects): AsyncGenerator<readonly act.ReadEntry[]> {
  for await (const batch of subjects.entries()) yield batch.map(act.readEntry);
}

const aboutTable = table<readonly [string, string]>('说明', ['项目', 20, ([what]) => what], ['内容', 100, ([, says]) => says]);

/** The first sheet: what this is, for whoever is handed the file. */
async function* about({ id, kind, householdId, fromDay, toDay, unmasked, reason, requestedBy, role, createdAtMs }: Scope, show: Show, sheets: readonly Sheet[]): AsyncGenerator<readonly (readonly [string, string])[]> {
  await Promise.resolve();
  yield [
    ['导出编号', id],
    ['范围', kind === 'household' ? `家庭 ${householdId} 的全部经过` : `${fromDay} 至 ${toDay} 的全部事项，以及有关家庭的现有档案`],
    ['事由', show.note(reason)],
    ['发起', `${show.staff(requestedBy)}，${roleWord(role)}，${formatInstant(createdAtMs)}`],
    ['个人信息', unmasked ? '完整。请依规保管，不得外传；本次导出已单独记入操作日志。' : '姓名、证件号码、电话已遮盖；加密保存的文字不展开。确需完整内容，请注明事由另行导出。'],
    ['时间', '均为北京时间。'],
    ['核验', 'manifest.json 列有本文件及每张表的 SM3 摘要和系统签名；在本文件旁运行 npm run verify-proof -- manifest.json 即可核对。'],
    ['操作日志', '按时间逐条记录：谁、什么角色、何时、从何处、对何事、办理前后、事由。“链”“序号”“哈希”可与公开台账核对。'],
    ['各表', sheets.map(({ name }) => name).join('、')],
  ];
}
