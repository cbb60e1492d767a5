/** wx.connectSocket as WeChat behaves, backed by a real socket. */
import WebSocket from 'ws';

interface ConnectOptions { url: string; protocols?: string[]; header?: Record<string, string>; success?(r: unknown): void; fail?(r: unknown): void }

/** Connects anywhere `redirect` says; message bodies come as text or as a buffer of WeChat's own. */
export function fakeConnectSocket(redirect: (url: string) => string = (url) => url) {
  return (options: ConnectOptions) => {
    const socket = new WebSocket(redirect(options.url), options.protocols ?? [], { headers: options.header });
    socket.binaryType = 'arraybuffer';
    const listeners = { open: [] as (() => void)[], message: [] as ((m: unknown) => void)[], close: [] as ((r: unknown) => void)[], error: [] as ((r: unknown) => void)[] };
    socket.on('open', () => listeners.open.forEach((tell) => tell()));
    socket.on('message', (data, isBinary) => listeners.message.forEach((tell) => tell({ data: isBinary ? data : Buffer.from(data as ArrayBuffer).toString('utf8') })));
    socket.on('close', (code) => listeners.close.forEach((tell) => tell({ code })));
    socket.on('error', (error) => listeners.error.forEach((tell) => tell({ errMsg: error.message })));
    setTimeout(() => options.success?.({ errMsg: 'connectSocket:ok' }), 0);
    return {
      onOpen: (f: () => void) => listeners.open.push(f), onMessage: (f: (m: unknown) => void) => listeners.message.push(f),
      onClose: (f: (r: unknown) => void) => listeners.close.push(f), onError: (f: (r: unknown) => void) => listeners.error.push(f),
      send: ({ data, fail }: { data: string | ArrayBuffer; fail?(r: unknown): void }) => {
        // WeChat refuses anything but text and buffers, typed arrays too.
        if (typeof data !== 'string' && Object.prototype.toString.call(data) !== '[object ArrayBuffer]') return fail?.({ errMsg: 'send:fail parameter error' });
        socket.send(typeof data === 'string' ? data : Buffer.from(data), (error) => { if (error != null) fail?.({ errMsg: error.message }); });
      },
      close: ({ code = 1000 }: { code?: number } = {}) => socket.close(code),
    };
  };
}
