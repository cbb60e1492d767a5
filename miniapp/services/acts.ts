/**
 * One key per intended act. The key is kept from before the first attempt until the server has answered, so
 * that pressing the button again after a lost reply, even after the phone was restarted, is the same act and
 * not a second one (Q4).
 */
export interface KeyStore {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
  remove(name: string): void;
}

/** What the family means to do: the same intent has the same name. */
export type Act = { readonly kind: 'pick'; readonly ticketId: string; readonly listingId: string } | { readonly kind: 'pass'; readonly ticketId: string; readonly turnId: string };

function nameOf(act: Act): string {
  return act.kind === 'pick' ? `act:pick:${act.ticketId}:${act.listingId}` : `act:pass:${act.ticketId}:${act.turnId}`;
}

export class Acts {
  constructor(private readonly store: KeyStore, private readonly newKey: () => string) {}

  /** The act's key: the one kept from an unanswered attempt, else a new one, kept before it is first used. */
  keyFor(act: Act): string {
    const name = nameOf(act);
    const kept = this.store.get(name);
    if (kept !== undefined && kept !== '') return kept;
    const key = this.newKey();
    this.store.set(name, key);
    return key;
  }

  /** Whether an attempt at this act went out and was never answered. */
  isUnanswered(act: Act): boolean {
    const kept = this.store.get(nameOf(act));
    return kept !== undefined && kept !== '';
  }

  /** The server answered, yes or no: the next press is a new act. */
  settle(act: Act): void {
    this.store.remove(nameOf(act));
  }
}

/** Whether a failure left it open what happened. Only then the key must be kept. */
export function isUnsettled(status: number | null): boolean {
  // No answer at all, a gateway's or server's failure, or turned away before anything was tried.
  return status === null || status >= 500 || status === 429 || status === 401 || status === 408;
}

/** A version-4 UUID from 16 random bytes. */
export function uuidOf(bytes: Uint8Array): string {
  const b = Uint8Array.from(bytes);
  b[6] = (b[6]! & 0x0f) | 0x40;
  b[8] = (b[8]! & 0x3f) | 0x80;
  const hex = Array.from(b, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}
