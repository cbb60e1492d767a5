/** A member of staff of any role, signed in: for tests of what roles may do. */
import { newToken, tokenId } from '../../bff/security/tokens';
import type { Kernel } from '../../bff/kernel';

/** The bearer token of a new member of staff with this role; its id is `test-<role>-<n>`. */
export async function signInAs(kernel: Kernel, role: string, districts: readonly string[] = [], streets: readonly string[] = []): Promise<string> {
  const token = newToken();
  await kernel.store.transact(async (tx) => {
    const id = `test-${role}-${await tx.staff.count({ role })}`;
    await tx.staff.insert({ id, account: id, passwordHash: '', name: `试${role}`, role, districts: [...districts], streets: [...streets], phoneSealed: '', active: true });
    await tx.sessions.insert({ id: tokenId(token), kind: 'staff', subjectId: id, phoneIndex: '', createdAtMs: 0, expiresAtMs: Number.MAX_SAFE_INTEGER });
  });
  return token;
}
