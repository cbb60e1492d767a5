/** Families that apply, and the clerks who review: acts by their endpoints' names, as the server would call them. */
import { applicationHandlers } from '../../bff/features/applications/handlers';
import { reviewHandlers } from '../../bff/features/applications/staff-handlers';
import { Refusal, type ApiRequest, type Caller, type Handlers } from '../../bff/http/request';
import type { Kernel } from '../../bff/kernel';
import type { ApplicationContent } from '../../shared/contract/application-schemas';
import { phoneOf } from './build';
import { identityNumber } from './workbook-registers';

export const clerk: Caller = { kind: 'staff', sessionId: 's', staffId: 'clerk', role: 'streetClerk', districts: ['章贡区'], streets: ['解放街道'] };
export const reviewer: Caller = { kind: 'staff', sessionId: 's', staffId: 'reviewer', role: 'districtReviewer', districts: ['章贡区'] };
export const cityStaff: Caller = { kind: 'staff', sessionId: 's', staffId: 'city', role: 'city', districts: [] };

export interface Asked {
  readonly params?: Record<string, string>;
  readonly body?: unknown;
  readonly query?: unknown;
  readonly key?: string;
}

/** Calls an endpoint's handler; a refusal comes back as its code. */
export async function call<T = Record<string, unknown>>(handlers: Handlers, name: string, caller: Caller, { params = {}, body, query = {}, key = 'a-request' }: Asked = {}): Promise<T> {
  const request = { caller, params, body, query, idempotencyKey: key, address: '127.0.0.1', traceId: '', rawBody: '', headers: {} } as unknown as ApiRequest<never>;
  return (await (handlers as Record<string, (request: ApiRequest<never>) => Promise<unknown>>)[name]!(request)) as T;
}

export const isRefusal = (answer: unknown): answer is Refusal => answer instanceof Refusal;

/** The family whose phone is `phoneOf(index)`. */
export function family(kernel: Pick<Kernel, 'crypto'>, index: number): Caller {
  return { kind: 'family', sessionId: `s${index}`, phoneIndex: kernel.crypto.blindIndex('phone', phoneOf(index)) };
}

/** What family `index` fills in: two people nobody else is. */
export function contentOf(index: number, overrides: Partial<ApplicationContent> = {}): ApplicationContent {
  return {
    applicantName: '苏小雨', identity: identityNumber(10_000 + index * 10), phone: phoneOf(index), members: [{ name: '苏大海', identity: identityNumber(10_001 + index * 10), relation: '配偶' }],
    district: '章贡区', street: '解放街道', address: '解放路1号', tier: 'publicRental', bedrooms: 2, priorityCategory: null, ...overrides,
  };
}

export function applicants(kernel: Kernel) {
  const handlers: Handlers = { ...applicationHandlers(kernel), ...reviewHandlers(kernel) };
  const ask = <T = Record<string, unknown>>(name: string, caller: Caller, asked: Asked = {}) => call<T>(handlers, name, caller, asked);
  return {
    handlers, ask,
    /** A draft filled in whole; gives its id and version. */
    async draft(index: number, overrides: Partial<ApplicationContent> = {}): Promise<{ id: string; version: number }> {
      const begun = await ask<{ id: string; version: number }>('createApplication', family(kernel, index), { body: {}, key: `new-${index}-${kernel.chance.bytes(4).toString('hex')}` });
      return ask<{ id: string; version: number }>('saveDraft', family(kernel, index), { params: { applicationId: begun.id }, body: { version: begun.version, content: contentOf(index, overrides) } });
    },
    async submit(index: number, overrides: Partial<ApplicationContent> = {}): Promise<{ id: string; version: number; receiptNumber: number }> {
      const { id, version } = await this.draft(index, overrides);
      return ask('submitApplication', family(kernel, index), { params: { applicationId: id }, body: { version, confirm: true }, key: `submit-${id}` });
    },
    /** Confirms what the family claims, unless told otherwise. */
    async review(by: Caller, id: string, level: 1 | 2, outcome: 'approve' | 'reject' | 'sendBack' = 'approve', version?: number, priorityCategory?: string | null) {
      const seen = (await kernel.store.read((tx) => tx.applications.get(id)))!;
      const stated = outcome === 'approve' && (level === 1 || priorityCategory !== undefined) ? { priorityCategory: priorityCategory === undefined ? seen.priorityClaimed : priorityCategory } : {};
      return ask('reviewApplication', by, { params: { applicationId: id }, body: { version: version ?? seen.version, level, outcome, reasons: '材料不齐，请补收入证明', ...stated } });
    },
  };
}
