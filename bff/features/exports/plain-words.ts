/** The content of a ledger entry as one line of plain words: `组别：公租房二居室组；顺序号：3`. Nothing of it is left out. */
import { formatInstant } from '../../../shared/shanghai-time';
import { groupWord, word, words } from './wording';

const names: Readonly<Record<string, string>> = {
  group: '组别', queueNumber: '顺序号', queueNumbers: '顺序号', numbers: '号码', tickets: '号码', ranges: '号段', count: '数量', turnId: '轮次编号', ticketId: '号码编号', deadlineMs: '截止', handed: '已提交短信',
  proof: '送达凭证', byMs: '补时毫秒', notBeforeMs: '不早于', ruleSet: '规则版本', listingId: '房源编号', listingIds: '房源编号', removedListingIds: '房源编号', homes: '住房', available: '可选',
  cause: '缘由', reason: '理由', reasons: '理由', batchDay: '批次', fromNumber: '起号', toNumber: '止号', applicationId: '申请编号', receiptNumber: '受理号', from: '原状态', to: '新状态', before: '办理前', after: '办理后', dueMs: '期限',
  allocationId: '配租编号', noticeNumber: '通知单号', contractNumber: '合同编号', publicityId: '公示编号', objectionId: '异议编号', subjectId: '针对', upheld: '成立', exportId: '导出编号', scope: '范围', unmasked: '完整个人信息',
  fields: '字段', file: '文件', files: '文件', fromMs: '开始', toMs: '恢复', leaseByMs: '签约期限', isLate: '已逾期', persons: '人数', barred: '限制人数', requestId: '变更申请编号', missId: '错过编号', events: '引起', state: '状态',
  attachmentId: '材料编号', kind: '种类', bytes: '字节', level: '级别', outcome: '结论', staffId: '工作人员', place: '地点', consent: '家庭同意', householdId: '家庭编号', laneId: '通道', community: '小区', building: '楼栋', entrance: '单元', room: '房号',
  type: '事项', transferId: '调整编号', toListingId: '划拨房源', swapId: '换房编号', tenancyId: '承租编号', note: '备注', reached: '已接通', personId: '人员', memberId: '成员', untilMs: '截止', channel: '来源', submission: '申请内容编号', review: '审核编号', newReview: '重新审核', newTime: '重计提交时间', priority: '优先类别', assisted: '协助办理', inspection: '验房', act: '办理', account: '账号', role: '角色', district: '区', by: '筛选项',
};

const none = {};
const states = { ...words.ticket, ...words.allocation, ...words.transferState, ...words.application };
const values: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  before: states, after: states, state: states, outcome: words.review, channel: words.channel, cause: words.cause, proof: words.proof, doubt: words.cause, scan: words.scan,
};

/** One line; empty for nothing. */
export function plainWords(content: Readonly<Record<string, unknown>>): string {
  let line = '';
  for (const key of inOrder(content)) {
    if (line !== '') line += '；';
    line += `${nameOf(key)}：${valueOf(key, content[key])}`;
  }
  return line;
}

/** As it stands, but what was before comes before what was after. */
function inOrder(content: Readonly<Record<string, unknown>>): string[] {
  const keys = Object.keys(content);
  if (!('before' in content) || !('after' in content)) return keys;
  const rest = keys.filter((key) => key !== 'before');
  rest.splice(rest.indexOf('after'), 0, 'before');
  return rest;
}

function nameOf(key: string): string {
  return Object.hasOwn(names, key) ? names[key]! : key;
}

function valueOf(key: string, value: unknown): string {
  if (typeof value === 'number') return key.endsWith('Ms') && key !== 'byMs' && Math.abs(value) < 8e15 ? formatInstant(value) : String(value);
  if (typeof value === 'string') return key === 'group' ? groupWord(value) : word(values[key] ?? none, value);
  if (typeof value === 'boolean') return value ? '是' : '否';
  if (value === null || value === undefined) return '无';
  if (Array.isArray(value)) return value.map((one) => (typeof one === 'object' && one !== null ? `〔${valueOf('', one)}〕` : valueOf(key, one))).join('、');
  return plainWords(value as Record<string, unknown>);
}
