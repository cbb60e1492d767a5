/** 社会救助一件事, played on this machine: sends signed applications, takes signed reports, fails when told to. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../../shared/clock';
import { callApi, type ApiAnswer } from '../call-api';
import { exchangeHeaders, isSignedNow, signatureHeaders } from '../sms/message-signature';
import type { CaseReport } from './social-assistance';

const MAX_BODY_BYTES = 64 * 1024;

export interface SimulatorOptions {
  /** Our reports are signed with it. */
  readonly appKey: string;
  /** What the simulator sends is signed with it. */
  readonly callbackKey: string;
  readonly clock: Clock;
  readonly port?: number;
}

export interface SocialAssistanceSimulator {
  readonly url: string;
  /** Reports taken, each once, in the order they came. */
  readonly reports: readonly CaseReport[];
  /** Answers the next reports with this status instead of taking them; null: takes them again. */
  failWith(status: number | null): void;
  /** Sends an application to `url` as the partner would. */
  send(url: string, application: unknown): Promise<ApiAnswer>;
  close(): Promise<void>;
}

export async function startSocialAssistanceSimulator({ appKey, callbackKey, clock, port = 0 }: SimulatorOptions): Promise<SocialAssistanceSimulator> {
  const reports: CaseReport[] = [];
  let failure: number | null = null;
  const server: Server = createServer((request, response) => {
    let rawBody = '';
    request.setEncoding('utf8');
    request.on('data', (text: string) => {
      rawBody += text;
      if (rawBody.length > MAX_BODY_BYTES) request.destroy();
    });
    request.on('end', () => {
      const answer = (status: number, body: unknown) => response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
      if (request.method !== 'POST' || request.url !== '/case-reports') return answer(404, { message: 'no such thing' });
      if (!isSignedNow(appKey, clock.now(), request.headers, rawBody, exchangeHeaders)) return answer(401, { message: 'signature' });
      if (failure !== null) return answer(failure, { message: 'as told' });
      const key = decodeURIComponent(String(request.headers['idempotency-key'] ?? ''));
      if (!reports.some((report) => report.key === key)) reports.push({ ...(JSON.parse(rawBody) as Omit<CaseReport, 'key'>), key });
      return answer(200, { reportId: key });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, reports,
    failWith: (status) => { failure = status; },
    send: (url, application) => {
      const rawBody = JSON.stringify(application);
      return callApi({ url, rawBody, headers: signatureHeaders(callbackKey, clock.now(), rawBody, exchangeHeaders), timeoutMs: 5_000 });
    },
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}
