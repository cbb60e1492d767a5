/** Ledger entries in plain words. An entry type this client does not know yet is shown by its name, not hidden. */
import type { AnswerOf } from '@shared/contract/routes';
import { formatMoment } from '@shared/shanghai-time';
import { texts } from '@/texts';
import { addressOf, groupName, numberName, spokenLeft } from '@/wording';

type Entry = AnswerOf<'getLedger'>['entries'][number];

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : 0);
const number = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** `公租房二居室组 第 23 号`: from the entry, or from the one that opened its turn. */
function whose(entry: Entry, among: readonly Entry[]): string {
  let named = entry.open;
  if (named.group === undefined) {
    // A turn is named after the position that opened it.
    const openedSeq = Number(text(named.turnId).split('.').pop());
    named = among.find((other) => other.seq === openedSeq)?.open ?? {};
  }
  return named.group === undefined ? texts.ledger.thisFamily : `${groupName(text(named.group))} ${numberName(number(named.queueNumber))}`;
}

function doorIn(open: Entry['open']): string {
  return addressOf({ communityName: text(open.community), building: text(open.building), entrance: text(open.entrance), room: text(open.room) });
}

/** One sentence per entry. */
export function describeEntry(entry: Entry, among: readonly Entry[]): string {
  const { open } = entry;
  const words = texts.ledger.words;
  switch (entry.type) {
    case 'LaneOpened': return words.opened;
    case 'LanePaused': return words.paused;
    case 'LaneResumed': return words.resumed;
    case 'NumbersJoined': return words.joined(number(open.count));
    case 'ListingsImported': return words.listed(number(open.count));
    case 'NumbersLeft': return words.left(lengthOf(open.numbers));
    case 'HomesOffered': return words.offered(lengthOf(open.listingIds));
    case 'HomesRemoved': return words.withdrawn(lengthOf(open.removedListingIds));
    case 'FamiliesCalledUp': return words.calledUp(lengthOf(open.tickets));
    case 'TurnOpened': return words.turnOpened(whose(entry, among));
    case 'TurnNotified': return words.notified(whose(entry, among), formatMoment(number(open.deadlineMs)));
    case 'TurnProven': return words.proven(whose(entry, among));
    case 'DeadlineMoved': return words.moved(whose(entry, among), spokenLeft(number(open.byMs)));
    case 'HomePicked': return (open.ranked === true ? words.pickedByRank : words.picked)(whose(entry, among), doorIn(open));
    case 'TurnPassed': return words.passed(whose(entry, among));
    case 'TurnMissed': return words.missed(whose(entry, among));
    case 'TurnDeferred': return words.deferred(whose(entry, among));
    default: return entry.type;
  }
}
