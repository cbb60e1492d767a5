/** Sheets of what is on file about households: from the application to the lease (S1). */
import type { Allocation, Application, Attachment, Bar, BatchCandidate, CreditRecord, DocOf, Forfeit, Household, Member, Miss, Person, Subsidy, Ticket, WaitingRequest } from '../../store/collections';
import { table, time, type Column } from './table';
import { groupWord, word, words, yesNo } from './wording';

/** A member with what was opened of it, and how the person stands (F2). */
export interface KnownMember {
  readonly member: Member;
  readonly name: string;
  readonly identity: string;
  readonly person: Person | null;
}
/** Something about one person of a household. */
export interface OfPerson<D> {
  readonly doc: D;
  /** Plain; empty when the person is no member any more. */
  readonly name: string;
  readonly householdId: string;
}
/** A document with the address of the home it is about. */
export type AtHome<D> = D & { readonly address: string };

const household: Column<{ readonly householdId: string }> = ['家庭编号', 26, ({ householdId }) => householdId];
const ruleSet: Column<{ readonly ruleSetVersion: number }> = ['规则版本', 8, ({ ruleSetVersion }) => ruleSetVersion];

/** A household with the number of its certificate (配租资格证), where its roll gave it one. */
export type CertifiedHousehold = Household & { readonly certificateNumber: string | null };
export const householdTable = table<CertifiedHousehold>('家庭',
  ['家庭编号', 26, ({ id }) => id], ['申请人', 12, ({ applicantSealed }, show) => show.name(applicantSealed)], ['电话', 14, ({ phoneSealed }, show) => show.phone(phoneSealed)], ['区', 14, ({ district }) => district],
  ['街道', 16, ({ street }) => street], ['人数', 6, ({ size }) => size], ['优先类别', 14, ({ priorityCategory }) => priorityCategory], ['来源', 14, ({ source }) => word(words.household, source)],
  ['资格证号', 22, ({ certificateNumber }) => certificateNumber],
);

export const memberTable = table<KnownMember>('家庭成员',
  ['家庭编号', 26, ({ member }) => member.householdId], ['关系', 10, ({ member }) => word(words.relation, member.relation)], ['姓名', 12, ({ name }, show) => show.nameOf(name)], ['证件号码', 22, ({ identity }, show) => show.identity(identity)],
  ['在办', 6, ({ member }) => yesNo(member.caseOpen)], ['连续放弃次数', 12, ({ person }) => person?.consecutiveForfeits ?? 0], ['限制申请至', 20, ({ person }) => time(person?.barredUntilMs ?? null)],
);

export const applicationTable = table<Application>('申请',
  ['申请编号', 28, ({ id }) => id], household, ['来源', 16, ({ channel }) => word(words.channel, channel)], ['外部编号', 20, ({ externalId }) => externalId], ['状态', 18, ({ state }) => word(words.application, state)],
  ['申请人', 12, ({ applicantSealed }, show) => show.name(applicantSealed)], ['电话', 14, ({ phoneSealed }, show) => show.phone(phoneSealed)], ['区', 14, ({ district }) => district], ['街道', 16, ({ street }) => street],
  ['组别', 18, ({ group }) => groupWord(group)], ['人数', 6, ({ size }) => size], ['优先类别', 14, ({ priorityCategory }) => priorityCategory], ['建立', 20, ({ createdAtMs }) => time(createdAtMs)], ['首次提交', 20, ({ submittedAtMs }) => time(submittedAtMs)],
  ['受理号', 10, ({ receiptNumber }) => receiptNumber], ['状态起', 20, ({ stateSinceMs }) => time(stateSinceMs)], ['期限', 20, ({ dueMs }) => time(dueMs)], ['异议成立', 20, ({ objectionUpheldAtMs }) => time(objectionUpheldAtMs)], ruleSet,
);

export const submissionTable = table<DocOf<'applicationSubmissions'>>('申请内容',
  ['申请编号', 28, ({ applicationId }) => applicationId], ['提交时间', 20, ({ atMs }) => time(atMs)], ['内容', 80, ({ contentSealed }, show) => show.text(contentSealed)],
);

export const attachmentTable = table<Attachment>('申请材料',
  ['材料编号', 30, ({ id }) => id], ['申请编号', 28, ({ applicationId }) => applicationId], ['种类', 16, ({ kind }) => kind], ['文件名', 24, ({ nameSealed }, show) => show.text(nameSealed)], ['格式', 16, ({ contentType }) => contentType], ['字节', 10, ({ bytes }) => bytes],
  ['状态', 8, ({ state }) => word(words.attachment, state)], ['查毒', 12, ({ scan }) => word(words.scan, scan)], ['上传', 20, ({ uploadedAtMs }) => time(uploadedAtMs)], ['移除', 20, ({ removedAtMs }) => time(removedAtMs)],
);

export const candidateTable = table<BatchCandidate>('参加批次',
  ['编号', 30, ({ id }) => id], household, ['缘由', 16, ({ kind }) => word(words.candidate, kind)], ['组别', 18, ({ group }) => groupWord(group)], ['优先类别', 14, ({ priorityCategory }) => priorityCategory],
  ['排序类', 8, ({ rank }) => rank], ['提交时间', 20, ({ submittedAtMs }) => time(submittedAtMs)], ['受理号', 10, ({ receiptNumber }) => receiptNumber], ['可编号起', 20, ({ eligibleFromMs }) => time(eligibleFromMs)],
  ['状态', 10, ({ state }) => word(words.candidateState, state)], ['批次', 12, ({ batchDay }) => batchDay], ['取得的号码', 20, ({ ticketId }) => ticketId], ['作废的号码', 20, ({ previousTicketId }) => previousTicketId],
);

/** One run of numbers of one batch. */
export interface BatchRun {
  readonly batch: DocOf<'batches'>;
  readonly range: DocOf<'batches'>['ranges'][number];
}
export const batchTable = table<BatchRun>('批次',
  ['批次', 12, ({ batch }) => batch.day], ['组别', 18, ({ range }) => groupWord(range.group)], ['起号', 8, ({ range }) => range.fromNumber], ['止号', 8, ({ range }) => range.toNumber], ['其中优先', 8, ({ range }) => range.priority],
  ['状态', 12, ({ batch }) => word(words.batchState, batch.state)], ['开始编号', 20, ({ batch }) => time(batch.startedAtMs)], ['编号完成', 20, ({ batch }) => time(batch.numberedAtMs)], ['告知完成', 20, ({ batch }) => time(batch.toldAtMs)],
  ['公示编号', 44, ({ batch }) => batch.publicityId], ['规则版本', 8, ({ batch }) => batch.ruleSetVersion],
);

export const ticketTable = table<Ticket>('轮候号',
  ['号码编号', 20, ({ id }) => id], household, ['组别', 18, ({ group }) => groupWord(group)], ['顺序号', 8, ({ queueNumber }) => queueNumber], ['通道', 16, ({ laneId }) => laneId], ['批次', 12, ({ batchDay }) => batchDay],
  ['来源', 12, ({ origin }) => word(words.origin, origin)], ['提交时间', 20, ({ submittedAtMs }) => time(submittedAtMs)], ['状态', 10, ({ state }) => word(words.ticket, state)], ['入围', 20, ({ calledUpAtMs }) => time(calledUpAtMs)],
  ['顺延次数', 8, ({ deferrals }) => deferrals], ruleSet,
);

export const rankingTable = table<DocOf<'rankings'> & { readonly addresses: readonly string[] }>('意向排序',
  ['号码编号', 20, ({ id }) => id], household, ['排序（先后）', 60, ({ addresses }) => addresses.join('、')], ['排序时间', 20, ({ rankedAtMs }) => time(rankedAtMs)], ['同意代选', 20, ({ agreed }) => time(agreed?.atMs ?? null)],
  ['同意书版本', 8, ({ agreed }) => agreed?.wording ?? null], ['窗口协助人', 22, ({ agreed }, show) => show.staff(agreed?.assisted?.staffId ?? '')], ['窗口', 20, ({ agreed }) => agreed?.assisted?.place ?? ''],
  ['同意方式', 24, ({ agreed }, show) => show.note(agreed?.assisted?.consent ?? '')],
);

export const missTable = table<Miss>('错过与继续',
  ['号码编号', 20, ({ ticketId }) => ticketId], household, ['批次', 12, ({ batchDay }) => batchDay], ['错过', 20, ({ missedAtMs }) => time(missedAtMs)], ['可申请继续至', 20, ({ continueUntilMs }) => time(continueUntilMs)],
  ['状态', 16, ({ state }) => word(words.miss, state)], ['申请继续', 20, ({ requestedAtMs }) => time(requestedAtMs)], ['受理号', 10, ({ receiptNumber }) => receiptNumber], ['公示编号', 44, ({ publicityId }) => publicityId], ruleSet,
);

export const requestTable = table<WaitingRequest>('轮候变更',
  ['编号', 28, ({ id }) => id], household, ['事项', 16, ({ kind }) => word(words.request, kind)], ['原号码', 20, ({ ticketId }) => ticketId], ['申请组别', 18, ({ group }) => groupWord(group)], ['理由', 30, ({ reasonSealed }, show) => show.text(reasonSealed)],
  ['受理号', 10, ({ receiptNumber }) => receiptNumber], ['提出', 20, ({ requestedAtMs }) => time(requestedAtMs)], ['结果', 10, ({ state }) => word(words.requestState, state)], ['办理', 20, ({ decidedAtMs }) => time(decidedAtMs)],
  ['办理人', 22, ({ decidedBy }, show) => show.staff(decidedBy)], ['答复', 30, ({ answerSealed }, show) => show.text(answerSealed)], ruleSet,
);

export const subsidyTable = table<Subsidy>('租赁补贴',
  ['编号', 28, ({ id }) => id], household, ['状态', 12, ({ state }) => word(words.subsidy, state)], ['开始', 20, ({ fromMs }) => time(fromMs)], ['结束', 20, ({ endedAtMs }) => time(endedAtMs)],
  ['办理人', 22, ({ endedBy }, show) => show.staff(endedBy)], ['理由', 30, ({ reasonSealed }, show) => show.text(reasonSealed)],
);

export const forfeitTable = table<Forfeit>('放弃记录',
  ['编号', 36, ({ id }) => id], household, ['批次', 12, ({ batchDay }) => batchDay], ['缘由', 24, ({ cause }) => word(words.cause, cause)], ['时间', 20, ({ atMs }) => time(atMs)], ['记入人数', 8, ({ personIds }) => personIds.length], ['撤销', 20, ({ reversedAtMs }) => time(reversedAtMs)], ruleSet,
);

export const barTable = table<OfPerson<Bar>>('限制申请',
  ['编号', 28, ({ doc }) => doc.id], ['家庭编号', 26, ({ householdId }) => householdId], ['姓名', 12, ({ name }, show) => show.nameOf(name)], ['缘由', 14, ({ doc }) => word(words.cause, doc.cause)], ['起', 20, ({ doc }) => time(doc.fromMs)], ['止', 20, ({ doc }) => time(doc.untilMs)],
  ['理由', 30, ({ doc }, show) => show.text(doc.reasonSealed)], ['办理人', 22, ({ doc }, show) => show.staff(doc.byStaffId)], ['状态', 8, ({ doc }) => word(words.bar, doc.state)], ['解除', 20, ({ doc }) => time(doc.liftedAtMs)],
  ['解除人', 22, ({ doc }, show) => show.staff(doc.liftedBy)], ['解除理由', 30, ({ doc }, show) => show.text(doc.liftReasonSealed)], ['规则版本', 8, ({ doc }) => doc.ruleSetVersion],
);

export const creditTable = table<CreditRecord>('信用记录',
  ['编号', 28, ({ id }) => id], household, ['时间', 20, ({ atMs }) => time(atMs)], ['内容', 40, ({ textSealed }, show) => show.text(textSealed)], ['登记人', 22, ({ byStaffId }, show) => show.staff(byStaffId)],
);

export const contactTable = table<DocOf<'contacts'>>('联系方式确认',
  ['家庭编号', 26, ({ id }) => id], ['状态', 10, ({ state }) => word(words.contact, state)], ['询问', 20, ({ askedAtMs }) => time(askedAtMs)], ['确认', 20, ({ confirmedAtMs }) => time(confirmedAtMs)],
);

export const allocationTable = table<AtHome<Allocation>>('配租',
  ['配租编号', 30, ({ id }) => id], household, ['组别', 18, ({ group }) => groupWord(group)], ['顺序号', 8, ({ queueNumber }) => queueNumber], ['住房', 36, ({ address }) => address], ['状态', 16, ({ state }) => word(words.allocation, state)],
  ['选房', 20, ({ pickedAtMs }) => time(pickedAtMs)], ['公示编号', 44, ({ publicityId }) => publicityId], ['合格', 20, ({ qualifiedAtMs }) => time(qualifiedAtMs)], ['入住批次', 30, ({ moveInBatchId }) => moveInBatchId],
  ['原件核验', 20, ({ originalsCheckedAtMs }) => time(originalsCheckedAtMs)], ['存疑', 18, ({ doubt }) => word(words.cause, doubt)], ['存疑起', 20, ({ doubtSinceMs }) => time(doubtSinceMs)], ['签约期限', 20, ({ leaseByMs }) => time(leaseByMs)],
  ['补录截止', 20, ({ entryByMs }) => time(entryByMs)], ['合同编号', 20, ({ contractNumber }) => contractNumber], ['结束', 20, ({ endedAtMs }) => time(endedAtMs)], ['结束缘由', 18, ({ endCause }) => word(words.cause, endCause)], ruleSet,
);

export const noticeTable = table<AtHome<Allocation>>('配租通知单',
  ['通知单号', 18, ({ noticeNumber }) => noticeNumber], ['出具日', 12, ({ noticeDay }) => noticeDay], household, ['住房', 36, ({ address }) => address], ['下载期限', 20, ({ downloadByMs }) => time(downloadByMs)], ['下载', 20, ({ downloadedAtMs }) => time(downloadedAtMs)],
  ['逾期下载', 8, ({ isDownloadLate }) => yesNo(isDownloadLate)], ['已提醒', 20, ({ remindedAtMs }) => time(remindedAtMs)], ['签约期限', 20, ({ leaseByMs }) => time(leaseByMs)], ['已提醒签约', 20, ({ leaseRemindedAtMs }) => time(leaseRemindedAtMs)], ['是否告知', 14, ({ telling }) => word(words.telling, telling)], ['配租编号', 30, ({ id }) => id],
);

export const tenancyTable = table<AtHome<DocOf<'tenancies'>>>('租约',
  ['承租编号', 30, ({ id }) => id], household, ['住房', 36, ({ address }) => address], ['合同编号', 20, ({ contractNumber }) => contractNumber], ['起租', 12, ({ startedDay }) => startedDay], ['承租中', 8, ({ isRunning }) => yesNo(isRunning)],
  ['终止', 12, ({ endedDay }) => endedDay], ['来源', 12, ({ origin }) => word(words.origin, origin)], ['来源编号', 30, ({ originId }) => originId],
);

export const transferTable = table<DocOf<'transfers'> & { readonly fromAddress: string; readonly toAddress: string }>('房屋调整',
  ['调整编号', 30, ({ id }) => id], household, ['类型', 12, ({ kind }) => word(words.transfer, kind)], ['原住房', 36, ({ fromAddress }) => fromAddress], ['划拨住房', 36, ({ toAddress }) => toAddress], ['理由', 30, ({ reasonSealed }, show) => show.text(reasonSealed)],
  ['状态', 10, ({ state }) => word(words.transferState, state)], ['提出', 20, ({ requestedAtMs }) => time(requestedAtMs)], ['变动', 20, ({ changedAtMs }) => time(changedAtMs)], ['合同编号', 20, ({ contractNumber }) => contractNumber], ['答复', 30, ({ answer }, show) => show.note(answer)],
);

export const swapTable = table<DocOf<'swaps'> & { readonly firstAddress: string; readonly secondAddress: string }>('换房',
  ['换房编号', 30, ({ id }) => id], ['甲方家庭', 26, ({ firstHouseholdId }) => firstHouseholdId], ['甲方住房', 36, ({ firstAddress }) => firstAddress], ['乙方家庭', 26, ({ secondHouseholdId }) => secondHouseholdId], ['乙方住房', 36, ({ secondAddress }) => secondAddress],
  ['已入住', 8, ({ wereHandedOver }) => yesNo(wereHandedOver)], ['双方同意', 24, ({ consent }, show) => show.note(consent)], ['状态', 10, ({ state }) => word(words.swap, state)], ['验房', 12, ({ inspection }) => word(words.inspection, inspection)],
  ['验房确认', 20, ({ inspectedAtMs }) => time(inspectedAtMs)], ['已签合同', 8, ({ isSigned }) => yesNo(isSigned)], ['签约', 20, ({ signedAtMs }) => time(signedAtMs)], ['配对', 20, ({ matchedAtMs }) => time(matchedAtMs)],
);
