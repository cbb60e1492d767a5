/**
 * A keep-alive HTTP/1.1 client that costs next to nothing: one request outstanding a connection, the answer
 * found by its content-length. A heavier client would be what is measured.
 */
import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly body: Buffer;
}

const END_OF_HEAD = Buffer.from('\r\n\r\n');

export class RawConnection {
  private readonly socket: Socket;
  private buffered: Buffer | null = null;
  private bodyAt = 0;
  private end = -1;
  private waiting: { resolve(answer: RawAnswer): void; reject(error: Error): void } | null = null;

  private constructor(host: string, port: number, private readonly hostHeader: string) {
    this.socket = connect({ host, port, noDelay: true });
    this.socket.on('data', (chunk: Buffer) => this.take(chunk));
    this.socket.on('error', (error) => this.fail(error));
    this.socket.on('close', () => this.fail(new Error('the connection was closed')));
  }

  /** Connects to the host of a URL. */
  static async open(url: string): Promise<RawConnection> {
    const { hostname, port, host } = new URL(url);
    const connection = new RawConnection(hostname, Number(port), host);
    await new Promise((resolve, reject) => connection.socket.once('connect', resolve).once('error', reject));
    return connection;
  }

  /** The bytes of a request; made once when it is sent often. */
  compose(method: string, route: string, headers: Readonly<Record<string, string>> = {}, body = ''): Buffer {
    const all = { host: this.hostHeader, ...(body === '' ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }), ...headers };
    return Buffer.from(`${method} ${route} HTTP/1.1\r\n${Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`);
  }

  send(request: Buffer): Promise<RawAnswer> {
    if (this.waiting !== null) throw new Error('one request at a time');
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.socket.write(request);
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private take(chunk: Buffer): void {
    const data = this.buffered === null ? chunk : Buffer.concat([this.buffered, chunk]);
    this.buffered = data;
    if (this.end < 0) {
      const headEnd = data.indexOf(END_OF_HEAD);
      if (headEnd < 0) return;
      const length = /\r\ncontent-length: (\d+)/i.exec(data.toString('latin1', 0, headEnd))?.[1];
      if (length === undefined) return this.fail(new Error('an answer without content-length'));
      this.bodyAt = headEnd + 4;
      this.end = this.bodyAt + Number(length);
    }
    if (data.length < this.end) return;
    const { waiting } = this;
    const answer = { status: Number(data.toString('latin1', 9, 12)), body: data.subarray(this.bodyAt, this.end) };
    this.buffered = null;
    this.end = -1;
    this.waiting = null;
    waiting?.resolve(answer);
  }

  private fail(error: Error): void {
    this.waiting?.reject(error);
    this.waiting = null;
  }
}
