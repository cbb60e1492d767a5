/** Sheets of what was done: the ledger, turns, picks, messages, reviews, lists and objections (S1). */
import { formatInstant } from '../../../shared/shanghai-time';
import { wordOfEntry } from '../../../shared/ledger-words';
import type { ApplicationReview, ExportDoc, LedgerEntry, Objection, OutboxMessage, Pick as PickDoc, Publicity, TurnDoc } from '../../store/collections';
import type { DocOf } from '../../store/collections';
import { plainWords } from './plain-words';
import { roleWord, table, time } from './table';
import { groupWord, word, words, yesNo } from './wording';

/** An entry with its detail taken apart. */
export interface ReadEntry {
  readonly entry: LedgerEntry;
  readonly actor: { readonly kind: string; readonly id: string; readonly role: string | null } | null;
  readonly from: string;
  readonly why: string;
  readonly rest: Readonly<Record<string, unknown>>;
}

/** Takes an entry's detail apart. */
export function readEntry(entry: LedgerEntry): ReadEntry {
  const { actor = null, from = '', why = '', ...rest } = JSON.parse(entry.detail) as { actor?: ReadEntry['actor']; from?: string; why?: string };
  return { entry, actor, from, why, rest };
}

export const entryTable = table<ReadEntry>('操作日志',
  ['时间', 20, ({ entry }) => time(entry.atMs)],
  ['事项', 20, ({ entry }) => wordOfEntry(entry.type)],
  ['操作人', 22, ({ actor }, show) => (actor === null ? null : show.actor(actor))],
  ['角色', 14, ({ actor }) => (actor === null ? null : roleWord(actor.role))],
  ['来源', 18, ({ from }) => from],
  ['事由', 24, ({ why }, show) => show.note(why)],
  ['公开内容', 50, ({ entry }) => plainWords(entry.open)],
  ['内部明细', 50, ({ rest }, show) => show.note(plainWords(rest))],
  ['链', 26, ({ entry }) => entry.stream],
  ['序号', 8, ({ entry }) => entry.seq],
  ['事项代码', 20, ({ entry }) => entry.type],
  ['哈希', 66, ({ entry }) => entry.hash],
);

export const turnTable = table<TurnDoc>('轮到',
  ['轮次编号', 20, ({ id }) => id], ['通道', 16, ({ laneId }) => laneId], ['组别', 18, ({ group }) => groupWord(group)], ['顺序号', 8, ({ queueNumber }) => queueNumber], ['家庭编号', 26, ({ householdId }) => householdId],
  ['结果', 12, ({ state }) => word(words.turn, state)], ['轮到', 20, ({ openedAtMs }) => time(openedAtMs)], ['已通知', 20, ({ notifiedAtMs }) => time(notifiedAtMs)], ['截止', 20, ({ deadlineMs }) => time(deadlineMs)],
  ['结束', 20, ({ endedAtMs }) => time(endedAtMs)], ['补时（分钟）', 10, ({ movedMs }) => Math.round(movedMs / 60_000)], ['送达凭证', 18, ({ proof }) => word(words.proof, proof)], ['规则版本', 8, ({ ruleSetVersion }) => ruleSetVersion],
);

export const pickTable = table<PickDoc & { readonly address: string }>('选房',
  ['选房编号', 24, ({ id }) => id], ['通道', 16, ({ laneId }) => laneId], ['家庭编号', 26, ({ householdId }) => householdId], ['住房', 36, ({ address }) => address], ['时间', 20, ({ pickedAtMs }) => time(pickedAtMs)],
  ['有效', 6, ({ active }) => yesNo(active)], ['协助办理人', 22, ({ assisted }, show) => show.staff(assisted?.staffId ?? '')], ['协助地点', 20, ({ assisted }) => assisted?.place ?? ''],
  ['家庭同意', 24, ({ assisted }, show) => show.note(assisted?.consent ?? '')], ['房源编号', 24, ({ listingId }) => listingId], ['回执', 60, ({ receipt }) => receipt.body], ['回执签名', 40, ({ receipt }) => receipt.signature],
);

export const callTable = table<DocOf<'callTasks'>>('电话告知',
  ['轮次编号', 20, ({ turnId }) => turnId], ['家庭编号', 26, ({ householdId }) => householdId], ['缘由', 20, ({ reason }) => reason], ['结果', 14, ({ state }) => word(words.call, state)],
  ['生成', 20, ({ createdAtMs }) => time(createdAtMs)], ['办结', 20, ({ doneAtMs }) => time(doneAtMs)], ['办理人', 22, ({ doneBy }, show) => show.staff(doneBy)], ['备注', 30, ({ note }, show) => show.note(note)],
);

export const messageTable = table<OutboxMessage>('消息',
  ['消息编号', 36, ({ id }) => id], ['渠道', 14, ({ topic }) => word(words.topic, topic)], ['内容种类', 16, ({ kind }) => word(words.message, kind)], ['事项编号', 22, ({ subjectId }) => subjectId],
  // Subscription messages go to an open id, which is nobody's phone and never shown whole.
  ['收件人', 14, (message, show) => (message.topic === 'sms' ? show.phone(message.recipientSealed) : word(words.topic, message.topic))], ['状态', 12, ({ state }) => word(words.messageState, state)], ['次数', 6, ({ attempts }) => attempts],
  ['生成', 20, ({ createdAtMs }) => time(createdAtMs)], ['提交', 20, ({ handedAtMs }) => time(handedAtMs)], ['结清', 20, ({ settledAtMs }) => time(settledAtMs)], ['问题', 24, ({ lastError }, show) => show.note(lastError)],
);

export const reviewTable = table<ApplicationReview>('审核',
  ['申请编号', 28, ({ applicationId }) => applicationId], ['级别', 10, ({ level }) => (level === 1 ? '街道（乡镇）' : '区级')], ['结论', 10, ({ outcome }) => word(words.review, outcome)],
  ['理由', 40, ({ reasonsSealed }, show) => show.text(reasonsSealed)], ['审核人', 22, ({ staffId }, show) => show.staff(staffId)], ['时间', 20, ({ atMs }) => time(atMs)],
);

export const publicityTable = table<Publicity>('公示',
  ['公示编号', 44, ({ id }) => id], ['内容', 18, ({ kind }) => word(words.publicity, kind)], ['区', 14, ({ district }) => district], ['首日', 12, ({ firstDay }) => firstDay], ['末日', 12, ({ lastDay }) => lastDay],
  ['生效', 20, ({ takesEffectMs }) => time(takesEffectMs)], ['状态', 10, ({ state }) => word(words.publicityState, state)], ['结束', 20, ({ overAtMs }) => time(overAtMs)], ['规则版本', 8, ({ ruleSetVersion }) => ruleSetVersion],
);

export const objectionTable = table<Objection>('异议',
  ['异议编号', 26, ({ id }) => id], ['公示编号', 44, ({ publicityId }) => publicityId], ['针对', 30, ({ subjectId }) => subjectId], ['区', 14, ({ district }) => district],
  ['内容', 40, ({ textSealed }, show) => show.text(textSealed)], ['提出人电话', 14, ({ byPhoneSealed }, show) => show.phone(byPhoneSealed)], ['提出', 20, ({ raisedAtMs }) => time(raisedAtMs)],
  ['处理结果', 10, ({ state }) => word(words.objection, state)], ['处理', 20, ({ decidedAtMs }) => time(decidedAtMs)], ['处理人', 22, ({ decidedBy }, show) => show.staff(decidedBy)], ['答复', 40, ({ answerSealed }, show) => show.text(answerSealed)],
);

export const outageTable = table<DocOf<'outages'>>('停机',
  ['开始', 20, ({ fromMs }) => time(fromMs)], ['恢复', 20, ({ toMs }) => time(toMs)], ['分钟', 8, ({ fromMs, toMs }) => Math.round((toMs - fromMs) / 60_000)],
);

export const importTable = table<DocOf<'imports'>>('登记表导入',
  ['时间', 20, ({ atMs }) => time(atMs)], ['文件', 36, ({ file }) => file], ['种类', 16, ({ kind }) => kind], ['导入', 8, ({ accepted }) => accepted], ['退回', 8, ({ refused }) => refused], ['文件 SHA-256', 66, ({ sha }) => sha],
);

export const exportTable = table<ExportDoc>('数据导出',
  ['导出编号', 32, ({ id }) => id], ['范围', 34, ({ householdId, fromDay, toDay }) => (householdId === null ? `${fromDay} 至 ${toDay}` : `家庭 ${householdId}`)], ['完整个人信息', 12, ({ unmasked }) => yesNo(unmasked)],
  ['事由', 30, ({ reason }, show) => show.note(reason)], ['发起人', 22, ({ requestedBy }, show) => show.staff(requestedBy)], ['角色', 14, ({ role }) => roleWord(role)], ['发起', 20, ({ createdAtMs }) => formatInstant(createdAtMs)], ['状态', 14, ({ state }) => word(words.exportState, state)],
);
