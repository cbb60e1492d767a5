/**
 * What families and staff read by short message. Written for a person of seventy: what happened, what to do,
 * by when, and where to find a helping hand. No text carries a link: a message never acts (S3), and people
 * are told never to tap links that pretend to be ours. No full names (P2).
 *
 * Functions are named after the outbox kinds. Times are printed to the minute, rounded down, so a family is
 * never told a later time than the one that counts.
 */
import { groupLabels, ticketLabel, type Group } from '../../../shared/lane';
import { formatMoment, HOUR_MS, MINUTE_MS, type Day } from '../../../shared/shanghai-time';

export interface SmsWording {
  /** Registered signature, printed as 【赣州住保】. */
  readonly signature: string;
  /** Where families pick, e.g. `“赣州住保”小程序或赣服通`. */
  readonly app: string;
  /** Telephone of the service window; empty when there is none to name. */
  readonly helpPhone: string;
}

export const defaultWording: SmsWording = { signature: '赣州住保', app: '“赣州住保”小程序或赣服通', helpPhone: '' };

/** The ticket a message is about (G1, G2). */
export interface TicketRef {
  readonly group: Group;
  readonly queueNumber: number;
}

/** M1, M2: the last day to ask to go on waiting; null when it cannot be asked; `unstated` while the calendar does not tell (T3). */
export interface AfterMiss {
  readonly continueUntilDay: Day | 'unstated' | null;
}

/** Every step of an application the family is told of (V1); the feature names the same ones. */
export type ApplicationStepName = 'submitted' | 'supplemented' | 'reviewedAnew' | 'startedAnew' | 'firstPublicity' | 'levelTwo' | 'secondPublicity' | 'eligible' | 'sentBack' | 'rejected' | 'objectionUpheld' | 'withdrawn' | 'expired' | 'supplementEndMoved' | 'objectionRaised' | 'objectionDismissed' | 'barred';

/** A1, A2, A4: how a picked home is lost again. */
export type LostCause = 'gaveUpAfterPick' | 'noticeNotDownloaded' | 'leaseNotSigned' | 'documentsRefused' | 'cancelled' | 'districtCancelled' | 'barred' | 'objectionUpheld';

/** 房屋调整 and 换房: what a tenant is told of. */
export type TransferStepName = 'approved' | 'rejected' | 'assigned' | 'unassigned' | 'signed' | 'withdrawn';
export type SwapStepName = 'matched' | 'approved' | 'rejected' | 'withdrawn' | 'inspectionPassed' | 'inspectionFailed' | 'signed';

export type SmsTemplates = ReturnType<typeof createSmsTemplates>;

/** Longest staff-written reason that is repeated to families, in characters. */
const MAX_REASON_CHARACTERS = 20;

/** All texts, in the given wording. Pure: the same input gives the same text. */
export function createSmsTemplates(wording: SmsWording = defaultWording) {
  const sign = (text: string) => `【${wording.signature}】${text}`;
  const help = wording.helpPhone ? `，或拨打${wording.helpPhone}` : '';
  const name = ({ group, queueNumber }: TicketRef) => ticketLabel(group, queueNumber);

  return {
    signInCode: ({ code, validMs }: { code: string; validMs: number }) =>
      sign(`登录验证码${code}，${duration(validMs)}内有效。工作人员不会向您要验证码，请不要告诉别人。`),

    /** Q2 */
    calledUp: (of: TicketRef) =>
      sign(`${name(of)}：您家已进入选房家庭库，快轮到您家选房了。现在可以在${wording.app}查看房源和门牌号，请先和家人商量好。轮到时会再发短信，请保持手机畅通。`),

    /** T5: the deadline is the moment of sending plus the turn's length. */
    turnOpened: (of: TicketRef & { turnMs: number; deadlineMs: number }) =>
      sign(`${name(of)}：轮到您家选房了！请在${duration(of.turnMs)}内（${formatMoment(of.deadlineMs)}前），打开${wording.app}选定一套住房。不方便操作的，可带身份证到服务窗口请工作人员帮忙${help}。`),

    /** Q7: to the staff reviewing low-rent applications; group and number, no name. */
    reviewerTurn: (of: TicketRef & { deadlineMs: number }) =>
      sign(`工作提醒：${name(of)}家庭已轮到选房，截止${formatMoment(of.deadlineMs)}。请留意该家庭是否已知晓，需要时请电话告知并协助选房。`),

    /** Q8: nobody could prove that the family was told, so nothing is lost. */
    turnDeferred: (of: TicketRef & { notBeforeMs: number }) =>
      sign(`${name(of)}：刚才轮到您家选房，但我们没能确认您已收到通知，所以不算您家放弃，顺序号保留。${formatMoment(of.notBeforeMs)}以后会再通知您，请保持手机畅通；换了号码请到服务窗口登记${help}。`),

    /** Q6, M1: `continueUntilDay` is the last day to ask to go on waiting; null when it cannot be asked again (M2). */
    turnMissed: (of: TicketRef & AfterMiss) => sign(`${name(of)}：您家没有在规定时间内选房，这次机会已过。${afterMiss(of.continueUntilDay)}`),

    /** Q5: given up at once by the family itself. */
    turnPassed: (of: TicketRef & AfterMiss) => sign(`${name(of)}：您家已把这次选房机会让给下一户。${afterMiss(of.continueUntilDay)}`),

    /** A1, S4, Q9, Q10 */
    homePicked: (of: TicketRef & { address: string; publicityDays: number; assisted: boolean; ranked: boolean }) =>
      sign(`${name(of)}：您家${of.ranked ? '到截止时间没有自己选房，已按您家事先同意的排序' : of.assisted ? '由窗口工作人员协助，已' : '已'}选定${of.address}。结果将公示${of.publicityDays}天，之后会再通知您。选房回执可在${wording.app}查看。如不是您家的意思，请马上联系服务窗口${help}。`),

    /** Q9: so that nobody is bound by a consent it does not know of. */
    rankingAgreed: (of: TicketRef & { homes: number; assisted: boolean }) =>
      sign(`${name(of)}：您家${of.assisted ? '由窗口协助，' : ''}已给${of.homes}套房排序，并同意到截止时间没有自己选的，按顺序代选。截止前可在${wording.app}撤销。如不是您家的意思，请马上撤销或联系服务窗口${help}。`),

    /** V1: each step of an application. `untilDay`: the last day to hand in a supplement, or of a list. */
    applicationStep: ({ step, receiptNumber, untilDay }: { step: ApplicationStepName; receiptNumber: number; untilDay: Day | null }) =>
      sign(`公租房申请（受理号${receiptNumber}）：${applicationText(step, untilDay)}`),

    /** A1, A2 */
    allocationQualified: (of: TicketRef & { address: string; noticeNumber: string; downloadByDay: Day; leaseByDay: Day }) =>
      sign(`${name(of)}：您家选房合格，${of.address}，配租通知单${of.noticeNumber}。请在${monthAndDay(of.downloadByDay)}24时前打开${wording.app}下载，${monthAndDay(of.leaseByDay)}24时前带齐资料原件签约，逾期视为放弃。`),

    /** A2: reminded once; a late download alone costs nothing. */
    noticeLate: (of: TicketRef & { noticeNumber: string; leaseByDay: Day }) =>
      sign(`${name(of)}：您家的配租通知单（${of.noticeNumber}）还没有下载。请尽快打开${wording.app}下载，${monthAndDay(of.leaseByDay)}24时前须办完承租手续。不方便操作的，请到服务窗口请工作人员帮忙${help}。`),

    /** A1, A2, A4, F1, F3; Q10: given up at a window. */
    allocationLost: (of: TicketRef & { cause: LostCause; assisted: boolean }) => {
      const why = {
        gaveUpAfterPick: `${of.assisted ? '由窗口工作人员协助，' : ''}已放弃选定的住房，计为放弃一批次`, noticeNotDownloaded: '没有在期限内下载配租通知单，按规则计为放弃一批次', leaseNotSigned: '没有在期限内办理承租手续，按规则计为放弃一批次', documentsRefused: '没有按要求提供资料，经区级认定取消配租，计为放弃一批次',
        cancelled: '经区级住房保障部门认定不符合条件，配租已取消', districtCancelled: '的配租已由区级住房保障部门取消，不计为放弃', barred: '有家庭成员被限制申请公租房，配租已取消，不计为放弃', objectionUpheld: '公示异议经核实成立，选房结果不生效',
      }[of.cause];
      return sign(`${name(of)}：您家${why}。如有疑问${of.assisted ? '或不是您家的意思' : ''}，请${of.assisted ? '马上' : ''}到服务窗口咨询${help}。`);
    },

    /** L2, H5; `address` is the home it is to move to, where one is set aside. */
    transferStep: ({ step, address }: { step: TransferStepName; address: string }) => {
      const said = {
        approved: `已通过审核，有合适的预留住房时会再通知您`, rejected: `没有通过审核，原因可在${wording.app}查看，或到服务窗口咨询${help}`, assigned: `已为您家安排${address}，请带身份证到运营单位办理签约${help}`,
        unassigned: `原来安排的住房已取消，会重新安排${help}`, signed: `${address}的租赁合同已签订，原住房请按约定腾退`, withdrawn: `已按您家的要求撤回。如不是您家的意思，请马上联系服务窗口${help}`,
      }[step];
      return sign(`您家的房屋调整申请${said}。`);
    },

    /** V3: a sitting tenant, from papers. */
    tenancyRegistered: ({ address }: { address: string }) => sign(`您家承租的${address}已按租赁合同登记入系统，以后可以在${wording.app}申请房屋调整。如与实际不符，请马上联系运营单位或服务窗口${help}。`),

    /** H2; `address` is the other home of the pair. */
    swapStep: ({ step, address }: { step: SwapStepName; address: string }) => {
      const said = {
        matched: `已登记与${address}换房，等待审核。如不是您家的意思，请马上联系服务窗口${help}`, approved: `换房（${address}）已通过审核，请配合验房和签约`, rejected: `换房（${address}）没有通过审核。如有疑问，请到服务窗口咨询${help}`,
        withdrawn: `换房（${address}）已撤回。如有疑问，请到服务窗口咨询${help}`, inspectionPassed: `现住房已通过换房验房`, inspectionFailed: `现住房没有通过换房验房，整改后可以再验，请联系运营单位${help}`,
        signed: `换房已办结，新住房是${address}`,
      }[step];
      return sign(`您家${said}。`);
    },

    /** W6 */
    allocationReinstated: (of: TicketRef & { address: string; leaseByDay: Day }) =>
      sign(`${name(of)}：您家的配租已恢复，${of.address}仍为您家保留，放弃记录已撤销。请在${monthAndDay(of.leaseByDay)}24时前办完承租手续。`),

    /** A2: to who has not signed some days before the end. */
    leaseDueSoon: (of: TicketRef & { leaseByDay: Day }) =>
      sign(`${name(of)}：您家还没有签订租赁合同。请在${monthAndDay(of.leaseByDay)}24时前带齐资料原件办理，逾期计为放弃一批次。有困难请到服务窗口${help}。`),

    /** T6 */
    leasePeriodMoved: (of: TicketRef & { leaseByDay: Day }) =>
      sign(`${name(of)}：因系统停机，您家的办理期限已顺延，请在${monthAndDay(of.leaseByDay)}24时前办完承租手续。`),

    /** A2: honest about what is missing: perhaps only the entry of a lease that was signed. */
    leasePeriodOver: (of: TicketRef & { entryByDay: Day }) =>
      sign(`${name(of)}：承租期限已过，系统中没有您家的合同。已按时签约的，请在${monthAndDay(of.entryByDay)}24时前请运营单位补录；没有签约的，届时计为放弃一批次。`),

    /** A2 */
    leaseSigned: (of: TicketRef & { contractNumber: string; signedDay: Day }) =>
      sign(`${name(of)}：您家的租赁合同（${of.contractNumber}，${monthAndDay(of.signedDay)}签订）已登记。如不是您家的意思，请马上联系服务窗口${help}。`),

    /** A4: nothing is lost yet, and the clock stands still. */
    doubtRaised: (of: TicketRef & { doubt: 'ineligible' | 'documentsRefused' }) =>
      sign(`${name(of)}：核验时${of.doubt === 'ineligible' ? '对您家是否符合条件有疑问' : '您家没有提供规定的资料'}，已报区级住房保障部门认定。其间不计期限，结果会短信告知。有话要说的，请到服务窗口${help}。`),

    /** A4 */
    doubtCleared: (of: TicketRef & { leaseByDay: Day }) =>
      sign(`${name(of)}：经区级认定，您家可以继续办理。承租期限顺延，请在${monthAndDay(of.leaseByDay)}24时前办完。`),

    /** A1: the home stays theirs meanwhile. */
    objectionRaised: (of: TicketRef) =>
      sign(`${name(of)}：公示期间有人对您家的选房结果提出异议，区级住房保障部门正在核实。其间住房为您家保留，结果会短信告知。`),

    /** G5, M1: somebody objected to a number or to a continuation in publicity; what came of it. */
    numberObjected: (of: TicketRef & { about: 'number' | 'continuation'; outcome: 'raised' | 'dismissed' }) => {
      const what = of.about === 'number' ? '轮候顺序号' : '继续参与轮候的申请';
      return sign(of.outcome === 'raised'
        ? `${name(of)}：公示期间有人对您家的${what}提出异议，区级住房保障部门正在核实，结果会再通知您。异议不成立的，公示期满后照常${of.about === 'number' ? '排队' : '参加下一批次'}。`
        : `${name(of)}：对您家${what}的异议经核实不成立，照常${of.about === 'number' ? '排队' : '参加下一批次'}。`);
    },

    /** To who raised it. */
    objectionAnswered: ({ title, upheld }: { title: string; upheld: boolean }) => sign(`您对“${title}”提出的异议已经核实：${upheld ? '成立' : '不成立'}。答复可在${wording.app}“我的异议”中查看，或到服务窗口咨询${help}。`),

    /** A1 */
    objectionDismissed: (of: TicketRef) => sign(`${name(of)}：对您家选房结果的异议经核实不成立，选房结果有效。`),

    /** L1: a contract that was ended by mistake should not stay so. */
    tenancyEnded: ({ address, endedDay }: { address: string; endedDay: Day }) =>
      sign(`您家承租的${address}已于${monthAndDay(endedDay)}登记腾退，合同终止。如不是您家的意思，请马上联系服务窗口${help}。`),

    /** Q7: to the district's reviewers, once a day. */
    matterWaiting: ({ district }: { district: string }) => sign(`工作提醒：${district}有公示异议或入住疑点等待认定，请登录系统办理。`),

    /** T6 */
    lanePaused: (of: TicketRef & { reason: string }) =>
      sign(`${name(of)}：选房暂停${reason(of.reason)}。您家剩余的选房时间全部保留，恢复后会发短信告诉您新的截止时间，请放心。`),

    /** T6 */
    deadlineMoved: (of: TicketRef & { byMs: number; deadlineMs: number }) =>
      sign(`${name(of)}：因系统暂停，您家的选房时间已顺延${duration(of.byMs)}，新的截止时间是${formatMoment(of.deadlineMs)}。请在此之前打开${wording.app}选房，或到服务窗口请工作人员帮忙${help}。`),

    /** G2, G5 */
    numberGiven: (of: TicketRef & { joinsDay: Day }) =>
      sign(`您家的轮候顺序号是：${name(of)}。正在公示，没有异议的，从${monthAndDay(of.joinsDay)}起开始排队。换了手机号请及时到服务窗口登记${help}。`),

    /** Q8: to both numbers; `other` is the one it was changed to or from, masked. */
    phoneChanged: ({ to, other }: { to: 'old' | 'new'; other: string }) => sign(to === 'old'
      ? `您家登记的联系电话已改为${other}，本号码不再接收您家的住房保障短信，也不能再办理您家的事项。如不是您家的意思，请马上联系服务窗口${help}。`
      : `您家登记的联系电话已由${other}改为本号码。今后的短信都发到本号码，请用本号码登录${wording.app}，核对并确认联系方式。如与您无关，请马上联系服务窗口${help}。`),

    /** M1, T6: the end of the time to ask, where it was moved or was not known before. */
    continuationEnds: (of: TicketRef & { continueUntilDay: Day; moved: boolean }) =>
      sign(`${name(of)}：${of.moved ? '因系统中断，' : ''}您家申请继续参与轮候的期限${of.moved ? '顺延到' : '是'}${monthAndDay(of.continueUntilDay)}24时。想继续轮候的，请在此之前打开${wording.app}提出申请，或到服务窗口请工作人员帮忙${help}。`),

    /** M1 */
    continuationAsked: (of: TicketRef & { joinsDay: Day }) =>
      sign(`${name(of)}：已收到您家继续参与轮候的申请，现在公示。没有异议的，${monthAndDay(of.joinsDay)}重新生成轮候顺序号，原顺序号作废。如不是您家的意思，请马上联系服务窗口${help}。`),

    /** W2, W3 */
    requestDecided: ({ kind, approved }: { kind: 'adjust' | 'toSubsidy' | 'fromSubsidy'; approved: boolean }) => {
      const asked = { adjust: '调整保障组别或居室', toSubsidy: '转为租赁补贴', fromSubsidy: '由租赁补贴转为轮候' }[kind];
      if (!approved) return sign(`您家${asked}的申请没有通过审核。原因可在${wording.app}查看，或到服务窗口咨询${help}。`);
      const next = kind === 'toSubsidy' ? '您家已退出公租房轮候，原顺序号作废' : '明天参加新批次轮候顺序号生成';
      return sign(`您家${asked}的申请已通过审核，${next}。`);
    },

    /** W1, W4, G5, F3 */
    leftQueue: (of: TicketRef & { cause: 'cancelled' | 'gaveUp' | 'objectionUpheld' | 'barred' }) => {
      const why = { cancelled: '经审核不再符合条件，轮候资格已取消', gaveUp: '已按您家的意愿放弃轮候', objectionUpheld: '公示异议经核实成立，顺序号已作废', barred: '因家庭成员被限制申请公租房，顺序号已作废' }[of.cause];
      return sign(`${name(of)}：${why}。如有疑问，请到服务窗口咨询${help}。`);
    },

    /** W4 */
    subsidyStopped: () => sign(`您家的租赁补贴已停止发放。原因可在${wording.app}查看，或到服务窗口咨询${help}。符合条件的，可以重新申请。`),

    /** W1, W4, F3: before there was a number. */
    leftBatch: ({ group, cause }: { group: Group; cause: 'cancelled' | 'gaveUp' | 'barred' }) => {
      const why = { cancelled: '经审核不再符合条件，轮候资格已取消', gaveUp: '已按您家的意愿放弃轮候', barred: '因家庭成员被限制申请公租房，轮候资格已取消' }[cause];
      return sign(`${groupLabels[group]}：您家${why}，不再生成轮候顺序号。如有疑问，请到服务窗口咨询${help}。`);
    },

    /** M2 */
    batchForfeited: (of: TicketRef) => sign(`${name(of)}：您家没有在规定期限内申请继续参与轮候，按规则视为放弃本批次轮候资格。可以重新申请公租房；如有疑问，请到服务窗口咨询${help}。`),

    /** F2, F3: `untilDay` is the last day; null: until lifted. No name: the message goes to the household's number. */
    personBarred: ({ untilDay }: { untilDay: Day | null }) =>
      sign(`您家有家庭成员已被限制申请公租房${untilDay === null ? '' : `，到${untilDay}为止，期满自动解除`}。不影响申请租赁补贴。原因可在${wording.app}查看，或到服务窗口咨询${help}。`),

    /** F3: lifted before its time; `untilDay` as above, where another bar still stands, and null without end. */
    barLifted: ({ rest }: { rest: { untilDay: Day | null } | null }) =>
      sign(`您家家庭成员的一项公租房申请限制已解除，${rest === null ? '现在可以申请公租房' : `但另有限制仍然有效${rest.untilDay === null ? '' : `，到${rest.untilDay}为止`}`}。如有疑问，请到服务窗口咨询${help}。`),

    /** Near its turn, so that the notification reaches the family. */
    confirmContact: (of: TicketRef) =>
      sign(`${name(of)}：快轮到您家选房了。请打开${wording.app}登录，确认这个手机号还在使用；换了号码请马上到服务窗口登记${help}。`),
  };

  function applicationText(step: ApplicationStepName, untilDay: Day | null): string {
    const until = untilDay === null ? '' : monthAndDay(untilDay);
    const look = `可在${wording.app}查看`;
    switch (step) {
      case 'submitted': return `已提交，等待街道（乡镇）初审。进度${look}，每一步都会发短信告诉您。`;
      case 'supplemented': return `补正材料已收到，继续审核，提交时间仍按第一次计算。`;
      case 'reviewedAnew': return `补正材料已收到。您家改动了所属区、街道（乡镇）或申请组别，将重新初审和公示，提交时间仍按第一次计算。进度${look}。`;
      case 'startedAnew': return `补正材料已收到。您家更换了申请人，将重新初审和公示，提交时间按本次计算。进度${look}。如不是您家的意思，请马上联系服务窗口${help}。`;
      case 'firstPublicity': return `已通过街道（乡镇）初审，第一榜公示到${until}，之后由区级复审。`;
      case 'levelTwo': return `第一榜公示已结束，正在区级复审。`;
      case 'secondPublicity': return `已通过区级复审，第二榜公示到${until}，没有异议的将参加次日批次生成轮候顺序号。`;
      case 'eligible': return `审核和公示已全部通过，将自动生成轮候顺序号，请留意短信。`;
      case 'sentBack': return `需要补正材料，请在${until}24时前补好后重新提交，原因${look}，也可到服务窗口请工作人员帮忙${help}。过期未提交的，申请终止，可以重新申请。`;
      case 'supplementEndMoved': return `因系统中断，补正期限顺延到${until}24时，请在此之前补好后重新提交，也可到服务窗口请工作人员帮忙${help}。`;
      case 'rejected': return `审核未通过，原因${look}。如有疑问，请到受理街道或服务窗口咨询${help}。`;
      case 'objectionRaised': return `公示期间有人提出异议，正在核实，结果会再通知您。核实期间不影响您家的提交时间。`;
      case 'objectionDismissed': return `公示期间的异议经核实不成立，继续办理。`;
      case 'objectionUpheld': return `公示期间的异议经核实成立，申请已转区级复审，结果会再通知您。`;
      case 'withdrawn': return `已按您家的要求撤回。以后需要时可以重新申请。如不是您家的意思，请马上联系服务窗口${help}。`;
      case 'barred': return `有家庭成员已被限制申请公租房，申请不能继续，已终止。不影响申请租赁补贴。原因${look}，或到服务窗口咨询${help}。`;
      case 'expired': return `未在规定期限内提交补正材料，申请已终止，可以重新申请。如有困难，请到服务窗口咨询${help}。`;
    }
  }

  function afterMiss(continueUntilDay: AfterMiss['continueUntilDay']): string {
    if (continueUntilDay === 'unstated') return `如果还想继续轮候，请尽快打开${wording.app}提出申请，或到服务窗口请工作人员帮忙${help}。`;
    if (continueUntilDay === null) return `按规则，本批次轮候资格已放弃。如有疑问，请到服务窗口咨询${help}。`;
    return `如果还想继续轮候，请在${monthAndDay(continueUntilDay)}24时前，打开${wording.app}提出申请，或到服务窗口请工作人员帮忙${help}。过期没有申请，视为放弃本批次轮候资格。`;
  }
}

/** 4小时, 1小时30分钟, 5分钟; less than a minute counts as one. */
function duration(ms: number): string {
  const hours = Math.floor(ms / HOUR_MS);
  const minutes = Math.floor((ms % HOUR_MS) / MINUTE_MS);
  if (hours === 0) return `${Math.max(minutes, 1)}分钟`;
  return minutes === 0 ? `${hours}小时` : `${hours}小时${minutes}分钟`;
}

function monthAndDay(day: Day): string {
  return `${Number(day.slice(5, 7))}月${Number(day.slice(8, 10))}日`;
}

/** A reason typed by staff: one line, short, and without anything that could pass for a second signature or a link. */
function reason(text: string): string {
  const line = text.replace(/[\s【】]+/g, ' ').replace(/(https?:\/\/|www\.)\S*/gi, '').trim();
  if (line === '') return '';
  const characters = Array.from(line);
  return `（${characters.length > MAX_REASON_CHARACTERS ? `${characters.slice(0, MAX_REASON_CHARACTERS).join('')}…` : line}）`;
}
