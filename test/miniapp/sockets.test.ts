/** Sockets through WeChat's SocketTask: the transport itself, and the compiled selection pages using it. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { SocketTaskTransport, TaskSocket } from '@/platform/socket-task-transport';
import { FAMILY_NAMESPACE, LIVE_NAMESPACE } from '@shared/live';
import { DAY_MS } from '@shared/shanghai-time';
import { buildView } from './support/canned';
import { fakeConnectSocket } from './support/fake-socket-task';
import { World } from './support/script';
import { launch } from './support/weapp-harness';

const globals = globalThis as { wx?: unknown };
let httpServer: http.Server;
let server: Server;
let port: number;
beforeEach(async () => {
  httpServer = http.createServer();
  server = new Server(httpServer);
  await new Promise<void>((resolve) => { httpServer.listen(0, '127.0.0.1', resolve); });
  port = (httpServer.address() as AddressInfo).port;
});
afterEach(async () => {
  delete globals.wx;
  await new Promise<void>((resolve) => { void server.close(() => resolve()); });
});

test('text, Chinese and binary go both ways over SocketTask', async () => {
  globals.wx = { connectSocket: fakeConnectSocket() };
  server.on('connection', (socket) => { socket.on('hello', (text: string, bytes: Buffer, answer: (a: string, b: Buffer) => void) => answer(`${text}${bytes.length}`, bytes)); });
  const client = io(`http://127.0.0.1:${port}`, { transports: [SocketTaskTransport as unknown as 'websocket'], forceNew: true });
  const [text, bytes] = await new Promise<[string, ArrayBuffer]>((resolve) => { client.emit('hello', '好', new Uint8Array([1, 2, 3]), (a: string, b: ArrayBuffer) => resolve([a, b])); });
  expect(text).toBe('好3');
  expect([...new Uint8Array(bytes)]).toEqual([1, 2, 3]);
  client.close();
});

test('a failure that comes before connectSocket returns is still heard, once', async () => {
  globals.wx = { connectSocket: ({ fail }: { fail(r: unknown): void }) => { fail({ errMsg: 'connectSocket:fail url not in domain list' }); return undefined; } };
  const socket = new TaskSocket('ws://127.0.0.1:1', undefined, undefined);
  const heard: unknown[] = [];
  socket.onerror = (reason) => heard.push(reason);
  socket.onclose = (reason) => heard.push(reason);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(heard).toHaveLength(1);
});

test('in the compiled package: a home somebody takes leaves the list at once, by socket', async () => {
  const world = new World();
  server.of(LIVE_NAMESPACE).on('connection', (socket) => {
    socket.on('watch', (laneIds: string[], answer: (a: unknown) => void) => answer({ views: laneIds.map((laneId) => buildView({ laneId, seq: world.seq, serverNowMs: world.nowMs })) }));
  });
  const tokens: unknown[] = [];
  server.of(FAMILY_NAMESPACE).on('connection', (socket) => { tokens.push(socket.handshake.auth.token); });
  const storage = new Map<string, unknown>([['session:token', 'token-1'], ['session:expires', String(Date.now() + DAY_MS)]]);
  const phone = launch({ script: world.script, storage, connectSocket: fakeConnectSocket((url) => url.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${port}`)) as never });
  try {
    phone.open('selection/choose/choose?ticket=t23');
    const taken = world.homes[0]!;
    await phone.shown(`home-${taken.id}`);
    await phone.waitFor(() => tokens.length > 0);
    await phone.waitFor(() => server.of(LIVE_NAMESPACE).sockets.size > 0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    world.homes = world.homes.slice(1);
    world.seq += 1;
    server.of(LIVE_NAMESPACE).emit('live', buildView({ seq: world.seq, serverNowMs: world.nowMs + 1 }));
    await phone.waitFor(() => phone.byId(`home-${taken.id}`) === undefined, 1_000);
    await phone.shown('homes-gone');
    expect(tokens).toEqual(['token-1']);
  } finally {
    phone.end();
    server.disconnectSockets(true);
  }
});
