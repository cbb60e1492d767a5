/** The SMS gateway of a benchmark: the local simulator, in a process of its own, with receipts played as in a demonstration. */
import { startSmsSimulator } from '../../../bff/adapters/sms/simulator/start';
import { createSystemClock } from '../../../bff/jobs/clocks';
import { loadKeys } from '../../../bff/security/keys';
import type { Offers } from '../processes';

let target = '';

export const smsGateway: Offers = {
  async start(dataDir: string): Promise<string> {
    const { smsAppKey, smsCallbackKey } = loadKeys({ dir: dataDir, env: {}, allowGenerate: true });
    const simulator = await startSmsSimulator({ port: 0, callbackUrl: () => `${target}/api/callbacks/sms-receipts`, appKey: smsAppKey, callbackKey: smsCallbackKey, clock: createSystemClock(), receiptDelayMs: 500 });
    return simulator.url;
  },
  deliverTo(serverUrl: string): void {
    target = serverUrl;
  },
};
