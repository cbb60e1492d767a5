/** A public stream, newest page first. The server pages forward by position; positions have no gaps, so we can count back. */
import { useCallback, useEffect, useState } from 'react';
import type { AnswerOf } from '@shared/contract/routes';
import { call, type Failure } from './http';

export type LedgerEntry = AnswerOf<'getLedger'>['entries'][number];

const PAGE = 30;

export interface LedgerPages {
  readonly entries: readonly LedgerEntry[] | null;
  readonly failure: Failure | null;
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  readonly loadMore: () => Promise<void>;
}

/** Entries of one stream, newest first. */
export function useLedger(stream: string): LedgerPages {
  const [entries, setEntries] = useState<readonly LedgerEntry[] | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isLoading, setLoading] = useState(false);

  const fetchBefore = useCallback(async (beforeSeq: number | null, held: readonly LedgerEntry[]) => {
    setLoading(true);
    let endSeq = beforeSeq;
    if (endSeq === null) {
      const head = await call('getLedger', { params: { stream }, query: { limit: '1' } });
      if (!head.ok) { setFailure(head); setLoading(false); return; }
      endSeq = (head.data.head?.seq ?? 0) + 1;
    }
    const afterSeq = Math.max(0, endSeq - 1 - PAGE);
    const limit = endSeq - 1 - afterSeq;
    const page = limit === 0 ? null : await call('getLedger', { params: { stream }, query: { afterSeq: String(afterSeq), limit: String(limit) } });
    setLoading(false);
    if (page !== null && !page.ok) return setFailure(page);
    setFailure(null);
    setEntries([...held, ...(page?.data.entries ?? []).slice().reverse()]);
  }, [stream]);

  useEffect(() => { void fetchBefore(null, []); }, [fetchBefore]);
  const oldest = entries?.[entries.length - 1]?.seq ?? 1;
  return { entries, failure, isLoading, hasMore: oldest > 1, loadMore: () => fetchBefore(oldest, entries ?? []) };
}
