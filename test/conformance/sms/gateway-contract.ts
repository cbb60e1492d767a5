/** What every SMS gateway client must do (T5, Q8). A new provider is one more run of this suite, against its own simulator. */
import type { Headers, SmsGateway, SmsMessage } from '../../../bff/adapters/sms/sms';

export interface GatewayHarness {
  readonly gateway: SmsGateway;
  /** The same client with a wrong key of ours. */
  readonly stranger: SmsGateway;
  /** How the far side treats the next messages. */
  play(mode: 'delivered' | 'failed' | 'silent' | 'duplicate' | 'reject' | 'outage' | 'timeout' | 'lostAnswer'): void;
  /** Texts that reached a phone. */
  textsAt(phone: string): readonly string[];
  /** Every callback received so far, as it came in. Waits until none is due. */
  callbacks(): Promise<readonly { headers: Headers; rawBody: Buffer }[]>;
  /** Moves the one clock. */
  travel(byMs: number): void;
  nowMs(): number;
  close(): Promise<void>;
}

export function smsGatewayContract(name: string, start: () => Promise<GatewayHarness>): void {
  describe(`SMS gateway contract: ${name}`, () => {
    let far: GatewayHarness;
    beforeEach(async () => {
      far = await start();
    });
    afterEach(() => far.close());

    const message = (patch: Partial<SmsMessage> = {}): SmsMessage => ({ phone: '13800000001', text: '【赣州住保】轮到您家选房了！', key: 'sms-turnOpened-t1', ...patch });
    const receiptOf = async () => {
      const [callback] = await far.callbacks();
      return callback!;
    };

    it('T5: an accepted message has an id, the time it was taken over, and reaches the phone once', async () => {
      const outcome = await far.gateway.send(message());
      expect(outcome).toEqual({ kind: 'accepted', gatewayId: expect.stringMatching(/^[A-Za-z0-9_:-]{1,64}$/), acceptedAtMs: far.nowMs() });
      expect(far.textsAt('13800000001')).toEqual([message().text]);
    });

    it('T5: sending again with the same key gives the first acceptance, even later and worded anew', async () => {
      const first = await far.gateway.send(message());
      far.travel(90_000);
      expect(await far.gateway.send(message({ text: '【赣州住保】轮到您家选房了！（12:35前）' }))).toEqual(first);
      expect(far.textsAt('13800000001')).toHaveLength(1);
      expect(await far.callbacks()).toHaveLength(1);
    });

    it('T5: many sends of one key at the same time reach the phone once', async () => {
      const outcomes = await Promise.all(Array.from({ length: 10 }, () => far.gateway.send(message())));
      expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
      expect(far.textsAt('13800000001')).toHaveLength(1);
    });

    it('another key is another message; a key reused for another phone is refused for good', async () => {
      await far.gateway.send(message());
      await far.gateway.send(message({ key: '另一条 key/2' }));
      expect(far.textsAt('13800000001')).toHaveLength(2);
      expect(await far.gateway.send(message({ phone: '13800000002' }))).toMatchObject({ kind: 'rejected', permanent: true });
      expect(far.textsAt('13800000002')).toEqual([]);
    });

    it('a lost answer is a passing rejection, and trying again finds the message already accepted', async () => {
      far.play('lostAnswer');
      expect(await far.gateway.send(message())).toMatchObject({ kind: 'rejected', permanent: false });
      const acceptedAtMs = far.nowMs();
      far.travel(30_000);
      far.play('delivered');
      expect(await far.gateway.send(message())).toMatchObject({ kind: 'accepted', acceptedAtMs });
      expect(far.textsAt('13800000001')).toHaveLength(1);
    });

    it.each(['outage', 'timeout'] as const)('%s is a passing rejection; afterwards the same key goes through', async (mode) => {
      far.play(mode);
      expect(await far.gateway.send(message())).toEqual({ kind: 'rejected', reason: expect.stringMatching(/./), permanent: false });
      expect(far.textsAt('13800000001')).toEqual([]);
      far.play('delivered');
      expect(await far.gateway.send(message())).toMatchObject({ kind: 'accepted' });
    });

    it('what the gateway will never take is refused for good, without naming the number (P2)', async () => {
      far.play('reject');
      const refused = await far.gateway.send(message());
      expect(refused).toMatchObject({ kind: 'rejected', permanent: true });
      far.play('delivered');
      for (const bad of [message({ phone: '12345' }), message({ text: '没有签名' }), message({ text: `【赣州住保】${'长'.repeat(600)}` })]) {
        expect(await far.gateway.send(bad)).toMatchObject({ kind: 'rejected', permanent: true });
      }
      expect(JSON.stringify(refused)).not.toContain('13800000001');
      expect(await far.callbacks()).toEqual([]);
    });

    it('a wrong key of ours is refused, but the message is not given up for it', async () => {
      expect(await far.stranger.send(message())).toMatchObject({ kind: 'rejected', permanent: false });
      expect(far.textsAt('13800000001')).toEqual([]);
    });

    it.each([['delivered', ['delivered']], ['failed', ['failed']], ['silent', []], ['duplicate', ['delivered', 'delivered']]] as const)('Q8: %s calls back with %j, signed', async (mode, statuses) => {
      far.play(mode);
      const outcome = await far.gateway.send(message());
      const callbacks = await far.callbacks();
      expect(callbacks.map(({ rawBody }) => (JSON.parse(rawBody.toString()) as { status: string }).status)).toEqual(statuses);
      for (const { headers, rawBody } of callbacks) {
        expect(far.gateway.verifyReceipt(headers, rawBody)).toBe(true);
        expect(JSON.parse(rawBody.toString())).toMatchObject({ gatewayId: outcome.kind === 'accepted' ? outcome.gatewayId : '', atMs: far.nowMs() });
      }
    });

    it('Q8: a receipt is believed only as it was sent, by whom, and only for five minutes', async () => {
      await far.gateway.send(message());
      const { headers, rawBody } = await receiptOf();
      const { gateway } = far;
      expect(gateway.verifyReceipt(headers, rawBody.toString())).toBe(true);
      expect(gateway.verifyReceipt(headers, rawBody.toString().replace('delivered', 'failed'))).toBe(false);
      expect(gateway.verifyReceipt(headers, Buffer.concat([rawBody, Buffer.from(' ')]))).toBe(false);
      expect(far.stranger.verifyReceipt(headers, rawBody)).toBe(false);
      for (const name of Object.keys(headers).filter((header) => header.startsWith('x-'))) {
        expect(gateway.verifyReceipt({ ...headers, [name]: undefined }, rawBody)).toBe(false);
        expect(gateway.verifyReceipt({ ...headers, [name]: '' }, rawBody)).toBe(false);
        expect(gateway.verifyReceipt({ ...headers, [name]: ['1', '2'] }, rawBody)).toBe(false);
        // Well-formed but different: one millisecond, one digit of the signature.
        const value = String(headers[name]);
        expect(gateway.verifyReceipt({ ...headers, [name]: value.slice(0, -1) + (value.endsWith('1') ? '2' : '1') }, rawBody)).toBe(false);
      }
      far.travel(5 * 60_000);
      expect(gateway.verifyReceipt(headers, rawBody)).toBe(true);
      far.travel(1);
      expect(gateway.verifyReceipt(headers, rawBody)).toBe(false);
    });

    it('Q8: a receipt from far in the future is not believed either', async () => {
      await far.gateway.send(message());
      const { headers, rawBody } = await receiptOf();
      far.travel(-5 * 60_000 - 1);
      expect(far.gateway.verifyReceipt(headers, rawBody)).toBe(false);
    });
  });
}
