/** Who may take data out, and who may have what was taken out (P1, S1). */
import type { Caller } from '../../http/request';
import type { ExportDoc } from '../../store/collections';

type Staff = Extract<Caller, { kind: 'staff' }>;

/** The city and the discipline inspectors export; nobody else. */
export function mayExport(caller: Caller): caller is Staff {
  return caller.kind === 'staff' && ['city', 'inspector'].includes(caller.role);
}

/** An export is for whoever asked for it, and for the city. */
export function maySeeExport(caller: Caller, doc: Pick<ExportDoc, 'requestedBy'>): boolean {
  return mayExport(caller) && (caller.role === 'city' || caller.staffId === doc.requestedBy);
}
