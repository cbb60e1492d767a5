/**
 * What families and staff read by short message. Written for a person of seventy: what happened, what to do,
 * by when, and where to find a helping hand. No text carries a link: a message never acts (S3), and people
 * are told never to tap links that pretend to be ours. No full names (P2).
 *
 * Functions are named after the outbox kinds. Times are printed to the minute, rounded down, so a family is
 * never told a later time than the one that counts.
 */
import { ticketLabel, type Group } from '../../../shared/lane';
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
    turnMissed: (of: TicketRef & { continueUntilDay: Day | null }) => sign(`${name(of)}：您家没有在规定时间内选房，这次机会已过。${afterMiss(of.continueUntilDay)}`),

    /** Q5: given up at once by the family itself. */
    turnPassed: (of: TicketRef & { continueUntilDay: Day | null }) => sign(`${name(of)}：您家已把这次选房机会让给下一户。${afterMiss(of.continueUntilDay)}`),

    /** A1, S4, Q10 */
    homePicked: (of: TicketRef & { address: string; publicityDays: number; assisted: boolean }) =>
      sign(`${name(of)}：您家${of.assisted ? '由窗口工作人员协助，' : ''}已选定${of.address}。结果将公示${of.publicityDays}天，之后会再通知您。选房回执可在${wording.app}查看。如不是您家的意思，请马上联系服务窗口${help}。`),

    /** T6 */
    lanePaused: (of: TicketRef & { reason: string }) =>
      sign(`${name(of)}：选房暂停${reason(of.reason)}。您家剩余的选房时间全部保留，恢复后会发短信告诉您新的截止时间，请放心。`),

    /** T6 */
    deadlineMoved: (of: TicketRef & { byMs: number; deadlineMs: number }) =>
      sign(`${name(of)}：因系统暂停，您家的选房时间已顺延${duration(of.byMs)}，新的截止时间是${formatMoment(of.deadlineMs)}。请在此之前打开${wording.app}选房，或到服务窗口请工作人员帮忙${help}。`),
  };

  function afterMiss(continueUntilDay: Day | null): string {
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
