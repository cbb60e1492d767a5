/** What the judges of a household's life share: the books they keep, where they report, whom they tell. */
import type { City } from '../city';
import type { Findings } from '../findings';
import type { AllocationBook, ApplicationBook, Books, Case, ObjectionBook } from './books';
import type { Duties } from './duties';

/** An entry of the ledger as a judge reads it. */
export interface Entry {
  readonly stream: string;
  readonly seq: number;
  readonly type: string;
  readonly atMs: number;
  readonly open: Readonly<Record<string, unknown>>;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The simulated people hear of what concerns them. */
export interface Hearers {
  submitted(application: ApplicationBook): void;
  atLevelTwo(application: ApplicationBook): void;
  sentBack(application: ApplicationBook): void;
  missed(of: Case): void;
  asked(of: Case): void;
  gotSubsidy(of: Case): void;
  picked(allocation: AllocationBook): void;
  qualified(allocation: AllocationBook): void;
  leased(allocation: AllocationBook): void;
  objected(objection: ObjectionBook): void;
  underReview(listingId: string): void;
  /** Its case is closed: it may apply again. */
  closed(of: Case): void;
}

export interface Judging {
  readonly books: Books;
  readonly city: City;
  readonly duties: Duties;
  readonly findings: Findings;
  readonly hearers: Hearers;
  /** Whose blind index this is. */
  identityOf(blindIndex: string): string | undefined;
  /** System time, the latest there was. */
  nowMs(): number;
}
