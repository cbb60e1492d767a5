/** Learns what one pick writes by comparing the database before and after, key by key. */
import path from 'node:path';
import { open } from 'lmdb';
import { enterLane } from '../../bff/features/selection/door';
import { systemAct } from '../../bff/kernel';
import { change } from '../../bff/store/change';
import { remember } from '../../bff/store/once';
import { buildCity, openKernel } from './city';
import { scratchDir } from './processes';
import type { WriteShape } from './roles/bare-lmdb';

/** The keys and values one pick puts and removes, without the relay's work afterwards. */
export async function shapeOfPick(): Promise<WriteShape> {
  const dataDir = scratchDir();
  const { lanes } = await buildCity(dataDir, { lanes: 1, familiesPerLane: 4, homesPerLane: 4 });
  const { laneId, families, homes } = lanes[0]!;
  const before = await contents(dataDir);
  const kernel = await openKernel(dataDir);
  await change(kernel, systemAct('bench'), async (work) => {
    const [ticket, listing] = [await work.tx.tickets.get(families[0]!.ticketId), await work.tx.listings.get(homes[0]!)];
    const entered = await enterLane(kernel, work, laneId, { type: 'PickHome', ticket: ticket!, listing, assisted: null });
    if (entered?.pick == null) throw new Error('the pick was refused');
    await remember(work, { subject: 'bench', key: 'bench', request: {} }, { content: JSON.parse(entered.pick.receipt.body) as unknown, ...entered.pick.receipt, publicKey: '' });
  });
  await kernel.store.close();
  const after = await contents(dataDir);
  const own = (key: string) => key.startsWith('\0\0'); // the store's own records, e.g. its owner
  const changed = [...after].filter(([key, value]) => !own(key) && before.get(key) !== value);
  return {
    puts: changed.map(([key, value]) => ({ keyBytes: key.length, valueBytes: value.length })),
    removedKeyBytes: [...before.keys()].filter((key) => !own(key) && !after.has(key)).map((key) => key.length),
  };
}

/** Every key and value as latin1 text. */
async function contents(dataDir: string): Promise<Map<string, string>> {
  const db = open<Buffer, Buffer>({ path: path.join(dataDir, 'store', 'data.mdb'), noSubdir: true, encoding: 'binary', keyEncoding: 'binary', readOnly: true });
  const all = new Map<string, string>();
  for (const { key, value } of db.getRange({})) all.set(key.toString('latin1'), value.toString('latin1'));
  await db.close();
  return all;
}
