/** A scripted server with a family, its turn and its homes: enough to walk through every page. */
import type { Home, MyPlace } from '@shared/contract/schemas';
import type { ErrorCode } from '@shared/errors';
import { DAY_MS } from '@shared/shanghai-time';
import { buildHealth, buildHomeList, buildLanes, buildLedger, buildMe, buildOnTurn, buildProblem, buildReceipt, buildUnitTable, buildView } from './canned';
import type { Script, ScriptedReply, ScriptedRequest } from './weapp-harness';

/** The world the script plays; tests change it between steps. */
export class World {
  nowMs = Date.now();
  places: MyPlace[] = [buildOnTurn(this.nowMs)];
  homes: Home[] = buildHomeList().homes;
  seq = 40;
  isPaused = false;
  isOffline = false;
  /** What the next pick or pass meets instead of success. */
  next: ErrorCode | 'lostBefore' | 'lostAfter' | null = null;
  /** Idempotency keys of picks the server acted on. */
  readonly acted: string[] = [];
  readonly passes: string[] = [];

  readonly script: Script = (request) => (this.isOffline ? 'lost' : this.answer(request));

  private answer(request: ScriptedRequest): ScriptedReply {
    const ok = (data: unknown, status = 200) => ({ status, data });
    const problem = (code: ErrorCode, extra = {}) => ok(buildProblem(code, extra), buildProblem(code).status);
    const { path } = request;
    if (path === '/healthz') return ok(buildHealth(true, this.nowMs));
    if (path === '/api/lanes') return ok(buildLanes(this.nowMs));
    if (path.endsWith('/live')) return ok(buildView({ serverNowMs: this.nowMs, seq: this.seq, state: this.isPaused ? 'paused' : 'open' }));
    if (path.endsWith('/unit-table')) return ok(buildUnitTable());
    if (path.startsWith('/api/ledger/')) return ok(buildLedger());
    if (path === '/api/sign-in/codes') return ok({ resendAfterS: 60, validForS: 600 }, 202);
    if (path === '/api/sign-in/sessions') return (request.body as { code?: string })?.code === '123456' ? ok({ token: 'token-1', expiresAtMs: this.nowMs + DAY_MS }, 201) : problem('CODE_WRONG');
    if (path === '/api/receipt-checks') return ok({ valid: true, inLedger: true });
    if (request.header.authorization !== 'Bearer token-1') return problem('SESSION_EXPIRED');
    if (path === '/api/me') return ok(buildMe(this.places, this.nowMs));
    if (path.endsWith('/homes')) return ok(buildHomeList({ serverNowMs: this.nowMs, seq: this.seq, homes: this.homes }));
    if (path.endsWith('/receipt')) return this.acted.length > 0 ? ok(buildReceipt(this.homes[0])) : problem('NOT_FOUND');
    if (path.endsWith('/picks') || path.endsWith('/passes')) return this.act(request, ok, problem);
    return problem('NOT_FOUND');
  }

  private act(request: ScriptedRequest, ok: (data: unknown, status?: number) => ScriptedReply, problem: (code: ErrorCode) => ScriptedReply): ScriptedReply {
    const next = this.next;
    this.next = null;
    if (next === 'lostBefore') return 'lost';
    if (next !== null && next !== 'lostAfter') return problem(next);
    const key = request.header['idempotency-key'] ?? '';
    if (request.path.endsWith('/passes')) {
      this.passes.push(key);
      this.places = this.places.map((place) => ({ ...place, state: 'missed', turn: null }));
      return ok({ ticketId: 't23', endedAtMs: this.nowMs, ledger: { stream: 'lane.zhanggong-2', seq: 41, hash: 'ab'.repeat(32) } }, 201);
    }
    const isRepeat = this.acted.includes(key);
    if (!isRepeat && this.acted.length > 0) return problem('ALREADY_PICKED');
    if (!isRepeat) this.acted.push(key);
    const home = this.homes.find((one) => one.id === (request.body as { listingId: string }).listingId)!;
    this.places = this.places.map((place) => ({ ...place, state: 'picked', turn: null }));
    return next === 'lostAfter' ? 'lost' : ok(buildReceipt(home), 201);
  }
}
