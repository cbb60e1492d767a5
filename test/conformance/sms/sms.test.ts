import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpSmsGateway } from '../../../bff/adapters/sms/http-gateway';
import { startSmsSimulator } from '../../../bff/adapters/sms/simulator/start';
import { createSmsTemplates, defaultWording } from '../../../bff/adapters/sms/templates';
import { groupLabels, type Group } from '../../../shared/lane';
import { HOUR_MS, MINUTE_MS } from '../../../shared/shanghai-time';
import { smsGatewayContract } from './gateway-contract';

smsGatewayContract('http-gateway with the simulator', async () => {
  let nowMs = Date.parse('2026-11-03T08:30:00+08:00');
  const clock = { now: () => nowMs };
  const callbacks: { headers: IncomingHttpHeaders; rawBody: Buffer }[] = [];
  const listener = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      callbacks.push({ headers: request.headers, rawBody: Buffer.concat(chunks) });
      response.end();
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const callbackUrl = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/`;
  const simulator = await startSmsSimulator({ port: 0, callbackUrl, appKey: 'app-key', callbackKey: 'callback-key', clock, receiptDelayMs: 5, retryDelaysMs: [5, 5] });
  const client = (appKey: string, callbackKey: string) => createHttpSmsGateway({ baseUrl: simulator.url, appKey, callbackKey, clock, timeoutMs: 300 });
  return {
    gateway: client('app-key', 'callback-key'),
    stranger: client('another-key', 'another-key'),
    play: (mode) => simulator.setMode(mode),
    textsAt: (phone) => simulator.messages({ phone }).map((message) => message.text),
    callbacks: async () => {
      await simulator.settled();
      return callbacks;
    },
    travel: (byMs) => {
      nowMs += byMs;
    },
    nowMs: () => nowMs,
    close: async () => {
      await simulator.close();
      listener.closeAllConnections();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
});

describe('what families read', () => {
  const deadlineMs = Date.parse('2026-11-13T12:35:59+08:00');
  const texts = (wording = { ...defaultWording, helpPhone: '0797-8123456' }) => {
    const templates = createSmsTemplates(wording);
    const worst = { group: 'lowRent-2' as Group, queueNumber: 12_345 };
    return {
      signInCode: templates.signInCode({ code: '012345', validMs: 5 * MINUTE_MS }),
      calledUp: templates.calledUp(worst),
      turnOpened: templates.turnOpened({ ...worst, turnMs: 4 * HOUR_MS, deadlineMs }),
      reviewerTurn: templates.reviewerTurn({ ...worst, deadlineMs }),
      turnDeferred: templates.turnDeferred({ ...worst, notBeforeMs: deadlineMs }),
      turnMissed: templates.turnMissed({ ...worst, continueUntilDay: '2026-11-16' }),
      turnMissedAgain: templates.turnMissed({ ...worst, continueUntilDay: null }),
      turnPassed: templates.turnPassed({ ...worst, continueUntilDay: '2026-11-16' }),
      homePicked: templates.homePicked({ ...worst, address: '章江花园三期12栋2单元1801', publicityDays: 5, assisted: true, ranked: false }),
      homePickedByRank: templates.homePicked({ ...worst, address: '章江花园三期12栋2单元1801', publicityDays: 5, assisted: false, ranked: true }),
      transferAssigned: templates.transferStep({ step: 'assigned', address: '章江花园三期12栋2单元1801' }),
      transferWithdrawn: templates.transferStep({ step: 'withdrawn', address: '' }),
      swapMatched: templates.swapStep({ step: 'matched', address: '章江花园三期12栋2单元1801' }),
      swapRejected: templates.swapStep({ step: 'rejected', address: '章江花园三期12栋2单元1801' }),
      leftBatch: templates.leftBatch({ group: worst.group, cause: 'barred' }),
      rankingAgreed: templates.rankingAgreed({ ...worst, homes: 20, assisted: true }),
      allocationQualified: templates.allocationQualified({ ...worst, address: '章江花园三期12栋2单元1801', noticeNumber: '2026-000123', downloadByDay: '2026-11-16', leaseByDay: '2026-12-13' }),
      noticeLate: templates.noticeLate({ ...worst, noticeNumber: '2026-000123', leaseByDay: '2026-12-13' }),
      gaveUpAtWindow: templates.allocationLost({ ...worst, cause: 'gaveUpAfterPick', assisted: true }),
      leaseNotSigned: templates.allocationLost({ ...worst, cause: 'leaseNotSigned', assisted: false }),
      districtCancelled: templates.allocationLost({ ...worst, cause: 'districtCancelled', assisted: false }),
      barredAfterPick: templates.allocationLost({ ...worst, cause: 'barred', assisted: false }),
      allocationReinstated: templates.allocationReinstated({ ...worst, address: '章江花园三期12栋2单元1801', leaseByDay: '2026-12-13' }),
      leaseDueSoon: templates.leaseDueSoon({ ...worst, leaseByDay: '2026-12-13' }),
      leasePeriodMoved: templates.leasePeriodMoved({ ...worst, leaseByDay: '2026-12-13' }),
      leasePeriodOver: templates.leasePeriodOver({ ...worst, entryByDay: '2026-12-16' }),
      leaseSigned: templates.leaseSigned({ ...worst, contractNumber: 'GZ-HT-2026-0001234', signedDay: '2026-12-13' }),
      doubtRaised: templates.doubtRaised({ ...worst, doubt: 'ineligible' }),
      doubtCleared: templates.doubtCleared({ ...worst, leaseByDay: '2026-12-13' }),
      objectionRaised: templates.objectionRaised(worst),
      objectionDismissed: templates.objectionDismissed(worst),
      tenancyEnded: templates.tenancyEnded({ address: '章江花园三期12栋2单元1801', endedDay: '2026-12-13' }),
      matterWaiting: templates.matterWaiting({ district: '赣州蓉江新区' }),
      lanePaused: templates.lanePaused({ ...worst, reason: '网络故障检修，预计一小时内恢复，请各位家庭耐心等候' }),
      deadlineMoved: templates.deadlineMoved({ ...worst, byMs: 95 * MINUTE_MS, deadlineMs }),
    };
  };

  it('carry the signature first, fit 140 characters at their longest, and never a link (S3)', () => {
    for (const [kind, text] of Object.entries(texts())) {
      expect(text).toMatch(/^【赣州住保】[^【】]+$/);
      expect([kind, Array.from(text).length <= 140]).toEqual([kind, true]);
      expect(text).not.toMatch(/https?:|www\.|\.cn|\.com|点击|链接/i);
      expect(text).not.toMatch(/undefined|NaN|null|\[object/);
    }
  });

  it('T5: your turn says who, how long, until when in Shanghai, and where help is', () => {
    expect(texts().turnOpened).toBe('【赣州住保】廉租住房二居室组 第12345号：轮到您家选房了！请在4小时内（11月13日 12:35前），打开“赣州住保”小程序或赣服通选定一套住房。不方便操作的，可带身份证到服务窗口请工作人员帮忙，或拨打0797-8123456。');
  });

  it('Q7: staff are told group and number only', () => {
    expect(texts().reviewerTurn).toContain(`${groupLabels['lowRent-2']} 第12345号家庭`);
  });

  it('Q8: a deferred family reads that nothing is lost', () => {
    expect(texts().turnDeferred).toContain('不算您家放弃，顺序号保留');
  });

  it('M1, M2: a missed family reads until when it may ask to continue, or that it cannot', () => {
    expect(texts().turnMissed).toContain('11月16日24时前');
    expect(texts().turnPassed).toContain('11月16日24时前');
    expect(texts().turnMissedAgain).not.toContain('继续轮候');
    expect(texts().turnMissedAgain).toContain('本批次轮候资格已放弃');
  });

  it('A2, T3: the last day counts whole, and is said so', () => {
    for (const text of [texts().allocationQualified, texts().noticeLate, texts().leaseDueSoon, texts().leasePeriodMoved, texts().doubtCleared, texts().allocationReinstated]) expect(text).toContain('12月13日24时前');
    expect(texts().leasePeriodOver).toContain('12月16日24时前请运营单位补录');
  });

  it('Q10, T6: an assisted pick says so; a pause keeps the time; a move names the new deadline', () => {
    expect(texts().homePicked).toContain('由窗口工作人员协助，已选定章江花园三期12栋2单元1801');
    expect(texts().lanePaused).toContain('（网络故障检修，预计一小时内恢复，请各位家…）');
    expect(texts().deadlineMoved).toContain('顺延1小时35分钟，新的截止时间是11月13日 12:35');
  });

  it('staff’s own words cannot bring in a link or a second signature', () => {
    const text = createSmsTemplates().lanePaused({ group: 'lowRent-1', queueNumber: 1, reason: '【赣州银行】\n请看 http://evil.example/x' });
    expect(text).toContain('（赣州银行 请看）');
    expect(text).not.toContain('http');
  });

  it('follow the configured wording', () => {
    const text = createSmsTemplates({ signature: '测试签名', app: '赣服通', helpPhone: '' }).turnOpened({ group: 'lowRent-1', queueNumber: 1, turnMs: 90 * MINUTE_MS, deadlineMs });
    expect(text).toMatch(/^【测试签名】廉租住房一居室组 第1号/);
    expect(text).toContain('1小时30分钟内');
    expect(text).not.toContain('拨打');
  });
});
