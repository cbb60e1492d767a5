/** Who may read, draft, publish and try rule sets (P1): the rules are the administrator's; everybody on the staff may read them. */
import type { Caller } from '../../http/request';

type StaffCaller = Extract<Caller, { kind: 'staff' }>;

export function maySeeRules(caller: Caller): caller is StaffCaller {
  return caller.kind === 'staff';
}

export function mayWriteRules(caller: Caller): caller is StaffCaller {
  return caller.kind === 'staff' && caller.role === 'administrator';
}

/** A what-if shows groups and numbers, never people: the city asks for it, the administrator drafts with it. */
export function mayTryRules(caller: Caller): caller is StaffCaller {
  return caller.kind === 'staff' && ['administrator', 'city'].includes(caller.role);
}
