/** V1, V3, F2, T2, T3: applications, their reviews and lists, and objections of every kind. */
import { dayNumber, endOfPeriod, midnight } from '../days';
import { justBefore, periods, rankOf, subjectOf, type ApplicationBook, type ApplicationState, type Case, type ObjectionBook, type Shown } from './books';
import type { Entry, Judging } from './judging';

/** From where an entry of a kind may lead, and to where. */
const moves: Readonly<Record<string, readonly (readonly [from: ApplicationState, to: ApplicationState])[]>> = {
  ApplicationSubmitted: [['draft', 'levelOne']],
  ApplicationSupplemented: [['supplementOne', 'levelOne'], ['supplementTwo', 'levelTwo']],
  ApplicationApproved: [['levelOne', 'firstPublicity'], ['levelTwo', 'secondPublicity']],
  ApplicationRejected: [['levelOne', 'rejected'], ['levelTwo', 'rejected']],
  ApplicationSentBack: [['levelOne', 'supplementOne'], ['levelTwo', 'supplementTwo']],
  PublicityPassed: [['firstPublicity', 'levelTwo'], ['secondPublicity', 'eligible']],
  ObjectionUpheld: [['firstPublicity', 'levelTwo'], ['secondPublicity', 'levelTwo']],
  ApplicationWithdrawn: (['draft', 'levelOne', 'supplementOne', 'firstPublicity', 'levelTwo', 'supplementTwo', 'secondPublicity'] as const).map((from) => [from, 'withdrawn'] as const),
  ApplicationBarred: (['levelOne', 'supplementOne', 'firstPublicity', 'levelTwo', 'supplementTwo', 'secondPublicity'] as const).map((from) => [from, 'rejected'] as const),
  ApplicationExpired: (['draft', 'supplementOne', 'supplementTwo'] as const).map((from) => [from, 'expired'] as const),
};

export class ReviewJudge {
  private lastReceipt = 0;

  constructor(private readonly on: Judging) {}

  /** Whether the entry was about an application. */
  judge(entry: Entry): boolean {
    const allowed = moves[entry.type];
    if (allowed === undefined) return entry.type === 'ApplicationBegun';
    const { books, findings } = this.on;
    const { applicationId, before: from, after: to, receiptNumber, priority } = entry.detail as { applicationId: string; before: ApplicationState; after: ApplicationState; receiptNumber: number | null; priority?: { after: string | null } };
    const application = books.applications.get(applicationId);
    if (application === undefined) {
      findings.violate(`V1: ${entry.type} is about an application somebody began: ${applicationId}`);
      return true;
    }
    findings.check(application.state === from && allowed.some(([a, b]) => a === from && b === to), () => `V1: ${entry.type} of ${applicationId} leads from ${application.state}, not from ${from} to ${to}`);
    findings.check(application.receipt === (receiptNumber ?? 0) || entry.type === 'ApplicationSubmitted', () => `V1: ${applicationId} keeps its receipt ${application.receipt}, not ${receiptNumber}`);
    application.state = to;
    this.on.books.openSupplements.delete(application.case);
    // G3: what the reviewers confirmed, not what the family claims.
    if (entry.type === 'ApplicationApproved') application.case.priority = priority?.after ?? null;
    if (application.case.id === '') application.case.id = entry.stream.slice('household.'.length);
    this.become(application, entry, from, receiptNumber ?? 0);
    return true;
  }

  private become(application: ApplicationBook, entry: Entry, from: ApplicationState, receipt: number): void {
    const { books, findings, hearers } = this.on;
    const { atMs } = entry;
    const { id } = application;
    switch (application.state) {
      case 'levelOne':
        if (from === 'draft') this.submitted(application, atMs, receipt);
        findings.check(from === 'draft' || atMs < application.dueMs, () => `T3: ${id} is supplemented before ${application.dueMs}`);
        return hearers.submitted(application);
      case 'supplementOne':
      case 'supplementTwo': {
        Object.assign(application, { sentBackAtMs: atMs, dueMs: endOfPeriod(atMs, periods.supplement) });
        books.counts.sentBack += 1;
        books.openSupplements.add(application.case);
        mustBeSupplemented(this.on, application);
        return hearers.sentBack(application);
      }
      case 'firstPublicity':
        return this.show(application, 'firstReview', atMs);
      case 'secondPublicity':
        return this.show(application, 'secondReview', atMs);
      case 'levelTwo':
        if (entry.type === 'PublicityPassed') this.passed(application, atMs, entry.type);
        if (from === 'supplementTwo') findings.check(atMs < application.dueMs, () => `T3: ${id} is supplemented in time`);
        return hearers.atLevelTwo(application);
      case 'eligible':
        return this.passed(application, atMs, entry.type);
      case 'expired':
        findings.check(from === 'draft' || atMs === application.dueMs, () => `T3: ${id} expires at the end of its time, not at ${atMs}`);
        return this.end(application);
      case 'rejected':
        books.counts.rejections += 1;
        return this.end(application);
      case 'withdrawn':
      case 'draft':
        return this.end(application);
    }
  }

  private submitted(application: ApplicationBook, atMs: number, receipt: number): void {
    const { books, findings } = this.on;
    const { household } = application.case;
    findings.check(receipt > this.lastReceipt, () => `G3: receipt ${receipt} follows ${this.lastReceipt}`);
    this.lastReceipt = receipt;
    Object.assign(application, { submittedAtMs: atMs, receipt, order: books.nextOrder() });
    findings.check(!books.isBarred(household, atMs), () => `F2: nobody barred applies: household ${household.index}`);
    books.counts.applications += 1;
    this.opens(application.case);
    books.cases.set(application.case.id, application.case);
    application.case.isOpen = true;
    application.case.application = application;
  }

  private opens(of: Case): void {
    const { books, findings } = this.on;
    for (const { identity } of of.household.people) {
      const held = books.openCaseOf.get(identity);
      findings.check(held === undefined || held === of, () => `V3: a person of ${of.id} is in the open case ${held?.id}`);
      books.openCaseOf.set(identity, of);
    }
  }

  private show(application: ApplicationBook, kind: 'firstReview' | 'secondReview', atMs: number): void {
    const shown = this.on.books.show(kind, application.case.household.district, dayNumber(atMs), periods.reviewList);
    application.shown = shown;
    application.round += 1;
    const subject = subjectOf(application);
    this.on.duties.add(shown.effectMs, `V1, T2: the ${kind} list of ${application.id} takes effect`, () => application.shown !== shown || !application.state.endsWith('Publicity') || this.on.books.isContested(shown, subject));
  }

  /** T2: not before the list's days were over, and not while somebody objects. */
  private passed(application: ApplicationBook, atMs: number, type: string): void {
    const { books, findings } = this.on;
    const { shown } = application;
    if (shown === null) return findings.violate(`V1: ${application.id} was publicised before ${type}`);
    const subject = subjectOf(application);
    findings.check(atMs >= shown.effectMs, () => `T2: the list of ${application.id} takes effect at ${shown.effectMs}, not at ${atMs}`);
    findings.check(!books.isContested(shown, subject), () => `V1: ${application.id} passes without an objection that is open or upheld`);
    if (application.state !== 'eligible') return;
    const heldUntilMs = Math.max(0, ...books.against(shown, subject).map(({ decidedAtMs }) => decidedAtMs));
    const { tier, bedrooms } = application.case.household;
    const group = `${tier}-${bedrooms}`;
    this.offer(application.case, group, application.case.priority, application.submittedAtMs, application.order, Math.max(justBefore(shown), heldUntilMs));
  }

  private offer(of: Case, group: string, priority: string | null, submittedAtMs: number, order: number, eligibleFromMs: number): void {
    this.on.books.offer({ case: of, group, rank: rankOf(group, priority), submittedAtMs, order, kind: 'new', previous: null }, eligibleFromMs);
    mustBeNumbered(this.on, of);
  }

  private end(application: ApplicationBook): void {
    if (application.submittedAtMs === 0) return;
    this.on.books.close(application.case);
    this.on.hearers.closed(application.case);
  }

  judgeRaised({ detail, atMs }: Entry): void {
    const { books, hearers } = this.on;
    const { objectionId, publicityId, subjectId } = detail as { objectionId: string; publicityId: string; subjectId: string };
    const shown = this.shownOf(publicityId, subjectId);
    this.on.findings.check(shown === null || atMs < shown.effectMs, () => `T2: objections are raised while ${subjectId} is publicised`);
    const objection: ObjectionBook = { id: objectionId, publicityId, subjectId, state: 'open', decidedAtMs: 0 };
    books.raise(objection);
    hearers.objected(objection);
  }

  judgeDecided({ detail, atMs }: Entry): void {
    const { books, findings, duties } = this.on;
    const { objectionId, upheld } = detail as { objectionId: string; upheld: boolean };
    const objection = books.objections.get(objectionId);
    if (objection === undefined || objection.state !== 'open') return findings.violate(`an objection is decided once: ${objectionId} (${objection?.state ?? 'unknown'})`);
    Object.assign(objection, { state: upheld ? 'upheld' : 'dismissed', decidedAtMs: atMs });
    books.counts.upheld += upheld ? 1 : 0;
    const shown = this.shownOf(objection.publicityId, objection.subjectId);
    // Decided after its list's days: what was held up comes about now, or never.
    if (shown !== null && atMs >= shown.effectMs) duties.add(atMs, `T2: ${objection.subjectId} takes effect once nobody objects any more`, () => this.shownOf(objection.publicityId, objection.subjectId) !== shown || books.isContested(shown, objection.subjectId));
    else if (upheld) duties.add(atMs, `an upheld objection undoes ${objection.subjectId}`, () => this.shownOf(objection.publicityId, objection.subjectId) === null);
  }

  /** What is publicised of a subject at present; null when it is not, or not any more. */
  shownOf(publicityId: string, subjectId: string): Shown | null {
    return this.find(publicityId.split('-')[1]!, subjectId);
  }

  private find(kind: string, subjectId: string): Shown | null {
    const { books, city } = this.on;
    switch (kind) {
      case 'firstReview':
      case 'secondReview': {
        const application = books.applications.get(subjectId.replace(/\.\d+$/, ''));
        return application !== undefined && application.state.endsWith('Publicity') && subjectOf(application) === subjectId ? application.shown : null;
      }
      case 'numbers': {
        const ticket = city.tickets.get(subjectId);
        return ticket?.state === 'publicised' ? ticket.shown : null;
      }
      case 'continuation': {
        const miss = city.tickets.get(subjectId)?.case.miss ?? null;
        return miss?.state === 'asked' && miss.ticket.id === subjectId ? miss.shown : null;
      }
      default: {
        const allocation = books.allocations.get(subjectId);
        return allocation?.state === 'publicised' ? allocation.shown : null;
      }
    }
  }
}

/** G4: the day's batch gives it its number, also when nobody was there at midnight. */
export function mustBeNumbered({ books, duties }: Judging, of: Case): void {
  const { candidate } = of;
  if (candidate !== null) duties.add(midnight(candidate.day), `G4: ${of.id} gets its number in the batch of its day`, () => !books.candidates.has(candidate));
}

/** V1, T3: a supplement is handed in, or the application expires. */
export function mustBeSupplemented({ duties }: Judging, application: ApplicationBook): void {
  const { dueMs, id } = application;
  duties.add(dueMs, `V1, T3: ${id} is supplemented or expires`, () => application.dueMs !== dueMs || !application.state.startsWith('supplement'));
}
