/**
 * Q4: a repeated request with the same idempotency key gets the same answer; the same key with another
 * content is refused. The answer is stored by the change that produced it, so it exists exactly if the
 * change does. Refused requests leave nothing: they changed nothing, and may be tried again.
 */
import { canonicalJson } from '../../shared/canonical-json';
import { sm3Hex } from '../security/sm3';
import type { Work } from './change';

/** How long answers are kept. */
export const IDEMPOTENCY_KEEP_MS = 7 * 86_400_000;

export interface OnceKey {
  /** Who asks, e.g. a session's subject: two people may use the same key. */
  readonly subject: string;
  readonly key: string;
  /** What is asked: route and content. */
  readonly request: unknown;
}

export type Once<T> = { readonly kind: 'answer'; readonly answer: T; readonly repeated: boolean } | { readonly kind: 'reused' };

/** The stored answer of an earlier request with this key; null when there was none; `reused` when it asked something else. */
export async function recall<T>(work: Work, once: OnceKey): Promise<Once<T> | null> {
  const earlier = await work.tx.idempotency.get(idOf(once));
  if (earlier === null) return null;
  return earlier.requestHash === sm3Hex(canonicalJson(once.request)) ? { kind: 'answer', answer: earlier.answer as T, repeated: true } : { kind: 'reused' };
}

/** Keeps the answer for the next request with this key. */
export async function remember<T>(work: Work, once: OnceKey, answer: T): Promise<Once<T>> {
  await work.tx.idempotency.insert({ id: idOf(once), requestHash: sm3Hex(canonicalJson(once.request)), answer, atMs: work.nowMs });
  return { kind: 'answer', answer, repeated: false };
}

/** Hashed: keys come from outside and may be long or strange. */
function idOf(once: OnceKey): string {
  return sm3Hex(canonicalJson([once.subject, once.key])).slice(0, 40);
}
