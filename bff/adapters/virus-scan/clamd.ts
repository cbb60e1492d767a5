/** ClamAV's daemon over TCP (`zINSTREAM`): length-prefixed chunks, an empty one, one line of answer. */
import { connect } from 'node:net';
import type { ScanVerdict, VirusScanner } from './virus-scan';

export interface ClamdOptions {
  readonly host: string;
  readonly port: number;
  /** For everything together. */
  readonly timeoutMs?: number;
}

const CHUNK_BYTES = 64 * 1024;
const MAX_ANSWER_BYTES = 4_096;

export function createClamdScanner({ host, port, timeoutMs = 20_000 }: ClamdOptions): VirusScanner {
  return {
    scan: (bytes) => new Promise((resolve) => {
      let answer = '';
      const socket = connect({ host, port });
      const end = (verdict: ScanVerdict) => {
        socket.destroy();
        clearTimeout(timer);
        resolve(verdict);
      };
      const timer = setTimeout(() => end({ kind: 'unavailable', reason: `no answer within ${timeoutMs} ms` }), timeoutMs);
      socket.on('error', (error: NodeJS.ErrnoException) => end({ kind: 'unavailable', reason: error.code ?? 'network error' }));
      socket.on('connect', () => {
        socket.write('zINSTREAM\0');
        for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
          const chunk = bytes.subarray(at, at + CHUNK_BYTES);
          const length = Buffer.alloc(4);
          length.writeUInt32BE(chunk.length);
          socket.write(length);
          socket.write(chunk);
        }
        socket.write(Buffer.alloc(4));
      });
      socket.on('data', (data) => {
        answer += data.toString('latin1');
        if (answer.includes('\0') || answer.length > MAX_ANSWER_BYTES) end(verdictOf(answer));
      });
      socket.on('close', () => end(verdictOf(answer)));
    }),
  };
}

/** Anything but a clear word is no word at all. */
function verdictOf(answer: string): ScanVerdict {
  const line = answer.split('\0')[0]!.trim();
  if (/^stream: OK$/.test(line)) return { kind: 'clean' };
  return / FOUND$/.test(line) ? { kind: 'infected' } : { kind: 'unavailable', reason: 'an answer that is none' };
}
