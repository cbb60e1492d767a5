/**
 * Why a family's place changed (W5), in words for everyone: no rule lives here. The server answers with the sentence,
 * so that every client, and the clerk at the window, says the same.
 */
import { formatTime } from './shanghai-time';
import { ticketLabel, type Group } from './lane';

/** What happened, as a client tells it apart. `own…` is the family's own number, `family…` one before it. */
export const timelineKinds = [
  'ownJoined', 'ownCalledUp', 'ownTurnOpened', 'ownDeferred', 'ownPicked', 'ownPassed', 'ownMissed', 'ownLeft',
  'familyPicked', 'familyPassed', 'familyMissed', 'familyDeferred', 'familiesLeft', 'familiesJoinedBefore',
  'laterFamilyCalled', 'laterFamilyDone', 'homesOffered', 'homesRemoved', 'laneOpened', 'lanePaused', 'laneResumed',
] as const;
export type TimelineKind = (typeof timelineKinds)[number];

/** Why families left, as everyone may know it; why they came before: a lowRent family always does (Q1), others by their lower number. */
export type TimelineReason = 'renewed' | 'ended' | 'lowRentFirst' | 'lowerNumber';

export interface TimelineFacts {
  readonly kind: TimelineKind;
  readonly atMs: number;
  /** Families before this one, before and after it happened; null while it was not waiting in the queue. */
  readonly before: number | null;
  readonly after: number | null;
  /** Families or homes it is about. */
  readonly count: number;
  /** Public numbers it is about; of many only the first. */
  readonly numbers: readonly { readonly group: string; readonly queueNumber: number }[];
  readonly reason: TimelineReason | null;
}

/** One sentence or two, as one would say it at the window. */
export function timelineText(item: TimelineFacts): string {
  return sentence(item) + standing(item);
}

function sentence(item: TimelineFacts): string {
  const { count, reason } = item;
  switch (item.kind) {
    case 'ownJoined': return '您家的轮候顺序号开始排队。';
    case 'ownCalledUp': return '您家快轮到了，已经可以看可选房源的地址和房号。';
    case 'ownTurnOpened': return `${formatTime(item.atMs)}轮到您家选房。`;
    case 'ownDeferred': return '没有证据表明通知送到了您家，按规定保留顺序号，下次再通知您家选房。';
    case 'ownPicked': return '您家选定了住房。';
    case 'ownPassed': return '您家把机会让给了下一户。';
    case 'ownMissed': return '到时间您家没有选房，这次机会已经过去。';
    case 'ownLeft': return reason === 'renewed' ? '您家要换新的轮候顺序号，原来的顺序号不再排队。' : '您家的轮候顺序号退出了排队。';
    case 'familyPicked': return `${whose(item)}选定了住房。`;
    case 'familyPassed': return `${whose(item)}把机会让给了下一户。`;
    case 'familyMissed': return `${whose(item)}到时间没有选房。`;
    case 'familyDeferred': return `${whose(item)}没有收到通知，按规定保留顺序号，下次再叫。`;
    case 'familiesLeft': return reason === 'renewed' ? `${whose(item)}换了新的轮候顺序号，原来的不再排队。` : `${whose(item)}退出了排队。`;
    case 'familiesJoinedBefore': return reason === 'lowRentFirst'
      ? `${count} 户廉租住房家庭加入排队。按规定，廉租住房家庭排在公租房家庭之前。`
      : `${count} 户顺序号比您家小的家庭加入排队，排在您家之前。`;
    case 'laterFamilyCalled': return `您家还没到再次通知的时间，先轮到${whose(item)}选房。`;
    case 'laterFamilyDone': return `${whose(item)}这次选房结束了。`;
    case 'homesOffered': return `新增 ${count} 套可选房源。有房可选，选房就接着进行。`;
    case 'homesRemoved': return `${count} 套房源暂时不能选了。`;
    case 'laneOpened': return '本通道开始选房。';
    case 'lanePaused': return '选房暂停，顺序不变。';
    case 'laneResumed': return '选房恢复，顺序不变。';
  }
}

/** How many are before the family now. Nothing where it did not wait, or where the sentence has no bearing on it. */
function standing({ before, after, kind }: TimelineFacts): string {
  if (after === null || (before === after && kind !== 'familyDeferred')) return '';
  const families = after === 0 ? '您家前面没有家庭了' : `您家前面${before === after ? '仍是' : before === null ? '有' : after < before ? '还有' : '变为'} ${after} 户`;
  return `${families}。`;
}

function whose({ numbers, count }: TimelineFacts): string {
  const [first] = numbers;
  if (first === undefined) return `${count} 户家庭`;
  const named = ticketLabel(first.group as Group, first.queueNumber);
  return count > 1 ? `${named}等 ${count} 户` : named;
}
