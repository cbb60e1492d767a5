/** V1–V3, F2: families apply, hand in supplements, withdraw; clerks and districts review. */
import { Refusal } from '../../../bff/http/request';
import { MINUTE } from '../city';
import { DAY, endOfPeriod } from '../days';
import { allOf } from '../world';
import type { Acts } from './acts';
import { periods, type ApplicationBook, type Books } from './books';
import { districtNames, type Household } from './people';

interface Begun {
  readonly book: ApplicationBook;
  version: number;
  isSaved: boolean;
}

export class Applying {
  private drafts = 0;

  constructor(private readonly acts: Acts, private readonly books: Books) {}

  /** A family sits down to apply. */
  applies(household: Household): Promise<void> {
    this.drafts += 1;
    return this.goesOn(household, `draft-${this.drafts}`, null);
  }

  private async goesOn(household: Household, name: string, begun: Begun | null): Promise<void> {
    const { acts } = this;
    const { chance } = acts;
    let current = begun;
    const isAbandoned = begun === null && !household.isPrompt && chance.happens(0.04);
    const isIncomplete = begun === null && !household.isPrompt && chance.happens(0.1);
    await acts.sitting(`household ${household.index} applies`, async () => {
      const by = acts.family(household);
      current ??= await this.begins(household, name);
      if (current === null) return acts;
      if (!current.isSaved) {
        if (isIncomplete) await this.saves(current, household, { ...contentOf(household), identity: household.people[0]!.identity.slice(0, 17), street: '' });
        if (isIncomplete) await acts.ask('submitApplication', by, { params: { applicationId: current.book.id }, body: { version: current.version, confirm: true }, key: `${name}-early` }, 'VALIDATION_FAILED');
        await this.saves(current, household, contentOf(household));
        current.isSaved = true;
      }
      if (isAbandoned) return current;
      if (chance.happens(0.05)) await acts.ask('submitApplication', by, { params: { applicationId: current.book.id }, body: { version: current.version - 1, confirm: true }, key: `${name}-stale` }, current.book.state === 'draft' ? 'REQUEST_IN_CONFLICT' : ['REQUEST_IN_CONFLICT', 'APPLICATION_UNDER_REVIEW']);
      await this.submits(current, household, name);
      return current;
    }, () => this.goesOn(household, name, current));
    if (current !== null && (current as Begun).book.state === 'levelOne' && chance.happens(0.03) && !household.isQuitter) acts.in(chance.int(1, 25) * DAY, () => this.withdraws((current as Begun).book));
  }

  /** Null when it has three drafts already. */
  private async begins(household: Household, name: string): Promise<Begun | null> {
    const drafts = [...this.books.applications.values()].filter((one) => one.case.household === household && one.state === 'draft').length;
    const answer = await this.acts.ask<{ id: string; version: number }>('createApplication', this.acts.family(household), { body: {}, key: name }, drafts >= 3 ? 'TOO_MANY_DRAFTS' : 'granted');
    if (answer === null) return null;
    const known = this.books.applications.get(answer.id);
    const book: ApplicationBook = known ?? { id: answer.id, case: this.books.open('', household, null), state: 'draft', submittedAtMs: 0, receipt: 0, order: 0, dueMs: Number.POSITIVE_INFINITY, sentBackAtMs: 0, shown: null, round: 0 };
    this.books.applications.set(answer.id, book);
    return { book, version: answer.version, isSaved: false };
  }

  private async saves(begun: Begun, household: Household, content: object): Promise<void> {
    const { acts } = this;
    const { book } = begun;
    // The answer to the last save may have been lost: the screen is loaded again.
    const version = await acts.versionOf('applications', book.id);
    const saved = await acts.ask<{ version: number }>('saveDraft', acts.family(household), { params: { applicationId: book.id }, body: { version, content } });
    if (saved === null) return;
    begun.version = saved.version;
    const dueMs = (book.dueMs = endOfPeriod(acts.nowMs, periods.draft));
    acts.sim.oracle.duties.add(dueMs, `V1: the draft ${book.id} is not kept for ever`, () => book.state !== 'draft' || book.dueMs !== dueMs);
  }

  /** V3, F2: what the books say of the people who apply. */
  private async submits({ book, version }: Begun, household: Household, name: string): Promise<void> {
    const { acts, books } = this;
    const held = household.people.some(({ identity }) => (books.openCaseOf.get(identity) ?? book.case) !== book.case);
    const expected = book.state !== 'draft' ? 'granted' : held ? 'PERSON_IN_OPEN_CASE' : books.isBarred(household, acts.nowMs) ? 'PERSON_BARRED' : 'granted';
    await acts.ask('submitApplication', acts.family(household), { params: { applicationId: book.id }, body: { version, confirm: true }, key: `${name}-submit` }, expected);
  }

  private async withdraws(book: ApplicationBook): Promise<void> {
    const { acts } = this;
    await acts.sitting(`${book.id} is withdrawn`, async () => {
      const isOpen = !['eligible', 'rejected', 'withdrawn', 'expired'].includes(book.state);
      // A supplement whose time is up expires first.
      const isLate = book.state.startsWith('supplement') && acts.nowMs >= book.dueMs;
      await acts.ask('withdrawApplication', acts.family(book.case.household), { params: { applicationId: book.id }, body: { version: await acts.versionOf('applications', book.id), confirm: true } }, isOpen && !isLate ? 'granted' : 'APPLICATION_CLOSED');
      return book;
    }, () => this.withdraws(book));
  }

  /** Level one waits for its street. */
  submitted(book: ApplicationBook): void {
    this.acts.onDay(1, book.case.household.isPrompt ? 1 : 5, () => this.reviews(book, 1));
  }

  atLevelTwo(book: ApplicationBook): void {
    this.acts.onDay(1, book.case.household.isPrompt ? 1 : 5, () => this.reviews(book, 2));
  }

  /** V1: sent back, the family hands in what was missing, or does not. */
  sentBack(book: ApplicationBook): void {
    const { acts } = this;
    const when = acts.chance.weighted({ soon: 6, edge: 1, late: 1, never: 1 });
    if (when === 'soon') acts.in(acts.chance.int(MINUTE, 20 * DAY), () => this.supplements(book));
    else if (when !== 'never') acts.at(book.dueMs + (when === 'edge' ? acts.chance.int(-1, 0) : acts.chance.int(1, DAY)), () => this.supplements(book));
  }

  private async supplements(book: ApplicationBook): Promise<void> {
    const { acts } = this;
    await acts.sitting(`${book.id} is supplemented`, async () => {
      const { household } = book.case;
      const isWaiting = book.state.startsWith('supplement');
      const held = household.people.some(({ identity }) => (this.books.openCaseOf.get(identity) ?? book.case) !== book.case);
      const isOver = !isWaiting ? ['rejected', 'withdrawn', 'expired', 'eligible'].includes(book.state) : acts.nowMs >= book.dueMs;
      const expected = isOver ? 'APPLICATION_CLOSED' : !isWaiting ? 'APPLICATION_UNDER_REVIEW' : held ? 'PERSON_IN_OPEN_CASE' : this.books.isBarred(household, acts.nowMs) ? 'PERSON_BARRED' : 'granted';
      await acts.ask('submitApplication', acts.family(household), { params: { applicationId: book.id }, body: { version: await acts.versionOf('applications', book.id), confirm: true }, key: `again-${book.id}-${acts.nowMs}` }, expected);
      return book;
    }, () => this.supplements(book));
  }

  /** V1, P1: who may, in order, on the version that was seen. */
  private async reviews(book: ApplicationBook, level: 1 | 2): Promise<void> {
    const { acts } = this;
    const { chance } = acts;
    const { household } = book.case;
    const { district, street } = household;
    const by = level === 1 ? acts.clerk(district, street) : acts.staff('districtReviewer', district);
    const manner = chance.weighted({ plain: 70, twoClerks: 7, stale: 6, wrongLevel: 6, elsewhere: 6, city: 5 });
    const wasObjectedTo = level === 2 && this.books.against({ kind: 'secondReview', firstDay: 0, effectMs: 0 }, `${book.id}.${book.round}`).length > 0;
    const outcome = household.isPrompt ? 'approve' : wasObjectedTo ? chance.weighted({ approve: 5, reject: 5 }) : chance.weighted({ approve: 86, sendBack: 9, reject: 5 });
    const isDoubted = !household.isPrompt && chance.happens(0.08);
    await acts.sitting(`${book.id} is reviewed at level ${level}`, async () => {
      if (book.state !== (level === 1 ? 'levelOne' : 'levelTwo')) return book;
      const params = { applicationId: book.id };
      const seen = await acts.ask<{ version: number }>('getApplication', by, { params });
      const version = seen?.version ?? 0;
      // G3: the clerk confirms the priority that is claimed, or does not; the district may put it right.
      const confirmed = isDoubted ? null : (household.priority?.code ?? null);
      const body = { version, level, outcome, reasons: '材料不齐，请补收入证明', ...(outcome === 'approve' && (level === 1 || isDoubted) ? { priorityCategory: confirmed } : {}) };
      if (manner === 'stale') await acts.ask('reviewApplication', by, { params, body: { ...body, version: version - 1 } }, 'REQUEST_IN_CONFLICT');
      if (manner === 'wrongLevel') {
        const other = level === 1 ? acts.staff('districtReviewer', district) : acts.clerk(district, street);
        await acts.ask('reviewApplication', other, { params, body: { ...body, level: level === 1 ? 2 : 1 } }, 'REVIEW_OUT_OF_ORDER');
        await acts.ask('reviewApplication', other, { params, body }, 'FORBIDDEN');
      }
      if (manner === 'elsewhere') await acts.ask('reviewApplication', acts.staff('districtReviewer', districtNames.find((name) => name !== district)!), { params, body }, 'NOT_FOUND');
      if (manner === 'city') await acts.ask('reviewApplication', acts.city, { params, body }, 'FORBIDDEN');
      if (manner === 'twoClerks') {
        const answers = await allOf([body, { ...body, outcome: 'approve' as const, priorityCategory: confirmed }].map((one) => acts.send('reviewApplication', by, { params, body: one })));
        const refused = answers.filter((answer) => answer instanceof Refusal);
        acts.sim.oracle.check(refused.length === 1 && refused[0] instanceof Refusal && refused[0].code === 'REQUEST_IN_CONFLICT', () => `V1: of two clerks at one case one decides, and ${refused.length} are refused`);
      } else await acts.ask('reviewApplication', by, { params, body });
      return book;
    }, () => this.reviews(book, level));
  }
}

function contentOf({ people, phone, district, street, tier, bedrooms, priority }: Household): object {
  const [applicant, ...members] = people;
  return {
    applicantName: applicant!.name, identity: applicant!.identity, phone, members: members.map(({ name, identity, relation }) => ({ name, identity, relation })),
    district, street, address: '解放路1号', tier, bedrooms, priorityCategory: priority?.code ?? null,
  };
}
