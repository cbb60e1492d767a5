/**
 * A process to be killed. Bundled and started by embedded.test.ts: `node crash-child.cjs DIR [load|once|hold]`.
 * Writes pairs of documents, moves one document about, and says on standard output what was acknowledged.
 */
import fs from 'node:fs';
import { openEmbeddedStore } from '../../../bff/store/embedded/embedded-store';
import { asTestStore, buildSeat, buildThing, testDefinitions, type TestStore } from './fixtures';

/** Synchronous, so that what was said was said before the kill. */
const say = (text: string) => fs.writeSync(1, `${text}\n`);

async function writePair(store: TestStore, name: string): Promise<void> {
  await store.transact(async (tx) => {
    await tx.things.insert(buildThing({ id: `a-${name}`, group: `g${name.length % 3}`, rank: name, tags: ['x'.repeat(300)] }));
    await tx.seats.insert(buildSeat({ id: `b-${name}`, hall: name, door: 1 }));
    const moved = await tx.seats.get('moved');
    if (moved) await tx.seats.replace({ ...moved, door: moved.door + 1 });
    else await tx.seats.insert(buildSeat({ id: 'moved', hall: 'moved', door: 1 }));
  }, { maxAttempts: 1000 });
  say(`ack ${name}`);
}

async function main(dir: string, task: string): Promise<void> {
  const store = asTestStore(await openEmbeddedStore({ dir, collections: testDefinitions }));
  say('open');
  if (task === 'once') {
    for (let i = 0; i < 3; i++) await writePair(store, `once${i}`);
    await store.close();
  } else if (task === 'load') {
    await Promise.all(Array.from({ length: 8 }, async (_, worker) => {
      for (let i = 0; ; i++) await writePair(store, `${process.pid}-${worker}-${i}`);
    }));
  } else {
    setInterval(() => undefined, 1000);
  }
}

main(process.argv[2]!, process.argv[3]!).catch((error: Error) => {
  say(`${error.name}: ${error.message}`);
  process.exitCode = 1;
});
