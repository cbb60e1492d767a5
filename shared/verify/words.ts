/** What the verifier's findings are called, in Chinese and English; for screens and for the inspector's command line. */
import type { ChainProblem } from './entry';
import type { LaneProblemKind } from './lane-order';
import type { ProofProblem, SealProblem } from './seal';

interface Words {
  readonly zh: string;
  readonly en: string;
}

export const chainWords: Readonly<Record<ChainProblem['what'], Words>> = {
  missing: { zh: '缺少这一条', en: 'this entry is missing' },
  notChained: { zh: '与前一条不衔接', en: 'it does not follow from the entry before' },
  changed: { zh: '内容与哈希不符，被改过', en: 'its content was changed' },
  otherStream: { zh: '混入了另一条链的记录', en: 'it belongs to another stream' },
};

export const proofWords: Readonly<Record<ProofProblem, Words>> = {
  entryChanged: { zh: '记录内容与其哈希不符，被改过', en: 'the entry was changed' },
  notASeal: { zh: '其中的封存不成立', en: 'its seal is not a seal' },
  notCovered: { zh: '该封存并不包含这条记录', en: 'the seal does not cover this entry' },
  notUnderRoot: { zh: '按路径推不出封存的根，记录不在其中', en: 'the path does not lead to the root of the seal' },
  lastIsNotHead: { zh: '与封存里的链头不符', en: 'it is not the head that the seal names' },
  datedAfterDay: { zh: '日期晚于封存它的那一天', en: 'it is dated after the day of its seal' },
};

export const sealWords: Readonly<Record<SealProblem['what'], Words>> = {
  notASeal: { zh: '内容不成立', en: 'it is not a seal' },
  badSignature: { zh: '签名不对', en: 'its signature is wrong' },
  missing: { zh: '之前缺少封存', en: 'a seal before it is missing' },
  notChained: { zh: '不是接着前一份封存的', en: 'it does not name the seal before' },
  dayOutOfOrder: { zh: '日期不连续', en: 'it is not of the next day' },
  streamWentBack: { zh: '某条链比前一份封存倒退或改变', en: 'a stream went back or was changed' },
  streamVanished: { zh: '前一份封存里的链不见了', en: 'a stream vanished' },
  leftOut: { zh: '有记录没有被任何封存包含', en: 'entries were left out' },
};

export const laneWords: Readonly<Record<LaneProblemKind, Words>> = {
  streamBroken: { zh: '链条断开', en: 'the chain is broken' },
  numberTwice: { zh: '同一顺序号发了两次（G2）', en: 'a number was given twice (G2)' },
  numberSkipped: { zh: '顺序号没有接着发（G2）', en: 'a number was skipped (G2)' },
  numberUnknown: { zh: '进入通道的顺序号没有发放记录', en: 'a number joined that was never given out for this lane' },
  joinedTwice: { zh: '同一顺序号两次进入通道', en: 'a number joined twice' },
  numbersNotNamed: { zh: '没有写明哪些顺序号进入通道', en: 'it does not say which numbers joined' },
  laneNotOpen: { zh: '通道未开启或已暂停（Q3、T6）', en: 'the lane was closed or paused (Q3, T6)' },
  twoTurns: { zh: '前一户尚未结束就轮到下一户（Q3）', en: 'another turn was still open (Q3)' },
  notQueued: { zh: '这一户当时不在排队', en: 'this number was not waiting' },
  tooEarly: { zh: '顺延的家庭提前被叫（Q8）', en: 'a deferred family was called before its time (Q8)' },
  betterClaim: { zh: '有更靠前的家庭被越过（Q1）', en: 'somebody with a better claim was passed over (Q1)' },
  calledUpOutOfOrder: { zh: '入库通知越过了更靠前的家庭（Q2）', en: 'called up over the head of another (Q2)' },
  outsideWindow: { zh: '不在通知时段内开始（T4）', en: 'it began outside the notification window (T4)' },
  noSuchTurn: { zh: '没有这一次轮到', en: 'there is no such turn' },
  notItsTurn: { zh: '不是轮到的那一户', en: 'it is not this family’s turn' },
  turnTooShort: { zh: '选房时间短于规则（T5）', en: 'the turn is shorter than the rule (T5)' },
  deadlineEarlier: { zh: '截止时刻被提前（T6）', en: 'the deadline was moved earlier (T6)' },
  deadlineWrong: { zh: '截止时刻前后不一致', en: 'the deadlines do not add up' },
  pauseNotGivenBack: { zh: '暂停的时间没有补回（T6）', en: 'the time of a pause was not given back (T6)' },
  endedEarly: { zh: '未到截止时刻就判逾期（Q6）', en: 'it expired before its deadline (Q6)' },
  rankedNotOffered: { zh: '当时的选房规则没有预先排序代选，却按排序选定（Q9）', en: 'a home was picked by ranking under rules that do not offer it (Q9)' },
  endedLate: { zh: '截止时刻之后仍被受理（Q4）', en: 'it was accepted after the deadline (Q4)' },
  clockNeverRan: { zh: '从未通知就判逾期（T5）', en: 'it expired although nobody was notified (T5)' },
  forfeitWithoutProof: { zh: '没有送达凭证就判逾期（Q8）', en: 'it was missed without proof of delivery (Q8)' },
  deferredTooOften: { zh: '顺延次数超过规则（Q8）', en: 'deferred more often than the rule allows (Q8)' },
  deferredThoughProven: { zh: '已有送达凭证，却按未送达顺延（Q8）', en: 'deferred although delivery was proven (Q8)' },
  deferredTooLong: { zh: '顺延过久，下一个通知时段已到仍不叫号，其他家庭先轮到（Q8）', en: 'deferred beyond the next window while others were served (Q8)' },
  homeNotOfLane: { zh: '所选住房不在本通道房源中（Q4）', en: 'the home is not one of this lane (Q4)' },
  homeTaken: { zh: '同一套房被选两次（Q4）', en: 'the home was picked twice (Q4)' },
  rulesUnknown: { zh: '没有这一版选房规则，时长未核对', en: 'this version of the rules is not known' },
  unreadable: { zh: '记录读不懂', en: 'the entry cannot be read' },
};
