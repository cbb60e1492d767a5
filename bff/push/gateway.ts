/**
 * Socket.IO: a public namespace for lanes, a personal one for families. Every change is announced as the
 * lane's full view with its sequence number; who missed one fetches the snapshot. What a socket may hear is
 * decided when it joins a room, on the server.
 */
import type { Server as HttpServer } from 'node:http';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { Server, type Namespace } from 'socket.io';
import type { Clock } from '../../shared/clock';
import { FAMILY_NAMESPACE, LIVE_NAMESPACE, type FamilyServerEvents, type LiveClientEvents, type LiveServerEvents } from '../../shared/live';
import type { LiveBoard } from '../features/live/board';
import { addressOf } from '../http/address';
import { identify } from '../http/callers';
import type { Metrics } from '../http/metrics';
import type { Log } from '../kernel';
import type { Store } from '../store/port';

const MAX_WATCHED = 32;
const LANE_ID = /^[A-Za-z0-9_-]{1,64}$/;
const roomOfLane = (laneId: string) => `lane:${laneId}`;
const roomOfHousehold = (householdId: string) => `household:${householdId}`;
const roomOfSession = (sessionId: string) => `session:${sessionId}`;

export interface PushOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly board: LiveBoard;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly allowedOrigins: readonly string[];
  /** Behind a reverse proxy every socket would count as one address. */
  readonly trustProxy: boolean;
  /** New connections one address may open in ten seconds; a school or a carrier may share one address. */
  readonly connectionsPer10s: number;
  /** With several processes: the adapter through which sockets of the others are reached. */
  readonly adapter?: NonNullable<ConstructorParameters<typeof Server>[1]>['adapter'];
}

export class PushGateway {
  private readonly io: Server;
  private readonly live: Namespace<LiveClientEvents, LiveServerEvents>;
  private readonly family: Namespace<Record<string, never>, FamilyServerEvents>;

  constructor(http: HttpServer, private readonly options: PushOptions) {
    const connections = new RateLimiterMemory({ points: options.connectionsPer10s, duration: 10 });
    this.io = new Server(http, {
      path: '/socket.io', serveClient: false, perMessageDeflate: false, maxHttpBufferSize: 16 * 1024, connectTimeout: 20_000,
      // A client that lost its connection fetches the snapshot: nothing needs to be kept for it here.
      ...(options.adapter === undefined ? {} : { adapter: options.adapter }),
      cors: { origin: [...options.allowedOrigins] },
      allowRequest: (request, decide) => {
        if ((request.url ?? '').includes('sid=')) return decide(null, true);
        connections.consume(addressOf(request, options.trustProxy)).then(() => decide(null, true), () => decide('RATE_LIMITED', false));
      },
    });
    this.live = this.io.of(LIVE_NAMESPACE);
    this.family = this.io.of(FAMILY_NAMESPACE);
    this.serveLive();
    this.serveFamilies();
  }

  private serveLive(): void {
    this.live.on('connection', (socket) => {
      this.options.metrics.sockets.inc({ namespace: LIVE_NAMESPACE });
      socket.on('disconnect', () => this.options.metrics.sockets.dec({ namespace: LIVE_NAMESPACE }));
      socket.on('watch', (laneIds: unknown, answer: unknown) => {
        void this.watch(laneIds, (room) => socket.join(room), () => socket.rooms.size - 1).then(
          (result) => typeof answer === 'function' && (answer as (r: unknown) => void)(result),
          (error: unknown) => this.options.log.error({ err: error }, 'watch failed'),
        );
      });
      socket.on('unwatch', (laneIds: unknown) => {
        for (const laneId of Array.isArray(laneIds) ? laneIds.slice(0, MAX_WATCHED) : []) void socket.leave(roomOfLane(String(laneId)));
      });
    });
  }

  private async watch(laneIds: unknown, join: (room: string) => unknown, joined: () => number) {
    const valid = Array.isArray(laneIds) && laneIds.length > 0 && laneIds.length <= MAX_WATCHED && laneIds.every((id) => typeof id === 'string' && LANE_ID.test(id));
    if (!valid || joined() + laneIds.length > 2 * MAX_WATCHED) return { code: 'VALIDATION_FAILED' };
    // Join first, read second: a change in between is heard twice rather than never, and the older is dropped.
    const views = [];
    for (const laneId of laneIds as string[]) {
      if ((await this.options.board.view(laneId)) === null) return { code: 'NOT_FOUND' };
      await join(roomOfLane(laneId));
      const view = await this.options.board.view(laneId);
      if (view !== null) views.push(view);
    }
    return { views };
  }

  private serveFamilies(): void {
    this.family.use((socket, next) => {
      const token: unknown = socket.handshake.auth['token'];
      identify(this.options.store, this.options.clock, typeof token === 'string' ? token : null)
        .then(async (caller) => {
          if (typeof caller === 'string') return next(refused(caller));
          if (caller.kind !== 'family') return next(refused('FORBIDDEN'));
          const households = await this.options.store.read((tx) => tx.households.find({ phoneIndex: caller.phoneIndex }, { limit: 20 }));
          await socket.join([roomOfSession(caller.sessionId), ...households.map((h) => roomOfHousehold(h.id))]);
          next();
        })
        .catch((error: unknown) => {
          this.options.log.error({ err: error }, 'family socket refused');
          next(refused('INTERNAL'));
        });
    });
    this.family.on('connection', (socket) => {
      this.options.metrics.sockets.inc({ namespace: FAMILY_NAMESPACE });
      socket.on('disconnect', () => this.options.metrics.sockets.dec({ namespace: FAMILY_NAMESPACE }));
    });
  }

  /** Tells watchers of a lane its state after a change, and the households concerned that something is theirs to fetch. */
  async announce(laneId: string, seq: number, concerned: readonly { householdId: string; ticketId: string }[]): Promise<void> {
    this.options.board.changed(laneId);
    const view = await this.options.board.view(laneId);
    if (view !== null) this.live.to(roomOfLane(laneId)).emit('live', view);
    for (const { householdId, ticketId } of concerned) this.family.to(roomOfHousehold(householdId)).emit('place', { ticketId, laneId, seq });
  }

  /** Cuts the sockets of a session that ended. */
  endSession(sessionId: string): void {
    this.family.in(roomOfSession(sessionId)).disconnectSockets(true);
  }

  /** Disconnects every socket and stops the HTTP server they came in by; resolves when its last connection is gone. */
  close(): Promise<void> {
    return new Promise((resolve) => void this.io.close(() => resolve()));
  }
}

function refused(code: string): Error {
  return Object.assign(new Error(code), { data: { code } });
}
