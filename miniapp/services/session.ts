/** Who is signed in on this phone, and what the person set for themselves. */
import type { AnswerOf } from '@shared/contract/routes';
import { storage } from './storage';

const TOKEN = 'session:token';

export const session = {
  /** The token, or null when there is none. Whether it has run out the server says: a phone's clock may be years off. */
  token(): string | null {
    return storage.get(TOKEN) ?? null;
  },
  begin({ token }: Pick<AnswerOf<'signIn'>, 'token'>): void {
    storage.set(TOKEN, token);
  },
  end(): void {
    storage.remove(TOKEN);
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
