/**
 * What every kind of ledger entry is called in Chinese (S1): for exports, the staff's search of the ledger and the
 * verifier. A kind that is not here is shown by its own name, never left out.
 */
export const entryTypeWords: Readonly<Record<string, string>> = {
  // Lanes and groups: published.
  LaneOpened: '开始选房', LanePaused: '暂停选房', LaneResumed: '恢复选房',
  FamiliesCalledUp: '入围通知', TurnOpened: '轮到选房', TurnNotified: '通知已发出，开始计时', TurnProven: '送达已证实', DeadlineMoved: '截止时间顺延',
  HomePicked: '选定住房', TurnPassed: '把机会让给下一户', TurnMissed: '逾期未选', TurnDeferred: '未能送达，顺延',
  NumbersImported: '导入轮候顺序号', NumbersGiven: '生成轮候顺序号', NumbersVoided: '顺序号作废', NumbersJoined: '进入排队', NumbersLeft: '退出排队',
  ListingsImported: '导入房源', HomesOffered: '房源上架', HomesRemoved: '房源下架',
  HomesRanked: '给房源排序', RankingAgreed: '同意按意向顺序代选', RankingRevoked: '撤回代选同意',
  // Applications.
  ApplicationBegun: '开始填写申请', ApplicationSubmitted: '提交申请', ApplicationSupplemented: '补正材料', ApplicationStartedAnew: '补正并更换申请人', ApplicationApproved: '审核通过', ApplicationRejected: '审核不通过',
  ApplicationSentBack: '退回补正', PublicityPassed: '公示期满无异议', ObjectionUpheld: '异议成立', ApplicationWithdrawn: '撤回申请', ApplicationExpired: '申请过期失效', ReviewDueStated: '补算审核期限', SupplementEndMoved: '补正期限顺延', ApplicationBarred: '成员被限制申请，申请终止',
  AttachmentKept: '上传材料', AttachmentRemoved: '移除材料', AttachmentOpened: '查看材料', ObjectionRaised: '提出异议', ObjectionDecided: '异议处理',
  // While waiting.
  AskToContinue: '申请继续参与轮候', GrantContinuation: '同意继续参与轮候', RefuseContinuation: '不同意继续参与轮候', LapseMiss: '逾期未申请继续', ContinuationEndMoved: '继续申请期限顺延', AskToAdjust: '申请调整组别或居室',
  AskForSubsidy: '申请转为租赁补贴', AskToReturn: '申请由补贴转回轮候', ApproveRequest: '同意变更申请', RejectRequest: '不同意变更申请', WithdrawRequest: '撤回变更申请',
  Leave: '退出轮候', StopSubsidy: '停发租赁补贴', ContactConfirmed: '确认联系方式', BatchForfeited: '记一次放弃', ForfeitsReset: '放弃次数清零',
  PersonBlacklisted: '列入黑名单', BarLifted: '解除限制', CreditRecorded: '登记信用记录',
  // After a pick.
  AllocationQualified: '公示期满，配租合格', NoticeDownloaded: '下载配租通知单', DownloadReminded: '提醒下载通知单', OriginalsChecked: '核验原件', LeaseSigned: '签订租赁合同',
  DoubtRaised: '入住存疑，转区级', DoubtCleared: '疑问解除', AllocationForfeited: '视为放弃配租', AllocationCancelled: '取消配租', AllocationRejected: '异议成立，配租不成立', AllocationReinstated: '恢复配租', ForfeitReversed: '撤销放弃记录',
  LeaseReminded: '提醒办理承租手续', LeasePeriodOver: '承租期限已过，等待补录', PeriodsMoved: '停机顺延办理期限', NoticeUndeliverable: '配租通知未送达', FamilyTold: '确认家庭已知晓，期限重新起算',
  SittingTenantRegistered: '登记上线前已入住的承租家庭', TenancyBegan: '开始承租', TenancyEnded: '终止承租',
  TransferRequested: '申请房屋调整', TransferReviewed: '房屋调整受理', TransferApproved: '房屋调整通过', TransferRejected: '房屋调整不通过', TransferWithdrawn: '撤回房屋调整申请',
  HomeAssigned: '划拨住房', HomeUnassigned: '取消划拨', TransferSigned: '房屋调整签约', SwapMatched: '登记换房配对', SwapMoved: '换房办理',
  // The office.
  ListingReported: '上报房源', ListingMoved: '房源状态变更', RegisterImported: '导入登记表', OutageFound: '发现停机，补回时间', BatchDidNotWait: '有公示未能按时结束，批次照常生成', CallTaskRaised: '转人工电话通知', FamilyCalled: '电话通知家庭', PhoneChanged: '更换联系电话',
  MessageResent: '重发消息', PersonalDataRevealed: '查看完整个人信息', PersonalDataExported: '导出完整个人信息', PeopleSearched: '按人查询',
  ExportRequested: '发起数据导出', ExportFinished: '数据导出完成', ExportFailed: '数据导出失败', ExportDownloaded: '下载导出文件', ExportExpired: '导出文件到期清除', LedgerSearched: '查询操作日志',
  AssignmentListExported: '导出选房人员清单', TransferListExported: '导出调房划拨清单',
  RuleDraftCreated: '起草选房规则', RuleDraftSaved: '修改规则草案', RuleDraftDropped: '废弃规则草案', RuleSetPublished: '发布选房规则', CalendarYearReplaced: '更新节假日安排',
  StaffAdded: '新增工作人员', StaffDisabled: '停用工作人员', StaffSignedIn: '工作人员登录',
};

/** The Chinese name of a kind of entry; its own name where there is none. */
export function wordOfEntry(type: string): string {
  return Object.prototype.hasOwnProperty.call(entryTypeWords, type) ? entryTypeWords[type]! : type;
}

/** Roles of staff, as people say them (P1). */
export const roleWords: Readonly<Record<string, string>> = {
  city: '市级', districtReviewer: '区级审核', streetClerk: '街道（乡镇）经办', operator: '运营单位', window: '窗口', inspector: '纪检监察', administrator: '系统管理员',
};
