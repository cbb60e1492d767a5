/** Small things that tell: a strip, an empty place, a failure with a way on, and grey shapes while loading. */
import type { ReactNode } from 'react';
import { texts } from '@/texts';
import { Box, Words } from './Box';
import { BigButton } from './Press';

export interface NoticeProps {
  readonly id?: string;
  readonly kind?: 'info' | 'warn' | 'bad' | 'good';
  readonly children: ReactNode;
}

const marks = { info: 'ℹ', warn: '！', bad: '✕', good: '✓' } as const;

/** A strip with a sentence; read out when it appears. */
export function Notice({ id, kind = 'info', children }: NoticeProps) {
  return (
    <Box id={id} className={`notice notice--${kind}`} aria={{ role: kind === 'bad' ? 'alert' : 'status', live: 'polite' }}>
      <Words className="notice__mark" aria={{ hidden: true }}>{marks[kind]}</Words>
      <Box className="notice__text">{children}</Box>
    </Box>
  );
}

/** Nothing here, said kindly, perhaps with what to do. */
export function EmptyState({ id, text, children }: { readonly id?: string; readonly text: string; readonly children?: ReactNode }) {
  return (
    <Box id={id} className="empty">
      <Box className="empty__art" aria={{ hidden: true }}><Box className="empty__roof" /><Box className="empty__house" /></Box>
      <Box className="empty__text">{text}</Box>
      {children}
    </Box>
  );
}

/** What went wrong and one button to try again. */
export function ErrorNotice({ id = 'error', title, onRetry }: { readonly id?: string; readonly title: string; readonly onRetry: () => void }) {
  return (
    <Box id={id} className="error" aria={{ role: 'alert' }}>
      <Box className="error__text">{title}</Box>
      <BigButton id={`${id}-retry`} kind="calm" onPress={onRetry}>{texts.common.retry}</BigButton>
    </Box>
  );
}

/** Grey shapes where cards will be. */
export function Skeleton({ cards = 2 }: { readonly cards?: number }) {
  return (
    <Box className="skeleton" aria={{ label: texts.common.loading, role: 'status' }}>
      {Array.from({ length: cards }, (_, i) => (
        <Box key={i} className="card skeleton__card"><Box className="skeleton__line skeleton__line--short" /><Box className="skeleton__line skeleton__line--tall" /><Box className="skeleton__line" /></Box>
      ))}
    </Box>
  );
}
