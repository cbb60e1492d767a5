/**
 * 公示 publicities (T2): what is announced to everyone for some days before it takes effect. A feature opens one
 * in its own change and says, per kind, what happens when it is over and when an objection is decided.
 */
import { publicityPeriod } from '../../domain/time/periods';
import type { Kernel } from '../../kernel';
import type { Objection, Publicity } from '../../store/collections';
import type { Work } from '../../store/change';
import type { Tx } from '../../store/port';
import type { Day } from '../../../shared/shanghai-time';

/** What a kind of publicity shows and brings about. */
export interface PublicityKind {
  /** Chinese title of the list, e.g. 轮候顺序号公示. */
  readonly title: string;
  /** Column titles of its lines. */
  readonly columns: readonly string[];
  /** Published lines, masked; `after` is the last line's key of the page before. The key is what an objection names as its subject. */
  lines(tx: Tx, kernel: Kernel, publicity: Publicity, after: string | null, limit: number): Promise<{ key: string; cells: string[] }[]>;
  /** Whether the publicity has this line: an objection is raised against something that is in it. */
  has(tx: Tx, publicity: Publicity, subjectId: string): Promise<boolean>;
  /** Whose district decides objections to a line, where one publicity is about several; otherwise the publicity's own. */
  districtOf?(tx: Tx, subjectId: string): Promise<string>;
  /** Somebody raised an objection, in the same change: whoever it is about may be told. */
  objected?(kernel: Kernel, work: Work, objection: Objection): Promise<void>;
  /**
   * The days are over: bring about what was publicised, for every subject without an open or upheld objection. May
   * use several changes; done again it changes nothing. The publicity is marked over afterwards.
   */
  over(kernel: Kernel, publicity: Publicity): Promise<void>;
  /**
   * An objection was decided, in the same change. Upheld: undo what was publicised, whether the days are over or not.
   * Dismissed after the days were over: bring it about now, if no other objection to the subject is open.
   */
  decided(kernel: Kernel, work: Work, publicity: Publicity, objection: Objection): Promise<void>;
}

export type PublicityKinds = Readonly<Partial<Record<Publicity['kind'], PublicityKind>>>;

export interface NewPublicity {
  readonly kind: Publicity['kind'];
  readonly scopeId: string;
  readonly district: string;
  /** The first day it is seen; counts (T2). */
  readonly firstDay: Day;
  readonly days: number;
}

/** Opens a publicity in the caller's change. Its id follows from kind, scope and first day: opened twice, it is one. */
export async function openPublicity(kernel: Kernel, work: Work, { kind, scopeId, district, firstDay, days }: NewPublicity): Promise<Publicity> {
  const period = publicityPeriod(firstDay, days);
  const id = `publicity-${kind}-${scopeId}-${firstDay}`;
  const existing = await work.tx.publicities.get(id);
  if (existing !== null) return existing;
  return work.tx.publicities.insert({ id, kind, scopeId, district, ...period, state: 'open', overAtMs: null, ruleSetVersion: kernel.rules().version });
}

/** Subjects of a publicity that must wait or have failed: those with an open or upheld objection. */
export async function contestedSubjects(tx: Tx, publicityId: string): Promise<Map<string, 'open' | 'upheld'>> {
  const contested = new Map<string, 'open' | 'upheld'>();
  for await (const objection of tx.objections.iterate({ publicityId, state: { in: ['open', 'upheld'] } })) {
    if (contested.get(objection.subjectId) !== 'upheld') contested.set(objection.subjectId, objection.state as 'open' | 'upheld');
  }
  return contested;
}

/** How one subject of a publicity stands. */
export async function objectionState(tx: Tx, publicityId: string, subjectId: string): Promise<'none' | 'open' | 'upheld'> {
  const found = await tx.objections.find({ publicityId, subjectId, state: { in: ['open', 'upheld'] } });
  return found.some((o) => o.state === 'upheld') ? 'upheld' : found.length > 0 ? 'open' : 'none';
}
