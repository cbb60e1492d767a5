/** What happens in one place, so that every act of every endpoint is possible there for whoever may do it. */
import { listedFields } from '../../../bff/features/applications/submit';
import type { Allocation, Application } from '../../../bff/store/collections';
import { DAY_MS, HOUR_MS } from '../../../shared/shanghai-time';
import { contentOf } from '../applications';
import { MORNING_MS } from '../world';
import { phoneOfPlace, type Seeder } from './place';

const soon = MORNING_MS + 5 * DAY_MS;
const earlier = MORNING_MS - HOUR_MS;

/** Applications at every stage a reviewer has to do with. `index` names people nobody else is. */
export async function seedApplications(s: Seeder, states: readonly Application['state'][]): Promise<void> {
  const { district, street, base } = s.place;
  for (const [at, state] of states.entries()) {
    const isDraft = state === 'draft';
    const householdId = isDraft ? s.id('drafted') : await s.household(state);
    const content = contentOf(base + at, { district, street, phone: phoneOfPlace(s.place) });
    s.secrets.push(content.applicantName!, content.identity!, content.members![0]!.name!, content.members![0]!.identity!, content.address!);
    await s.tx.applications.insert({
      id: s.id(`application-${state}`), state, channel: 'online', externalId: null, externalHash: null, phoneIndex: s.phoneIndex, ...listedFields(s.kernel, content), phoneSealed: s.seal(phoneOfPlace(s.place)), householdId,
      submittedAtMs: isDraft ? null : earlier, receiptNumber: isDraft ? null : base + at, createdAtMs: earlier, stateSinceMs: earlier, dueMs: soon,
      publicityId: state === 'firstPublicity' ? s.id('first') : null, publicityRound: state === 'firstPublicity' ? 1 : 0, objectionUpheldAtMs: null, ruleSetVersion: 1,
    });
  }
}

/** A lane for each class: closed, open with a turn running, paused. */
export async function seedLanes(s: Seeder): Promise<void> {
  const { area, district } = s.place;
  const lane = (bedrooms: number, state: 'closed' | 'open' | 'paused') => ({ id: `${area}-${bedrooms}`, areaCode: area, areaName: district, bedrooms, state, pausedAtMs: state === 'paused' ? earlier : null, openTurnId: state === 'open' ? s.id('turn') : null, calledUpFor: 0 });
  for (const one of [lane(1, 'closed'), lane(2, 'open'), lane(3, 'paused')]) await s.tx.lanes.insert(one);
  await s.tx.communities.insert({ id: s.id('community'), name: `${area}家园`, district, areaCode: area });
  for (const name of ['free', 'other', 'third']) await s.home(name, 'available');
  await s.home('reserved', 'reserved', { floor: 1 });
  await s.home('draft', 'draft');
  await s.home('reported', 'inReview');
  await s.file('reported', 'report', 'district');
  await s.home('vacated', 'inReview');
  await s.file('vacated', 'vacated', 'city');

  const { id: ticketId, householdId, group, queueNumber, laneId } = await s.ticket('onTurn', 'onTurn', { calledUpAtMs: earlier });
  const turn = { laneId, ticketId, householdId, group, queueNumber, openedAtMs: earlier, notifiedAtMs: earlier, movedMs: 0, proof: 'none' as const, proofAtMs: null, ruleSetVersion: 1 };
  await s.tx.turns.insert({ id: s.id('turn'), state: 'open', isOpen: true, deadlineMs: MORNING_MS + 3 * HOUR_MS, endedAtMs: null, ...turn });
  await s.tx.callTasks.insert({ id: s.id('call'), turnId: s.id('turn'), allocationId: null, ticketId, householdId, district, reason: '短信未送达', state: 'open', createdAtMs: earlier, doneAtMs: null, doneBy: '', note: '' });
  const message = { topic: 'sms' as const, kind: 'turnOpened', subjectId: s.id('turn'), recipientSealed: s.seal(phoneOfPlace(s.place)), payload: {}, attempts: 1, createdAtMs: earlier, dueAtMs: earlier, handedAtMs: earlier, settledAtMs: null, claimedBy: '', claimedUntilMs: 0, lastError: '' };
  await s.tx.outbox.insert({ ...message, id: s.id('message-handed'), state: 'handed', gatewayId: s.id('gateway') });
  await s.tx.outbox.insert({ ...message, id: s.id('message-dead'), state: 'dead', gatewayId: '' });
}

/** Families that wait, missed, asked for something, get a subsidy, are barred. */
export async function seedWaiting(s: Seeder): Promise<void> {
  const { district, area, base } = s.place;
  const waiting = await s.ticket('waiting', 'queued');
  // Called up, and agreed to be picked for (Q9).
  const ranked = await s.ticket('ranked', 'queued', { calledUpAtMs: earlier });
  await s.tx.rankings.insert({ id: ranked.id, householdId: ranked.householdId, laneId: ranked.laneId, listingIds: [s.id('home-free')], rankedAtMs: earlier, agreed: { atMs: earlier, wording: 1, assisted: null } });
  const missed = await s.ticket('missed', 'missed');
  const asked = await s.ticket('asked', 'queued');
  const member = (householdId: string) => s.tx.members.get(`${householdId}-1`).then((found) => found!.identityIndex);
  await s.tx.misses.insert({ id: `miss-${missed.id}`, ticketId: missed.id, householdId: missed.householdId, batchDay: '2026-05-01', missedAtMs: earlier, continueUntilMs: MORNING_MS + 2 * DAY_MS, state: 'open', requestedAtMs: null, receiptNumber: null, publicityId: null, ruleSetVersion: 1 });
  await s.tx.waitingRequests.insert({ id: s.id('request'), kind: 'toSubsidy', householdId: asked.householdId, district, ticketId: asked.id, group: null, reasonSealed: s.seal('已在外租房'), receiptNumber: base + 90, state: 'open', requestedAtMs: earlier, decidedAtMs: null, decidedBy: '', answerSealed: s.seal(''), ruleSetVersion: 1 });
  const subsidised = await s.household('subsidised');
  await s.tx.subsidies.insert({ id: s.id('subsidy'), householdId: subsidised, district, state: 'running', fromMs: earlier, endedAtMs: null, endedBy: '', reasonSealed: s.seal('') });
  const candidate = await s.household('numberless');
  await s.tx.batchCandidates.insert({ id: s.id('candidate'), kind: 'new', householdId: candidate, district, laneId: `${area}-2`, group: 'publicRental-2', bedrooms: 2, priorityCategory: null, rank: 1, submittedAtMs: earlier, receiptNumber: base + 91, eligibleFromMs: earlier, state: 'waiting', batchDay: null, ticketId: null, previousTicketId: null });
  await s.tx.contacts.insert({ id: waiting.householdId, district, state: 'asked', askedAtMs: earlier, confirmedAtMs: null });
  await s.tx.creditRecords.insert({ id: s.id('credit'), personId: await member(waiting.householdId), householdId: waiting.householdId, district, textSealed: s.seal('材料不实'), atMs: earlier, byStaffId: 'somebody' });
  const barred = await member(candidate);
  await s.tx.persons.insert({ id: barred, consecutiveForfeits: 0, lastForfeitAtMs: null, barredUntilMs: soon });
  await s.tx.bars.insert({ id: s.id('bar'), personId: barred, householdId: candidate, district, cause: 'blacklist', fromMs: earlier, untilMs: soon, reasonSealed: s.seal('材料不实'), byStaffId: 'somebody', creditRecordId: null, state: 'standing', liftedAtMs: null, liftedBy: '', liftReasonSealed: '', ruleSetVersion: 1 });
}

/** Picks on their way to a lease, and tenants. */
export async function seedHomes(s: Seeder): Promise<void> {
  const { district } = s.place;
  const publicity = { district, scopeId: s.id('scope'), firstDay: '2026-05-31', lastDay: '2026-06-05', takesEffectMs: soon, state: 'open' as const, overAtMs: null, ruleSetVersion: 1 };
  for (const [name, kind] of [['first', 'firstReview'], ['result', 'result']] as const) await s.tx.publicities.insert({ ...publicity, id: s.id(name), kind });
  await allocation(s, 'picked', 'publicised', {});
  const notice = { noticeDay: '2026-05-31', qualifiedAtMs: earlier, downloadByMs: soon, leaseByMs: soon, moveInBatchId: s.id('moveIn') };
  await allocation(s, 'qualified', 'qualified', { ...notice, noticeNumber: `2026-${s.place.base}1` });
  await allocation(s, 'doubted', 'inDoubt', { ...notice, noticeNumber: `2026-${s.place.base}2`, doubt: 'ineligible', doubtSinceMs: earlier });
  await allocation(s, 'lapsed', 'forfeited', { ...notice, noticeNumber: `2026-${s.place.base}3`, endedAtMs: earlier, endCause: 'leaseNotSigned' });
  await s.tx.listings.replace({ ...(await s.tx.listings.get(s.id('home-lapsed')))!, state: 'available' });
  await s.tx.picks.replace({ ...(await s.tx.picks.get(s.id('pick-lapsed')))!, active: false });
  await s.tx.tickets.replace({ ...(await s.tx.tickets.get(s.id('lapsed-ticket')))!, state: 'forfeited' });
  await s.tx.forfeits.insert({ id: `forfeit-${s.id('lapsed')}-2026-05-01`, householdId: s.id('lapsed'), batchDay: '2026-05-01', cause: 'leaseNotSigned', atMs: earlier, personIds: [], memberIds: [s.id('lapsed-1')], reversedAtMs: null, ruleSetVersion: 1 });
  await s.tx.moveInBatches.insert({ id: s.id('moveIn'), communityId: s.id('community'), communityName: '家园', district, day: '2026-05-31' });
  await s.tx.objections.insert({ id: s.id('objection'), publicityId: s.id('result'), subjectId: s.id('allocation-picked'), district, textSealed: s.seal('另有住房'), byPhoneSealed: '', byPhoneIndex: s.phoneIndex, state: 'open', raisedAtMs: earlier, decidedAtMs: null, decidedBy: '', answerSealed: '' });

  // In the order of their ids: the first of a family's tenancies is the one it asks a transfer for.
  for (const name of ['a-tenant', 'b-tenant']) await s.tenant(name);
  for (const state of ['requested', 'reviewed', 'approved'] as const) {
    const { householdId, listingId, tenancyId } = await s.tenant(`${state}-tenant`);
    await s.tx.transfers.insert({ id: s.id(`transfer-${state}`), householdId, tenancyId, fromListingId: listingId, district, kind: 'lowFloor', reasonSealed: s.seal('腿脚不便'), state, isOpen: true, toListingId: null, isAssigned: false, contractNumber: null, requestedAtMs: earlier, changedAtMs: earlier, answer: '' });
  }
  const [one, two] = [await s.tenant('swap-one'), await s.tenant('swap-two')];
  await s.tx.swaps.insert({ id: s.id('swap'), district, firstHouseholdId: one.householdId, firstListingId: one.listingId, secondHouseholdId: two.householdId, secondListingId: two.listingId, wereHandedOver: true, consent: '双方到场签字', state: 'matched', first: 'pending', second: 'pending', inspection: 'pending', inspectedAtMs: null, isSigned: false, signedAtMs: null, matchedAtMs: earlier });
  for (const { householdId } of [one, two]) await s.tx.swapParties.insert({ id: householdId, swapId: s.id('swap') });
}

async function allocation(s: Seeder, name: string, state: Allocation['state'], change: Partial<Allocation>): Promise<void> {
  const ticket = await s.ticket(name, 'picked');
  const listingId = await s.home(name, state === 'publicised' ? 'picked' : 'allocated');
  const { id: ticketId, householdId, laneId, group, tier, queueNumber, batchDay } = ticket;
  const turnId = s.id(`turn-${name}`);
  const pickId = s.id(`pick-${name}`);
  const body = JSON.stringify({ ticketId, listingId, ledger: { stream: `lane.${laneId}`, seq: 1, hash: '' } });
  await s.tx.picks.insert({ id: pickId, laneId, turnId, ticketId, householdId, listingId, pickedAtMs: earlier, active: true, assisted: null, receipt: { body, signature: s.kernel.signer.sign(body), keyId: s.kernel.signer.keyId } });
  await s.tx.allocations.insert({
    id: s.id(`allocation-${name}`), pickId, ticketId, householdId, listingId, laneId, district: s.place.district, homeDistrict: s.place.district, communityId: s.id('community'), group, tier, queueNumber, batchDay,
    state, publicityId: s.id('result'), pickedAtMs: earlier, noticeNumber: null, noticeDay: null, qualifiedAtMs: null, downloadByMs: null, leaseByMs: null, downloadedAtMs: null, isDownloadLate: false, remindedAtMs: null, leaseRemindedAtMs: null, entryByMs: null, telling: 'unproven',
    moveInBatchId: null, originalsCheckedAtMs: null, doubt: null, doubtSinceMs: null, contractNumber: null, endedAtMs: null, endCause: null, nextDueMs: null, ruleSetVersion: 1, ...change,
  });
}
