/** Who may see and amend the calendar (P1). */
import type { Caller } from '../../http/request';

export function maySeeCalendar(caller: Caller): boolean {
  return caller.kind === 'staff';
}

/** The calendar is one of the rules: the administrator's. */
export function mayAmendCalendar(caller: Caller): caller is Extract<Caller, { kind: 'staff' }> {
  return caller.kind === 'staff' && caller.role === 'administrator';
}
