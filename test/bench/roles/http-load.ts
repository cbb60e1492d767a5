/** Asks for one URL over and over on a number of connections. */
import type { Offers } from '../processes';
import { RawConnection } from '../raw-http';

export interface LoadRequest {
  readonly url: string;
  readonly route: string;
  readonly connections: number;
  readonly forMs: number;
}

export interface LoadResult {
  readonly perSecond: number;
  readonly failures: number;
  /** Share of its time this process was busy: near 1 the load generator would be what is measured. */
  readonly busy: number;
}

export const httpLoad: Offers = {
  async load({ url, route, connections, forMs }: LoadRequest): Promise<LoadResult> {
    const open = await Promise.all(Array.from({ length: connections }, () => RawConnection.open(url)));
    const request = open[0]!.compose('GET', route);
    let answered = 0;
    let failures = 0;
    const cpuBefore = process.cpuUsage();
    const startedAt = performance.now();
    await Promise.all(open.map(async (connection) => {
      while (performance.now() - startedAt < forMs) {
        const { status } = await connection.send(request);
        answered += 1;
        if (status !== 200) failures += 1;
      }
    }));
    const tookMs = performance.now() - startedAt;
    const { user, system } = process.cpuUsage(cpuBefore);
    for (const connection of open) connection.close();
    return { perSecond: (answered / tookMs) * 1000, failures, busy: (user + system) / 1000 / tookMs };
  },
};
