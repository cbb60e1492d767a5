/** GET /metrics for operators (Prometheus). Labels name routes, never people, addresses or URLs. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export class Metrics {
  readonly registry = new Registry();
  readonly requests = new Histogram({
    name: 'http_request_seconds', help: 'Time to answer, by route and status', labelNames: ['route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5], registers: [this.registry],
  });
  readonly sockets = new Gauge({ name: 'sockets_connected', help: 'Connected clients by namespace', labelNames: ['namespace'], registers: [this.registry] });
  readonly refusals = new Counter({ name: 'refusals_total', help: 'Refused requests by problem code', labelNames: ['code'], registers: [this.registry] });
  readonly outbox = new Gauge({ name: 'outbox_messages', help: 'Messages by state', labelNames: ['state'], registers: [this.registry] });
  readonly openTurns = new Gauge({ name: 'turns_open', help: 'Open turns', registers: [this.registry] });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }
}
