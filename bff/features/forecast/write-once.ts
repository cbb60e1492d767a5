/** What two processes may write in the same instant: the later one finds it there, and that is that. */
import { UniqueViolation, type Store, type Tx } from '../../store/port';

/** `work` looks whether it is there already; it may run twice. */
export async function writeOnce<T>(store: Store, work: (tx: Tx) => Promise<T>): Promise<T> {
  try {
    return await store.transact(work);
  } catch (error) {
    if (!(error instanceof UniqueViolation)) throw error;
    return store.transact(work);
  }
}
