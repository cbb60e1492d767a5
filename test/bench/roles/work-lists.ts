/** A city with many applications on its clerks' desks: pages of their work lists, and reading as many documents by id. */
import { reviewHandlers } from '../../../bff/features/applications/staff-handlers';
import type { ApiRequest, Caller } from '../../../bff/http/request';
import type { Kernel } from '../../../bff/kernel';
import type { Application } from '../../../bff/store/collections';
import type { NewDoc } from '../../../bff/store/port';
import { DAY_MS } from '../../../shared/shanghai-time';
import { openKernel } from '../city';
import { median, timed } from '../measure';
import type { Offers } from '../processes';

const CHUNK = 1_000;
const PAGE = 40;
const WARM_UP = 30;
const districts = ['章贡区', '赣州经开区', '赣州蓉江新区'] as const;
const streets = ['解放街道', '赣江街道', '南外街道', '东外街道', '水东镇', '水南镇'] as const;
const states = ['levelOne', 'levelTwo', 'levelOne', 'eligible', 'rejected'] as const;
type Answer = { items: unknown[]; nextCursor: string | null };

export const views = {
  street: { who: 'streetClerk', body: {} },
  streetBySubmission: { who: 'streetClerk', body: { sort: 'submitted' } },
  district: { who: 'districtReviewer', body: {} },
  districtOverdue: { who: 'districtReviewer', body: { overdue: true } },
  city: { who: 'city', body: { state: 'levelOne', sort: 'submitted' } },
  name: { who: 'city', body: { state: 'levelOne', name: '苏小雨' } },
} as const;
export type View = keyof typeof views;

export interface Measured {
  readonly pageMs: number;
  readonly readsMs: number;
  readonly items: number;
}

let kernel: Kernel;

export const workLists: Offers = {
  /** Builds the applications; `count` of them, one in five thousand with the name that is searched for. */
  async fill({ dataDir, count }: { dataDir: string; count: number }): Promise<null> {
    kernel = await openKernel(dataDir);
    const { crypto } = kernel;
    const nowMs = kernel.clock.now();
    // The same sealed texts throughout: what is measured is finding and showing them, not sealing.
    const sealed = { applicantSealed: crypto.seal('张大海'), phoneSealed: crypto.seal('19900000001'), contentSealed: crypto.seal(JSON.stringify({ applicantName: '张大海', members: [] })) };
    const names = [crypto.blindIndex('name', '张大海'), crypto.blindIndex('name', '苏小雨')] as const;
    for (let from = 0; from < count; from += CHUNK) {
      await kernel.store.transact(async (tx) => {
        for (let at = from; at < Math.min(from + CHUNK, count); at += 1) {
          // Spread over districts, streets and states without their going in step.
          const submittedAtMs = nowMs - ((at * 7_919) % count) * 20_000;
          const state = states[at % states.length]!;
          const application: NewDoc<Application> = {
            id: idOf(at), state, channel: 'online', externalId: null, externalHash: null, phoneIndex: `phone-${at}`, ...sealed, applicantNameIndex: names[at % 5_000 === 0 ? 1 : 0],
            district: districts[(at >> 3) % 3]!, street: streets[(at >> 5) % 6]!, group: 'publicRental-2', size: 3, priorityClaimed: null, priorityCategory: null, typedSealed: null, householdId: `household-${at}`, submittedAtMs, receiptNumber: at + 1,
            createdAtMs: submittedAtMs, stateSinceMs: submittedAtMs, dueMs: state.startsWith('level') ? submittedAtMs + 15 * DAY_MS : null, publicityId: null, publicityRound: 0, objectionUpheldAtMs: null, ruleSetVersion: 1,
          };
          await tx.applications.insert(application);
        }
      });
    }
    return null;
  },

  /** Page `page` of a view, by the cursor of the page before it, and 50 documents read by id; medians, in turns. */
  async page({ view, page, rounds, count }: { view: View; page: number; rounds: number; count: number }): Promise<Measured> {
    const { who, body } = views[view];
    const caller: Caller = { kind: 'staff', sessionId: 's', staffId: 'bench', role: who, districts: who === 'streetClerk' ? ['章贡区'] : ['章贡区', '赣州经开区'], streets: ['解放街道', '南外街道', '水东镇'] };
    const handlers = reviewHandlers(kernel);
    const ask = (cursor: string | null) => handlers.searchApplications!({ caller, body: { ...body, limit: PAGE, ...(cursor === null ? {} : { cursor }) } } as unknown as ApiRequest<'searchApplications'>) as Promise<Answer>;
    let cursor: string | null = null;
    for (let at = 1; at < page; at += 1) {
      const { nextCursor } = await ask(cursor);
      if (nextCursor === null) break;
      cursor = nextCursor;
    }
    const pages: number[] = [];
    const reads: number[] = [];
    let items = 0;
    // A few for the compiler first: whichever view comes first would pay for all.
    for (let round = -WARM_UP; round < rounds; round += 1) {
      const ids = Array.from({ length: 50 }, (_, at) => idOf(((round + WARM_UP) * 50 + at * 3_989) % count));
      reads.push(await timed(() => kernel.store.read(async (tx) => {
        for (const id of ids) await tx.applications.get(id);
      })));
      pages.push(await timed(async () => {
        items = (await ask(cursor)).items.length;
      }));
    }
    return { pageMs: median(pages.slice(WARM_UP)), readsMs: median(reads.slice(WARM_UP)), items };
  },

  async close(): Promise<null> {
    await kernel.store.close();
    return null;
  },
};

const idOf = (at: number): string => `application-${String(at).padStart(8, '0')}`;
