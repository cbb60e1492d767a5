/** Who is signed in on this phone, and what the person set for themselves. */
import type { AnswerOf } from '@shared/contract/routes';
import { serverClock } from './server-clock';
import { storage } from './storage';

const TOKEN = 'session:token';
const EXPIRES = 'session:expires';

export const session = {
  /** The token, or null when there is none or it is known to have run out. */
  token(): string | null {
    const token = storage.get(TOKEN);
    const expiresAtMs = Number(storage.get(EXPIRES) ?? 0);
    return token !== undefined && expiresAtMs > serverClock.nowMs() ? token : null;
  },
  begin({ token, expiresAtMs }: AnswerOf<'signIn'>): void {
    storage.set(TOKEN, token);
    storage.set(EXPIRES, String(expiresAtMs));
  },
  end(): void {
    storage.remove(TOKEN);
    storage.remove(EXPIRES);
    storage.remove(MY_LANES);
  },
};

const MY_LANES = 'my-lanes';

/** The lanes this family waits in, so that the board can put them first. */
export const myLanes = {
  read(): string[] {
    return (storage.get(MY_LANES) ?? '').split(',').filter((laneId) => laneId !== '');
  },
  write(laneIds: readonly string[]): void {
    storage.set(MY_LANES, laneIds.join(','));
  },
};
