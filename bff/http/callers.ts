/** Who calls: a bearer token looked up among the sessions. */
import type { Clock } from '../../shared/clock';
import type { ErrorCode } from '../../shared/errors';
import { tokenId } from '../security/tokens';
import type { Store } from '../store/port';
import type { Caller } from './request';

const TOKEN = /^Bearer ([A-Za-z0-9_-]{20,128})$/;

/** The token of an Authorization header, or null. */
export function bearerToken(header: string | undefined): string | null {
  return TOKEN.exec(header ?? '')?.[1] ?? null;
}

/** The caller a token stands for, or why it stands for none. */
export async function identify(store: Store, clock: Clock, token: string | null): Promise<Caller | Extract<ErrorCode, 'SIGN_IN_REQUIRED' | 'SESSION_EXPIRED'>> {
  if (token === null) return 'SIGN_IN_REQUIRED';
  return store.read(async (tx) => {
    const session = await tx.sessions.get(tokenId(token));
    if (session === null) return 'SIGN_IN_REQUIRED';
    if (clock.now() >= session.expiresAtMs) return 'SESSION_EXPIRED';
    if (session.kind === 'family') return { kind: 'family', sessionId: session.id, phoneIndex: session.phoneIndex };
    const member = await tx.staff.get(session.subjectId);
    // Someone who left, or was barred, is out at once and not when the session ends.
    if (member === null || !member.active) return 'SESSION_EXPIRED';
    return { kind: 'staff', sessionId: session.id, staffId: member.id, role: member.role, districts: member.districts, streets: member.streets };
  });
}
