/** V1, P1, P2: files handed in with an application, through the running service; the scanner's protocol; what a file is. */
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { createClamdScanner } from '../../bff/adapters/virus-scan/clamd';
import type { ScanVerdict, VirusScanner } from '../../bff/adapters/virus-scan/virus-scan';
import { safeFileName, sniff } from '../../bff/features/attachments/file-kind';
import { attachmentHandlers } from '../../bff/features/attachments/handlers';
import { FileVault } from '../../bff/features/attachments/vault';
import type { ApiRequest, Caller, Handlers } from '../../bff/http/request';
import { applicants, cityStaff, clerk, family, isRefusal, reviewer } from '../support/applications';
import { startDemo } from '../support/service';
import { signInAs } from '../support/staff';
import { buildWorld, type World } from '../support/world';

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]), Buffer.alloc(14), Buffer.from([0xff, 0xda, 0, 4, 1, 2]), Buffer.alloc(40, 7), Buffer.from([0xff, 0xd9])]);
const pdf = Buffer.from(`%PDF-1.7\n${'1 0 obj << >> endobj\n'.repeat(5)}trailer\n%%EOF\n`);

test('a file is what its content says, not what it is called', () => {
  expect([png, jpeg, pdf].map(sniff)).toEqual(['image/png', 'image/jpeg', 'application/pdf']);
  const lies = {
    empty: Buffer.alloc(0), program: Buffer.concat([Buffer.from('MZ'), Buffer.alloc(100)]), page: Buffer.from(`<html>${'x'.repeat(100)}</html>`), workbook: Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(100)]),
    drawing: Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg"><script>1</script>${' '.repeat(100)}</svg>`), cutPng: png.subarray(0, 40), cutPdf: pdf.subarray(0, 60), onlyStart: Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(100)]),
    unendedJpeg: jpeg.subarray(0, jpeg.length - 2),
  };
  for (const [name, bytes] of Object.entries(lies)) expect({ name, type: sniff(bytes) }).toEqual({ name, type: null });
  expect(safeFileName('../..\\a:户口"本\u202e.exe', 'application/pdf')).toBe('a 户口 本.pdf');
  expect(safeFileName('...', 'image/png')).toBe('附件.png');
});

describe('handlers', () => {
  let world: World;
  let people: ReturnType<typeof applicants>;
  let verdict: ScanVerdict;
  let draft: { id: string; version: number };
  const scanner: VirusScanner = { scan: () => Promise.resolve(verdict) };
  const ask = async (name: string, caller: Caller, asked: { params?: Record<string, string>; file?: Buffer; headers?: Record<string, string>; body?: unknown } = {}) => {
    const handlers: Handlers = attachmentHandlers(world.kernel, new FileVault(path.join(world.dir, 'attachments'), world.kernel.crypto), scanner);
    return (handlers as Record<string, (request: ApiRequest<never>) => Promise<unknown>>)[name]!({ caller, params: {}, query: {}, idempotencyKey: '', address: '', traceId: '', rawBody: '', headers: {}, ...asked } as unknown as ApiRequest<never>);
  };
  const code = (answer: unknown) => (isRefusal(answer) ? answer.code : 'granted');
  const own = () => family(world.kernel, 1);
  const upload = (file = png, caller: Caller = own(), headers: Record<string, string> = { 'x-file-name': encodeURIComponent('苏小雨身份证.png'), 'x-file-kind': 'identity' }) => ask('uploadAttachment', caller, { params: { applicationId: draft.id }, file, headers });
  const stored = () => readdirSync(path.join(world.dir, 'attachments'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());

  beforeEach(async () => {
    world = await buildWorld();
    people = applicants(world.kernel);
    verdict = { kind: 'clean' };
    draft = await people.draft(1);
  });
  afterEach(() => world.close());

  test('kept sealed, under a name nobody reads; what is refused leaves nothing behind', async () => {
    expect(await upload()).toMatchObject({ kind: 'identity', name: '苏小雨身份证.png', contentType: 'image/png', bytes: png.length, scan: 'clean' });
    const [file] = stored();
    expect(file!.name).not.toContain('苏');
    expect(readFileSync(path.join(file!.parentPath, file!.name)).includes(png.subarray(0, 16))).toBe(false);
    expect(JSON.stringify(await world.store.read((tx) => tx.attachments.find({})))).not.toContain('苏小雨');
    verdict = { kind: 'infected' };
    expect(code(await upload())).toBe('FILE_INFECTED');
    verdict = { kind: 'unavailable', reason: 'x' };
    expect(code(await upload())).toBe('UNAVAILABLE');
    verdict = { kind: 'unscanned' };
    expect(await upload()).toMatchObject({ scan: 'unscanned' });
    expect(code(await upload(Buffer.from('MZ'.repeat(40))))).toBe('FILE_TYPE_REFUSED');
    expect(code(await upload(png, family(world.kernel, 2)))).toBe('NOT_FOUND');
    expect(code(await upload(png, own(), { 'x-file-name': '%E8' }))).toBe('VALIDATION_FAILED');
    expect(code(await upload(png, own(), { 'x-file-kind': 'selfie' }))).toBe('VALIDATION_FAILED');
    expect(stored()).toHaveLength(2);
  });

  test('thirty at a time, also when they come at once; a removed one makes room and is still there (W6)', async () => {
    for (let count = 0; count < 28; count += 1) await upload();
    const last = await Promise.all([upload(), upload(), upload(), upload()]);
    expect(last.map(code).sort()).toEqual(['TOO_MANY_ATTACHMENTS', 'TOO_MANY_ATTACHMENTS', 'granted', 'granted']);
    expect(stored()).toHaveLength(30);
    expect(code(await ask('removeAttachment', family(world.kernel, 2), { params: { attachmentId: `${draft.id}-1` } }))).toBe('NOT_FOUND');
    expect(await ask('removeAttachment', own(), { params: { attachmentId: `${draft.id}-1` } })).toEqual({ ok: true });
    expect(code(await ask('removeAttachment', own(), { params: { attachmentId: `${draft.id}-1` } }))).toBe('ALREADY_DONE');
    expect(code(await upload())).toBe('granted');
    expect(stored()).toHaveLength(31);
    expect(code(await ask('downloadMyAttachment', own(), { params: { attachmentId: `${draft.id}-1` } }))).toBe('NOT_FOUND');
  });

  test('P1: given back to the owner and to who reviews it, which the ledger says; not changed once submitted', async () => {
    await upload();
    const attachmentId = `${draft.id}-1`;
    const get = (caller: Caller, name = 'downloadAttachment') => ask(name, caller, { params: { attachmentId } });
    expect([await get(own(), 'downloadMyAttachment'), await get(family(world.kernel, 2), 'downloadMyAttachment'), await get(clerk)].map(code)).toEqual(['granted', 'NOT_FOUND', 'NOT_FOUND']);
    await people.ask('submitApplication', own(), { params: { applicationId: draft.id }, body: { version: draft.version, confirm: true } });
    expect([await get(clerk), await get(reviewer), await get(cityStaff), await get({ ...clerk, streets: ['南外街道'] } as Caller), await get({ ...cityStaff, role: 'administrator' } as Caller)].map(code)).toEqual(['granted', 'granted', 'granted', 'NOT_FOUND', 'NOT_FOUND']);
    expect(code(await upload())).toBe('APPLICATION_UNDER_REVIEW');
    expect(code(await ask('removeAttachment', own(), { params: { attachmentId } }))).toBe('APPLICATION_UNDER_REVIEW');
    const opened = await world.store.read((tx) => tx.ledger.find({ type: 'AttachmentOpened' }));
    expect(opened.map(({ detail }) => (JSON.parse(detail) as { actor: { id: string } }).actor.id).sort()).toEqual(['city', 'clerk', 'reviewer']);
  });
});

test('ClamAV: clean, infected, silent, absent; only a clear word is one', async () => {
  const received: Buffer[] = [];
  let answer: string | null = 'stream: OK\0';
  const server = createServer((socket) => {
    let all = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (data: Buffer) => {
      all = Buffer.concat([all, data]);
      if (!all.subarray(-4).equals(Buffer.alloc(4))) return;
      received.push(all);
      if (answer === null) socket.destroy();
      else socket.end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const scanner = createClamdScanner({ host: '127.0.0.1', port, timeoutMs: 2_000 });
  const bytes = Buffer.alloc(100_000, 9);
  expect(await scanner.scan(bytes)).toEqual({ kind: 'clean' });
  const [sent] = received;
  expect(sent!.subarray(0, 10).toString('latin1')).toBe('zINSTREAM\0');
  expect([sent!.readUInt32BE(10), sent!.readUInt32BE(14 + 65_536)]).toEqual([65_536, 100_000 - 65_536]);
  answer = 'stream: Eicar-Test-Signature FOUND\0';
  expect(await scanner.scan(bytes)).toEqual({ kind: 'infected' });
  for (const unclear of ['INSTREAM size limit exceeded. ERROR\0', 'stream: OK maybe\0', '', null]) {
    answer = unclear;
    expect(await scanner.scan(bytes)).toMatchObject({ kind: 'unavailable' });
  }
  await new Promise((resolve) => server.close(resolve));
  expect(await scanner.scan(bytes)).toMatchObject({ kind: 'unavailable' });
});

test('over HTTP: the file as it stands as the body, bounded; the answer is saved rather than shown', async () => {
  const demo = await startDemo();
  try {
    const token = await demo.signIn('19900000001');
    const begun = await demo.call<{ id: string; version: number }>('POST', '/api/me/applications', { body: {}, token, key: 'begin-once' });
    expect(begun.status).toBe(201);
    const send = (body: Buffer | string, headers: Record<string, string> = {}) => fetch(`${demo.url}/api/me/applications/${begun.body.id}/attachments`, { method: 'POST', body: body as BodyInit, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream', 'x-file-name': encodeURIComponent('户口本.png'), 'x-file-kind': 'householdRegister', ...headers } });
    const kept = await send(png);
    expect(kept.status).toBe(201);
    const { id } = (await kept.json()) as { id: string };
    const back = await fetch(`${demo.url}/api/me/attachments/${id}`, { headers: { authorization: `Bearer ${token}` } });
    expect(back.headers.get('content-type')).toBe('image/png');
    expect(back.headers.get('content-disposition')).toBe(`attachment; filename*=UTF-8''${encodeURIComponent('户口本.png')}`);
    expect(back.headers.get('x-content-type-options')).toBe('nosniff');
    expect(Buffer.from(await back.arrayBuffer()).equals(png)).toBe(true);
    expect((await send(Buffer.alloc(10 * 1024 * 1024 + 1))).status).toBe(413);
    expect((await send('{"a":1}', { 'content-type': 'application/json' })).status).toBe(415);
    expect((await send(png, { authorization: '' })).status).toBe(401);
    const staff = await signInAs(demo.service.kernel, 'streetClerk', ['章贡区'], ['解放街道']);
    expect((await demo.call('POST', '/api/staff/applications/search', { body: {}, token: staff })).body).toMatchObject({ items: [], nextCursor: null });
    expect((await demo.call('GET', `/api/staff/attachments/${id}`, { token: staff })).status).toBe(404);
  } finally {
    await demo.close();
  }
});
