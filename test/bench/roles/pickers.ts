/** Families who pick: every worker drives one lane, family after family, each with its own session and key. */
import type { LanePlan } from '../city';
import type { Offers } from '../processes';
import { RawConnection } from '../raw-http';

export interface PickRequest {
  readonly url: string;
  readonly lanes: readonly LanePlan[];
  /** Which families of each lane pick, in order. */
  readonly from: number;
  readonly to: number;
}

export interface PickResult {
  readonly perSecond: number;
  readonly latenciesMs: readonly number[];
  readonly busy: number;
}

export interface RaceRequest {
  readonly url: string;
  readonly runners: readonly { readonly ticketId: string; readonly token: string }[];
  readonly listingId: string;
}

export interface RaceResult {
  /** Answers by status, or by problem code where there is one. */
  readonly answers: Readonly<Record<string, number>>;
  readonly waitsMs: readonly number[];
}

export const pickers: Offers = {
  async pick({ url, lanes, from, to }: PickRequest): Promise<PickResult> {
    const open = await Promise.all(lanes.map(() => RawConnection.open(url)));
    const latenciesMs: number[] = [];
    const cpuBefore = process.cpuUsage();
    const startedAt = performance.now();
    await Promise.all(lanes.map(async ({ families, homes }, at) => {
      for (let i = from; i < to; i += 1) {
        const request = pickRequest(open[at]!, families[i]!, homes[i]!, `pick-${families[i]!.ticketId}`);
        const sentAt = performance.now();
        const { status, body } = await open[at]!.send(request);
        latenciesMs.push(performance.now() - sentAt);
        if (status !== 201) throw new Error(`a pick was answered ${status}: ${body.toString('utf8').slice(0, 300)}`);
      }
    }));
    const tookMs = performance.now() - startedAt;
    const { user, system } = process.cpuUsage(cpuBefore);
    for (const connection of open) connection.close();
    return { perSecond: (latenciesMs.length / tookMs) * 1000, latenciesMs, busy: (user + system) / 1000 / tookMs };
  },

  /** Everyone on a connection of their own, all at the same instant. */
  async race({ url, runners, listingId }: RaceRequest): Promise<RaceResult> {
    const open = await Promise.all(runners.map(() => RawConnection.open(url)));
    const requests = runners.map((runner, at) => pickRequest(open[at]!, runner, listingId, `race-runner-${at}`));
    const answers: Record<string, number> = {};
    const startedAt = performance.now();
    const waitsMs = await Promise.all(open.map(async (connection, at) => {
      const { status, body } = await connection.send(requests[at]!);
      const waitedMs = performance.now() - startedAt;
      const outcome = (JSON.parse(body.toString('utf8')) as { code?: string }).code ?? String(status);
      answers[outcome] = (answers[outcome] ?? 0) + 1;
      return waitedMs;
    }));
    for (const connection of open) connection.close();
    return { answers, waitsMs };
  },
};

function pickRequest(connection: RawConnection, family: { ticketId: string; token: string }, listingId: string, key: string): Buffer {
  return connection.compose('POST', `/api/me/tickets/${family.ticketId}/picks`, { authorization: `Bearer ${family.token}`, 'idempotency-key': key }, JSON.stringify({ listingId }));
}
