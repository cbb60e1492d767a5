/** What states, kinds and causes are called in an export: an inspector reads Chinese, not the names of our states. */
import { groupLabels, listingStateLabels } from '../../../shared/lane';

/** The word for a value; the value itself where there is none, so that nothing is ever left out. */
export function word(words: Readonly<Record<string, string>>, value: string | null): string {
  if (value === null) return '';
  return Object.hasOwn(words, value) ? words[value]! : value;
}

export const yesNo = (value: boolean): string => (value ? '是' : '否');
export const groupWord = (group: string | null): string => word(groupLabels, group);
export const listingWord = (state: string): string => word(listingStateLabels, state);

export const words = {
  turn: { open: '进行中', picked: '已选定', passed: '让给下一户', missed: '逾期未选', deferred: '顺延' },
  proof: { none: '无', smsReceipt: '短信送达回执', subscriptionMessage: '订阅消息送达', staffCall: '工作人员电话' },
  application: {
    draft: '草稿', levelOne: '街道审核中', supplementOne: '退回补正（街道）', firstPublicity: '第一榜公示', levelTwo: '区级审核中', supplementTwo: '退回补正（区级）', secondPublicity: '第二榜公示',
    eligible: '审核通过', rejected: '审核不通过', withdrawn: '已撤回', expired: '已过期',
  },
  channel: { online: '家庭自行申报', socialAssistance: '社会救助一件事' },
  review: { approve: '通过', reject: '不通过', sendBack: '退回补正' },
  attachment: { kept: '在册', removed: '已移除' },
  scan: { clean: '未发现病毒', unscanned: '未查毒' },
  publicity: { firstReview: '第一榜（街道审核）', secondReview: '第二榜（区级审核）', numbers: '轮候顺序号', continuation: '继续参与轮候', result: '选房结果' },
  publicityState: { open: '公示中', over: '已结束' },
  objection: { open: '待处理', upheld: '成立', dismissed: '不成立' },
  candidate: { new: '新申请', adjust: '调整组别或居室', continue: '继续参与轮候', fromSubsidy: '由补贴转回' },
  candidateState: { waiting: '待编号', numbered: '已编号', withdrawn: '已退出' },
  batchState: { numbering: '编号中', numbered: '已编号', told: '已告知各户' },
  ticket: { publicised: '公示中', queued: '排队中', onTurn: '轮到选房', picked: '已选房', missed: '已错过', renewing: '换号中', forfeited: '已放弃', void: '已作废' },
  origin: { lottery: '公开摇号', batch: '批次生成', allocation: '配租', transfer: '房屋调整', swap: '换房', registered: '上线前已入住' },
  miss: { open: '可申请继续', asked: '继续申请公示中', continued: '已继续轮候', refused: '异议成立，不再继续', forfeited: '已放弃', ended: '已终止' },
  request: { adjust: '调整组别或居室', toSubsidy: '转为租赁补贴', fromSubsidy: '由补贴转回轮候' },
  requestState: { open: '待处理', approved: '同意', rejected: '不同意', withdrawn: '已撤回' },
  subsidy: { running: '发放中', stopped: '已停发', converted: '已转回轮候' },
  cause: {
    secondMiss: '同一批次第二次错过', noRequest: '未在期限内申请继续', gaveUpAfterPick: '选房后放弃', leaseNotSigned: '逾期未签租赁合同', documentsRefused: '原件核验不合格',
    noticeNotDownloaded: '逾期未下载通知单', districtCancelled: '区级取消配租', barred: '成员被限制申请', returned: '退回房源', taken: '收回房源', reinstated: '恢复配租',
    forfeits: '连续放弃', blacklist: '列入黑名单', cancelled: '取消资格', leased: '已签约', objectionUpheld: '异议成立', ineligible: '不符合条件',
  },
  telling: { unproven: '已发短信', untold: '未送达', told: '已确认' },
  bar: { standing: '限制中', lifted: '已解除' },
  allocation: { publicised: '结果公示中', qualified: '配租合格', inDoubt: '入住存疑', leased: '已签约', forfeited: '已放弃', cancelled: '已取消', rejected: '异议成立，不成立' },
  transfer: { lowFloor: '调至低楼层', topFloor: '调至顶层', smaller: '以大换小' },
  transferState: { requested: '待受理', reviewed: '已受理', approved: '已通过', assigned: '已划拨', moved: '已签约', rejected: '不通过', withdrawn: '已撤回' },
  swap: { matched: '已配对', approved: '已通过', signed: '已签约', rejected: '不通过', withdrawn: '已撤回' },
  inspection: { notNeeded: '无需验房', pending: '待验房', passed: '验房通过', failed: '验房不通过' },
  call: { open: '待拨打', reached: '已接通告知', notReached: '未接通', lapsed: '已失效' },
  contact: { asked: '已询问', confirmed: '已确认', ended: '不再轮候' },
  topic: { sms: '短信', subscriptionMessage: '微信订阅消息', exchange: '部门交换', live: '页面刷新' },
  message: {
    calledUp: '入围通知', turnOpened: '轮到选房', reviewerTurn: '告知审核人员', turnDeferred: '顺延通知', turnMissed: '逾期通知', turnPassed: '让号确认', homePicked: '选房成功', rankingAgreed: '同意排序代选', leftBatch: '编号前退出', transferStep: '房屋调整进度', swapStep: '换房进度', tenancyRegistered: '承租登记',
    applicationStep: '申请进度', allocationQualified: '配租合格', noticeLate: '提醒下载通知单', allocationLost: '配租失效', lanePaused: '暂停通知', deadlineMoved: '时间补回', numberGiven: '顺序号告知',
    continuationAsked: '继续轮候受理', requestDecided: '变更申请结果', leftQueue: '退出轮候', batchForfeited: '视为放弃', personBarred: '限制申请', confirmContact: '确认联系方式', phoneChanged: '更换联系电话', signInCode: '登录验证码', caseReport: '办理结果反馈',
    allocationReinstated: '恢复配租', leaseDueSoon: '承租到期提醒', leasePeriodMoved: '停机顺延', leasePeriodOver: '承租期限已过', leaseSigned: '已登记签约', doubtRaised: '入住存疑', doubtCleared: '疑问解除', objectionRaised: '收到异议', objectionDismissed: '异议不成立',
    tenancyEnded: '腾退登记', matterWaiting: '告知审核人员',
  },
  messageState: { pending: '待发', handed: '已提交', delivered: '已送达', failed: '未送达', dead: '停止重试', dropped: '不再需要' },
  household: { lotteryRoll: '摇号名册导入', application: '线上申请', sittingTenant: '上线前已入住' },
  actor: { staff: '工作人员', family: '家庭', system: '系统', public: '公众' },
  relation: { applicant: '本人' },
  exportState: { waiting: '等待中', running: '生成中', ready: '可下载', failed: '失败', expired: '已过期清除' },
} as const;
