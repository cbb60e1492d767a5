import { hash, verify } from '@node-rs/argon2';

/** argon2id, 19 MiB, two passes, one lane (OWASP's first choice): about 20 ms on one core. */
const COST = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/** Longer input is refused before it costs anything. Well above the 128 the contract lets through. */
const MAX_CHARACTERS = 1024;
/** The hash of a password nobody has, at today's cost: unknown accounts are checked against it. */
export const DUMMY_HASH = '$argon2id$v=19$m=19456,t=2,p=1$YHLJITPFB94QUrjHbzETQg$RlHbiKdP5Kn5lkhzCGcy8w/z9dxI+sJ+UUSAM/TkUq8';

/** The argon2id hash of a staff password, in PHC form. Throws `RangeError` when it is empty or absurdly long. */
export async function hashPassword(password: string): Promise<string> {
  if (password.length === 0 || password.length > MAX_CHARACTERS) throw new RangeError('password is empty or too long');
  return hash(password, COST);
}

/**
 * Whether the password belongs to the hash. Give null when there is no such account: the same work is done
 * and the answer is false, so that the time taken tells nobody which accounts exist.
 */
export async function verifyPassword(passwordHash: string | null, password: string): Promise<boolean> {
  if (password.length > MAX_CHARACTERS) return false;
  const matches = await verify(passwordHash || DUMMY_HASH, password);
  return Boolean(passwordHash) && matches;
}
