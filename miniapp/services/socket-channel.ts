/**
 * Sockets: `/live` for everybody, `/family` for the signed-in. Imported only by what may carry the library:
 * the selection sub-package in weapp, a lazily loaded chunk in H5.
 */
import { io, type Socket } from 'socket.io-client';
import { FAMILY_NAMESPACE, LIVE_NAMESPACE, type FamilyServerEvents, type LiveClientEvents, type LiveServerEvents } from '@shared/live';
import { isWeb, platform } from '@/platform/platform';
import { SocketTaskTransport } from '@/platform/socket-task-transport';
import type { ChannelEvents, LiveChannel } from './live-feed';

/** The server's limit per `watch`. */
const WATCH_MAX = 32;

function optionsFor(token?: string) {
  const base = platform.apiBase();
  const pathPrefix = base.replace(/^\w+:\/\/[^/]+/, '');
  return {
    origin: base.slice(0, base.length - pathPrefix.length),
    options: {
      path: `${pathPrefix}/socket.io`,
      // No HTTP long polling: while there is no socket, the feed polls snapshots, which says the same.
      transports: isWeb ? ['websocket'] : [SocketTaskTransport as unknown as 'websocket'],
      upgrade: false,
      reconnectionDelay: 500,
      // Everybody loses the socket in the same moment when a server restarts: come back spread out.
      reconnectionDelayMax: 10_000,
      randomizationFactor: 0.7,
      ...(token === undefined ? {} : { auth: { token } }),
    },
  };
}

/** Watches lanes until closed; tells when the connection comes and goes. */
export async function openLiveChannel(laneIds: readonly string[], events: ChannelEvents): Promise<LiveChannel> {
  const { origin, options } = optionsFor();
  const socket: Socket<LiveServerEvents, LiveClientEvents> = io(`${origin}${LIVE_NAMESPACE}`, options);
  socket.on('connect', () => {
    for (let i = 0; i < laneIds.length; i += WATCH_MAX) {
      socket.emit('watch', laneIds.slice(i, i + WATCH_MAX), (answer) => {
        if ('views' in answer) events.up(answer.views);
        else events.down();
      });
    }
  });
  socket.on('live', (view) => events.pushed(view));
  socket.on('disconnect', () => events.down());
  socket.on('connect_error', () => events.down());
  return { close: () => void socket.disconnect() };
}

/** Tells when something about this family changed; what changed is fetched. */
export async function openFamilyChannel(token: string, onPlace: () => void): Promise<LiveChannel> {
  const { origin, options } = optionsFor(token);
  const socket: Socket<FamilyServerEvents> = io(`${origin}${FAMILY_NAMESPACE}`, options);
  socket.on('place', () => onPlace());
  // Reconnected: a notice may have been missed while away.
  socket.on('connect', () => onPlace());
  return { close: () => void socket.disconnect() };
}
