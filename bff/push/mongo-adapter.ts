/** Sockets of several processes find each other through the database (change streams on one small collection). */
import { createAdapter } from '@socket.io/mongo-adapter';
import { createConnection } from 'mongoose';
import type { PushOptions } from './gateway';

const COLLECTION = 'socketEvents';
/** Events older than this are of use to nobody; the database removes them. */
const KEEP_S = 600;

/** Opens the adapter on its own connection; close it after the sockets. */
export async function openSocketAdapter(uri: string): Promise<{ adapter: NonNullable<PushOptions['adapter']>; close(): Promise<void> }> {
  const connection = await createConnection(uri).asPromise();
  const collection = connection.collection(COLLECTION);
  await collection.createIndex({ createdAt: 1 }, { expireAfterSeconds: KEEP_S, background: true });
  return { adapter: createAdapter(collection as never, { addCreatedAtField: true }), close: () => connection.close() };
}
