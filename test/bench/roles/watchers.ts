/** Thousands of clients who watch: real WebSockets speaking engine.io and Socket.IO as the clients of the service do. */
import WebSocket from 'ws';
import type { Offers } from '../processes';
import { RawConnection } from '../raw-http';

/** `bare`: plain WebSockets, no protocol above. */
export interface GatherRequest {
  readonly url: string;
  readonly count: number;
  readonly kind: 'socket.io' | 'bare';
  /** Lanes to watch after joining; none: joining the namespace is all. */
  readonly laneIds: readonly string[];
}

export interface AnnounceRequest {
  readonly url: string;
  readonly route: string;
  readonly token: string;
  readonly body: string;
  /** Only messages that hold this text count. */
  readonly marker: string;
}

const AT_ONCE = 64;
const NAMESPACE = '/live';

let sockets: WebSocket[] = [];
let onNews: ((socket: WebSocket, text: string) => void) | null = null;

export const watchers: Offers = {
  async gather({ url, count, kind, laneIds }: GatherRequest): Promise<void> {
    const target = `${url.replace('http', 'ws')}${kind === 'bare' ? '/' : '/socket.io/?EIO=4&transport=websocket'}`;
    let begun = 0;
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      while (begun < count) {
        begun += 1;
        sockets.push(await (kind === 'bare' ? openBare(target) : openSocketIo(target, laneIds)));
      }
    }));
  },

  /** Sends one request and waits until every client has what it brought about. Milliseconds from sending to the last. */
  async announce({ url, route, token, body, marker }: AnnounceRequest): Promise<{ tookMs: number; text: string }> {
    const connection = await RawConnection.open(url);
    const request = connection.compose('POST', route, { authorization: `Bearer ${token}` }, body);
    const heard = new Set<WebSocket>();
    let text = '';
    const everyone = new Promise<number>((resolve) => {
      onNews = (socket, message) => {
        if (!message.includes(marker)) return;
        text = message;
        if (heard.add(socket).size === sockets.length) resolve(performance.now());
      };
    });
    const sentAt = performance.now();
    const answer = await connection.send(request);
    if (answer.status !== 200) throw new Error(`${route} was answered ${answer.status}: ${answer.body.toString('utf8')}`);
    const lastAt = await everyone;
    onNews = null;
    connection.close();
    return { tookMs: lastAt - sentAt, text };
  },

  leave(): void {
    for (const socket of sockets) socket.terminate();
    sockets = [];
  },
};

function openBare(target: string): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(target, { perMessageDeflate: false });
    socket.on('message', (data: Buffer) => onNews?.(socket, data.toString('latin1')));
    socket.once('open', () => resolve(socket));
    socket.once('error', reject);
  });
}

/** engine.io: `0` open, `2`/`3` ping and pong, `4` message; within it Socket.IO: `0` joined, `2` event, `3` answer. */
function openSocketIo(target: string, laneIds: readonly string[]): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(target, { perMessageDeflate: false });
    socket.once('error', reject);
    socket.on('message', (data: Buffer) => {
      const text = data.toString('latin1');
      if (text === '2') socket.send('3');
      else if (text.startsWith('0')) socket.send(`40${NAMESPACE},`);
      else if (text.startsWith(`40${NAMESPACE}`)) {
        if (laneIds.length === 0) resolve(socket);
        else socket.send(`42${NAMESPACE},0${JSON.stringify(['watch', laneIds])}`);
      } else if (text.startsWith(`43${NAMESPACE}`)) resolve(socket);
      else if (text.startsWith(`44${NAMESPACE}`)) reject(new Error(text));
      else onNews?.(socket, text);
    });
  });
}
