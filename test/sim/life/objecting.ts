/** T2: the public reads what is publicised, and objects; districts answer. */
import { MINUTE } from '../city';
import { DAY, dateOf } from '../days';
import type { Acts } from './acts';
import type { ObjectionBook, Shown } from './books';
import { districtNames, type Household } from './people';

interface Summary {
  readonly id: string;
  readonly kind: string;
  readonly firstDay: string;
  readonly takesEffectMs: number;
}

export class Objecting {
  constructor(private readonly acts: Acts, private readonly of: {
    shownOf(publicityId: string, subjectId: string): Shown | null;
    householdOf(subjectId: string): Household | undefined;
    anybody(): Household;
  }) {}

  /** Somebody reads a list, and objects to a line of it, in its days or at the very end of them. */
  async reads(): Promise<void> {
    const { acts } = this;
    const { chance } = acts;
    const kind = chance.of(['firstReview', 'secondReview', 'numbers', 'continuation', 'result'] as const);
    const by = acts.family(this.of.anybody());
    const found: { publicity: Summary | null; subjectId: string } = { publicity: null, subjectId: '' };
    await acts.sitting('somebody reads what is publicised', async () => {
      const list = await acts.ask<{ publicities: Summary[] }>('listPublicities', { kind: 'public' }, { query: { kind } });
      if (list === null || list.publicities.length === 0) return found;
      const publicity = chance.of(list.publicities);
      const page = await acts.ask<{ lines: { key: string }[] }>('getPublicity', { kind: 'public' }, { params: { publicityId: publicity.id } });
      if (page === null || page.lines.length === 0) return found;
      Object.assign(found, { publicity, subjectId: chance.of(page.lines).key });
      const shown = this.of.shownOf(publicity.id, found.subjectId);
      acts.sim.oracle.check(shown === null || (shown.effectMs === publicity.takesEffectMs && dateOf(shown.firstDay) === publicity.firstDay), () => `T2: ${publicity.id} runs from ${shown && dateOf(shown.firstDay)} until ${shown?.effectMs}, not from ${publicity.firstDay} until ${publicity.takesEffectMs}`);
      return found;
    }, () => Promise.resolve());
    const { publicity, subjectId } = found;
    if (publicity === null) return;
    const raise = () => this.raises(by, publicity, subjectId);
    if (chance.happens(0.2)) acts.at(publicity.takesEffectMs + chance.int(-1, 1), raise);
    else acts.in(chance.int(MINUTE, 60 * MINUTE), raise);
  }

  private async raises(by: Parameters<Acts['ask']>[1], publicity: Summary, subjectId: string): Promise<void> {
    const { acts } = this;
    const body = { subjectId, text: '该家庭名下另有住房' };
    await acts.sitting(`objection to ${subjectId}`, async () => {
      const expected = acts.nowMs >= publicity.takesEffectMs ? ['PUBLICITY_OVER', 'NOT_FOUND'] : this.of.shownOf(publicity.id, subjectId) === null ? ['granted', 'NOT_FOUND'] : 'granted';
      const raised = await acts.ask('raiseObjection', by, { params: { publicityId: publicity.id }, body }, expected);
      if (raised !== null && acts.chance.happens(0.1)) await acts.ask('raiseObjection', by, { params: { publicityId: publicity.id }, body }, 'ALREADY_DONE');
      return body;
    }, () => Promise.resolve());
  }

  /** Answered by the district of the household, in the list's days or after them. */
  objected(objection: ObjectionBook): void {
    this.acts.in(this.acts.chance.int(60 * MINUTE, 9 * DAY), () => this.decides(objection));
  }

  private async decides(objection: ObjectionBook): Promise<void> {
    const { acts } = this;
    const { chance } = acts;
    const household = this.of.householdOf(objection.subjectId);
    if (household === undefined) return;
    const upheld = !household.isQuitter && chance.happens(0.4);
    const params = { objectionId: objection.id };
    const body = { version: 1, upheld, answer: upheld ? '经查属实' : '经查不属实' };
    await acts.sitting(`objection ${objection.id} is decided`, async () => {
      if (objection.state !== 'open') return objection;
      const by = acts.staff('districtReviewer', household.district);
      if (chance.happens(0.1)) await acts.ask('decideObjection', acts.staff('districtReviewer', districtNames.find((name) => name !== household.district)!), { params, body }, 'NOT_FOUND');
      if (chance.happens(0.1)) await acts.ask('decideObjection', by, { params, body: { ...body, version: 0 } }, 'REQUEST_IN_CONFLICT');
      await acts.ask('decideObjection', by, { params, body });
      if (chance.happens(0.1)) await acts.ask('decideObjection', by, { params, body: { ...body, version: 2 } }, 'ALREADY_DONE');
      return objection;
    }, () => this.decides(objection));
  }
}
