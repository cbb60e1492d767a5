/**
 * engine.io over WeChat's SocketTask. The facade offers only what engine.io's web-socket transport touches.
 *
 * `wx.connectSocket` is called directly: Taro's wrapper hands over the task only after `success`, and an error
 * that comes before that is lost, which leaves a family looking at a stale page.
 */
import { WebSocket as WebSocketTransport } from 'engine.io-client';

interface SocketTask {
  send(options: { data: string | ArrayBuffer; fail?: (reason: unknown) => void }): void;
  close(options: { code?: number }): void;
  onOpen(callback: () => void): void;
  onMessage(callback: (message: { data: string | ArrayBuffer }) => void): void;
  onError(callback: (reason: unknown) => void): void;
  onClose(callback: (reason: unknown) => void): void;
}
interface ConnectOptions {
  url: string;
  header?: Record<string, string>;
  protocols?: string[];
  fail: (reason: unknown) => void;
}
declare const wx: { connectSocket(options: ConnectOptions): SocketTask | undefined };

/** A SocketTask that looks like a browser's WebSocket. */
export class TaskSocket {
  onopen: (() => void) | null = null;
  onclose: ((reason: unknown) => void) | null = null;
  onmessage: ((message: { data: unknown }) => void) | null = null;
  onerror: ((reason: unknown) => void) | null = null;
  binaryType = 'arraybuffer';
  private task: SocketTask | undefined;
  private state: 'connecting' | 'open' | 'ended' = 'connecting';

  constructor(url: string, protocols: string | string[] | undefined, header: Record<string, string> | undefined) {
    // `fail` may be called before connectSocket returns, when nobody has set onerror yet: a microtask later they have.
    const failed = (reason: unknown) => void Promise.resolve().then(() => this.end(reason, true));
    const list = protocols === undefined ? undefined : ([] as string[]).concat(protocols);
    // Some base libraries answer a promise although the documentation says a task.
    Promise.resolve(wx.connectSocket({ url, header, protocols: list, fail: failed })).then((task) => this.adopt(task), failed);
  }

  send(data: string | ArrayBuffer | ArrayBufferView): void {
    const body = ArrayBuffer.isView(data) ? (data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) as ArrayBuffer) : data;
    this.task?.send({ data: body, fail: (reason) => this.end(reason, true) });
  }

  close(): void {
    if (this.state === 'ended') return;
    this.state = 'ended';
    this.closeTask();
  }

  private adopt(task: SocketTask | undefined): void {
    if (task === undefined) return this.end({ errMsg: 'connectSocket: no task' }, true);
    this.task = task;
    if (this.state === 'ended') return this.closeTask();
    task.onOpen(() => {
      if (this.state !== 'connecting') return;
      this.state = 'open';
      this.onopen?.();
    });
    task.onMessage((message) => {
      if (this.state !== 'open') return;
      // Copied, because a buffer from WeChat's own realm fails engine.io's instanceof.
      this.onmessage?.({ data: typeof message.data === 'string' ? message.data : new Uint8Array(new Uint8Array(message.data)).buffer });
    });
    task.onError((reason) => this.end(reason, true));
    task.onClose((reason) => this.end(reason, false));
  }

  private closeTask(): void {
    try {
      this.task?.close({ code: 1000 });
    } catch {
      // Already gone, which is what we wanted.
    }
  }

  private end(reason: unknown, isFailure: boolean): void {
    if (this.state === 'ended') return;
    this.state = 'ended';
    if (isFailure) this.onerror?.(reason);
    else this.onclose?.(reason);
  }
}

/** The transport to give socket.io: `transports: [SocketTaskTransport]`. */
export class SocketTaskTransport extends WebSocketTransport {
  override createSocket(uri: string, protocols: string | string[] | undefined, options: { headers?: Record<string, string> }): TaskSocket {
    return new TaskSocket(uri, protocols, options?.headers);
  }
}
