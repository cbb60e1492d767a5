/** The documents of the system held against the books: who is in which case, how each stands, what is open, what is running. */
import type { Store } from '../../../bff/store/port';
import type { Oracle } from '../oracle';

export class Audit {
  constructor(private readonly oracle: Oracle, private readonly identityOf: (blindIndex: string) => string | undefined) {}

  async run(store: Store, lookedAtMs: number): Promise<void> {
    await store.read(async (tx) => {
      const { oracle } = this;
      const { books, city } = oracle;
      const check = (holds: boolean, what: () => string) => oracle.check(holds, what);
      for (const stored of await tx.applications.find({})) {
        const known = books.applications.get(stored.id);
        const isSame = known !== undefined ? stored.state === known.state && (stored.submittedAtMs ?? 0) === known.submittedAtMs && (stored.receiptNumber ?? 0) === known.receipt : stored.state === 'draft' || stored.state === 'expired';
        check(isSame, () => `V1: application ${stored.id} is ${known?.state} since its submission at ${known?.submittedAtMs} (${known?.receipt}), not ${stored.state} (${stored.submittedAtMs}, ${stored.receiptNumber})`);
      }
      let open = 0;
      for (const member of await tx.members.find({ caseOpen: true })) {
        open += 1;
        const identity = this.identityOf(member.identityIndex) ?? '';
        check(books.openCaseOf.get(identity)?.id === member.householdId, () => `V3: a person of ${member.householdId} is in the open case ${books.openCaseOf.get(identity)?.id ?? 'none'}`);
      }
      check(open === books.openCaseOf.size, () => `V3: ${books.openCaseOf.size} people are in open cases, not ${open}`);
      for (const person of await tx.persons.find({})) {
        const identity = this.identityOf(person.id) ?? '';
        check(person.consecutiveForfeits === (books.forfeitsInRow.get(identity) ?? 0), () => `F1: ${books.forfeitsInRow.get(identity) ?? 0} batches given up in a row, not ${person.consecutiveForfeits}`);
        const bars = (books.bars.get(identity) ?? []).filter(({ isLifted }) => !isLifted);
        const untilMs = bars.length === 0 ? null : Math.min(8.64e15, Math.max(...bars.map((bar) => bar.untilMs)));
        check(person.barredUntilMs === untilMs, () => `F2, F3: a person is barred until ${untilMs}, not ${person.barredUntilMs}`);
      }
      const allocations = await tx.allocations.find({});
      check(allocations.length === books.allocations.size, () => `A1: ${books.allocations.size} allocations, not ${allocations.length}`);
      const holders = new Map<string, string>();
      for (const stored of allocations) {
        const known = books.allocations.get(stored.id);
        const isSame = known !== undefined && stored.state === known.state && stored.listingId === known.listingId && stored.householdId === known.case.id && (stored.noticeNumber ?? '') === known.noticeNumber && (stored.leaseByMs ?? 0) === known.leaseByMs;
        check(isSame, () => `A1, A2: ${stored.id} is ${known?.state} until ${known?.leaseByMs}, not ${stored.state} until ${stored.leaseByMs}`);
        if (!['publicised', 'qualified', 'inDoubt'].includes(stored.state)) continue;
        check(!holders.has(stored.listingId), () => `L3: home ${stored.listingId} is with ${stored.householdId} alone, not with ${holders.get(stored.listingId)} as well`);
        holders.set(stored.listingId, stored.householdId);
      }
      const tenancies = await tx.tenancies.find({ isRunning: true });
      for (const { listingId, householdId } of tenancies) check(!holders.has(listingId) && city.homes.get(listingId)?.state === 'leased', () => `L3: home ${listingId}, where ${householdId} lives, is nobody else's`);
      check(tenancies.length === books.counts.leases - books.counts.vacated, () => `A2: ${books.counts.leases - books.counts.vacated} leases run, not ${tenancies.length}`);
      const misses = await tx.misses.find({ state: 'open' });
      check(misses.length === books.openMisses.size && misses.every((miss) => books.cases.get(miss.householdId)?.miss?.untilMs === miss.continueUntilMs), () => `M1: ${books.openMisses.size} families may ask to go on, not ${misses.length}`);
      const waiting = await tx.batchCandidates.find({ state: 'waiting' });
      check(waiting.length === books.candidates.size && waiting.every(({ householdId }) => books.cases.get(householdId)?.candidate != null), () => `G4: ${books.candidates.size} households wait for a number, not ${waiting.length}`);
      check((await tx.publicities.count({})) === books.counts.publicities, () => `T2: ${books.counts.publicities} publicities`);
      const late = await tx.publicities.find({ state: 'open', takesEffectMs: { lte: lookedAtMs } }, { limit: 1 });
      check(late.length === 0, () => `T2: ${late[0]?.id} took effect at ${late[0]?.takesEffectMs}`);
      const unpublished = await tx.objections.find({ state: 'open' });
      check(unpublished.length === [...books.objections.values()].filter(({ state }) => state === 'open').length, () => 'T2: open objections are those that were raised and not decided');
    });
  }
}
