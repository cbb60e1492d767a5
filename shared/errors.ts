/**
 * The closed catalogue of everything the server may refuse (RFC 9457 problem+json). The title is what the
 * person reads: it says what to do next. A code that is not here cannot be answered.
 */
export const errorCatalogue = {
  MALFORMED_JSON: { status: 400, title: '请求内容不是有效的 JSON，请检查后重新提交。' },
  VALIDATION_FAILED: { status: 400, title: '有内容填写不正确，请按提示修改后重新提交。' },
  IDEMPOTENCY_KEY_REQUIRED: { status: 400, title: '缺少请求编号（Idempotency-Key），请刷新页面后重试。' },
  SIGN_IN_REQUIRED: { status: 401, title: '请先登录。' },
  SESSION_EXPIRED: { status: 401, title: '登录已过期，请重新登录。' },
  CODE_WRONG: { status: 401, title: '验证码不正确，请核对短信后重新输入。' },
  CODE_EXPIRED: { status: 401, title: '验证码已失效，请重新获取。' },
  CREDENTIALS_WRONG: { status: 401, title: '账号或密码不正确，请重新输入。' },
  SIGNATURE_INVALID: { status: 401, title: '签名校验未通过。' },
  FORBIDDEN: { status: 403, title: '您没有办理此事项的权限，请联系管理员。' },
  NOT_FOUND: { status: 404, title: '没有找到您要的内容，请返回上一页重试。' },
  METHOD_NOT_ALLOWED: { status: 405, title: '不支持此操作方式。' },
  NOT_YOUR_TURN: { status: 409, title: '现在还没有轮到您家选房，请留意短信通知。' },
  TURN_OVER: { status: 409, title: '您家本次选房时间已结束。可在规定期限内申请继续参与轮候。' },
  HOME_NOT_AVAILABLE: { status: 409, title: '这套房已不可选，请选择其他房源。' },
  ALREADY_PICKED: { status: 409, title: '您家已经选定住房，每户只能选一次。' },
  LANE_NOT_OPEN: { status: 409, title: '本通道尚未开始选房，请留意通知。' },
  LANE_PAUSED: { status: 409, title: '选房已由工作人员暂停，您的剩余时间会保留，请稍候。' },
  LANE_ALREADY_OPEN: { status: 409, title: '本通道已在选房中，无需重复开启。' },
  LANE_NOT_PAUSED: { status: 409, title: '本通道未处于暂停状态，无需恢复。' },
  RANKING_NOT_OFFERED: { status: 409, title: '目前没有开通预先排序代选，请在轮到时自行选房。' },
  NOT_CALLED_UP: { status: 409, title: '您家还没有进入选房家庭库，快轮到时会发短信通知，到时可以看房并排序。' },
  RANKING_EMPTY: { status: 409, title: '还没有给房源排序，请先排序再同意。' },
  CONSENT_WORDING_CHANGED: { status: 409, title: '代选说明已经更新，请重新阅读后再同意。' },
  PUBLICITY_OVER: { status: 409, title: '公示期已结束，不能再提出异议。如有问题请向区级住房保障部门反映。' },
  STATE_MISMATCH: { status: 409, title: '当前状态不能办理此事项，请刷新后查看最新进展。' },
  LAST_HOME_IN_TURN: { status: 409, title: '本通道有家庭正在选房，这是最后一套可选房源，请等这一户选房结束后再办理。' },
  LEASE_TOO_LATE: { status: 409, title: '办理承租手续的期限已过，不能再办理。如有疑问请联系区级住房保障部门。' },
  ORIGINALS_NOT_CHECKED: { status: 409, title: '请先核验申请资料原件，再签订租赁合同。' },
  NO_TENANCY: { status: 409, title: '没有查到正在履行的租赁合同，请核对后再办理。' },
  INSPECTION_NOT_PASSED: { status: 409, title: '双方住房都通过验房后才能签订新合同，请先完成验房。' },
  HOME_EXISTS: { status: 409, title: '这套房已在房源库中，无需重复上报。' },
  TURN_RUNNING: { status: 409, title: '这一户正在选房，请等本次选房结束后再办理。' },
  NUMBER_NOT_WAITING: { status: 409, title: '该轮候顺序号已不在轮候中，不能办理此事项，请刷新后查看最新情况。' },
  NOTHING_MISSED: { status: 409, title: '您家没有错过选房，无需申请继续参与轮候。' },
  CONTINUATION_TOO_LATE: { status: 409, title: '申请继续参与轮候的期限已过，本批次轮候资格已视为放弃。可以重新申请公租房。' },
  CONTINUATION_USED: { status: 409, title: '本批次已经申请过继续参与轮候，不能再次申请。可以重新申请公租房。' },
  REQUEST_ALREADY_OPEN: { status: 409, title: '您家已有一项申请正在审核，请等审核结束，或先撤回后再申请。' },
  OBJECTION_OPEN: { status: 409, title: '该轮候顺序号有公示异议尚未认定，请先答复并认定异议，再办理此事项。' },
  NO_SUBSIDY_RUNNING: { status: 409, title: '该家庭没有正在发放的租赁补贴，请核对后再办理。' },
  ALREADY_DONE: { status: 409, title: '此事项已经办理，无需重复操作。' },
  APPLICATION_CLOSED: { status: 409, title: '此申请已经办结，不能再修改或办理。如仍需要住房保障，请重新申请。' },
  APPLICATION_UNDER_REVIEW: { status: 409, title: '申请正在审核或公示，暂时不能修改。如需修改，请联系受理街道退回补正，或先撤回。' },
  SUPPLEMENT_CHANGES_CASE: { status: 409, title: '您改动了申请人、所属区、街道（乡镇）或申请组别：须从街道初审重新开始并再次公示；更换申请人的，申请时间改为本次提交的时间。请核对，确认这样办理的，同意后再次提交。' },
  REVIEW_OUT_OF_ORDER: { status: 409, title: '此申请当前不在这一审核环节，请刷新后查看最新进度。' },
  PERSON_IN_OPEN_CASE: { status: 409, title: '申请人或家庭成员中有人已在另一户未结束的申请、轮候或租赁中，同一人只能在一户中。请核对家庭成员，或到服务窗口咨询。' },
  PERSON_BARRED: { status: 409, title: '申请人或家庭成员中有人处于限制申请期内，暂时不能申请公租房实物配租，但可以申请租赁补贴。请到服务窗口咨询。' },
  TOO_MANY_DRAFTS: { status: 409, title: '您已有多份未完成的申请草稿，请先完成或撤回其中一份。' },
  TOO_MANY_ATTACHMENTS: { status: 409, title: '附件数量已达上限，请先删除不需要的附件。' },
  REQUEST_IN_CONFLICT: { status: 409, title: '内容已被他人更新，请刷新后重试。' },
  RULE_SET_PUBLISHED: { status: 409, title: '已发布的选房规则不能修改，请另起草稿。' },
  EFFECTIVE_DAY_TOO_SOON: { status: 409, title: '新规则最早从明天零时起生效，须提前一分钟以上发布，且不能早于已发布的规则，请改选生效日期。' },
  CALENDAR_YEAR_MISSING: { status: 409, title: '该期限涉及的年份尚未录入节假日安排，暂时无法计算，请联系管理员录入后重试。' },
  EXPORT_NOT_READY: { status: 409, title: '导出还没有完成，请稍候再下载。' },
  EXPORT_EXPIRED: { status: 410, title: '导出文件已过保存期限，请重新发起导出。' },
  EXPORTS_UNDER_WAY: { status: 429, title: '您有几项导出尚未完成，请等其中一项完成后再发起。' },
  NOT_YET_SEALED: { status: 409, title: '当天的台账要到次日零点后才封存公布，请明天再来核验。' },
  BODY_TOO_LARGE: { status: 413, title: '提交的内容过大，请精简后重试。' },
  FILE_TYPE_REFUSED: { status: 415, title: '只接受 PDF、JPG、PNG 文件，且内容须与类型相符，请重新拍照或导出后上传。' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: '只接受 JSON 格式的内容。' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: '同一请求编号已用于另一项内容，请刷新页面后重试。' },
  HOME_DOES_NOT_SUIT: { status: 422, title: '这套房不符合申请的调整类型，请选择其他预留房源。' },
  FLOOR_NOT_RESERVABLE: { status: 422, title: '只有低楼层或顶层房源可以预留用于房屋调整，请选择其他房源。' },
  GROUP_NOT_SMALLER: { status: 422, title: '只能调整为其他保障组别或更小的居室。需要更大居室的，请先放弃轮候再重新申请。' },
  SIZE_CHANGED: { status: 422, title: '家庭人口与登记的不一致，不能在轮候中调整。人口有变化的，请到服务窗口办理。' },
  HOME_NOT_IN_LANE: { status: 422, title: '这套房不在您家的选房范围内，请选择本通道的房源。' },
  FILE_INFECTED: { status: 422, title: '文件未通过安全检查，没有保存。请换一份文件上传。' },
  RATE_LIMITED: { status: 429, title: '操作太频繁，请稍后再试。' },
  CODE_ATTEMPTS_EXCEEDED: { status: 429, title: '验证码输错次数过多，请重新获取验证码。' },
  INTERNAL: { status: 500, title: '系统出现问题，我们已记录。请稍后重试，您的数据没有改变。' },
  STORE_BUSY: { status: 503, title: '同时办理的人较多，请稍后重试，您的数据没有改变。' },
  UNAVAILABLE: { status: 503, title: '服务正在启动或维护，请稍后重试。' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof errorCatalogue;

/** One field that failed, with a dotted path into the input and a sentence for the person. */
export interface FieldProblem {
  readonly path: string;
  readonly message: string;
}

/** The body of every refusal. `view` carries the current state where the person needs it to go on (Q4). */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly traceId: string;
  readonly fields?: readonly FieldProblem[];
  readonly retryAfterS?: number;
  readonly view?: unknown;
}
