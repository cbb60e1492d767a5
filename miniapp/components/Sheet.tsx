/** A sheet from below (a box in the middle on a PC) that asks or shows one thing. */
import { useEffect, useRef, type ReactNode } from 'react';
import { texts } from '@/texts';
import { Box } from './Box';
import { Press } from './Press';

export interface SheetProps {
  readonly id: string;
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Takes the keyboard with it when it opens and gives it back when it closes (H5). */
export function Sheet({ id, title, onClose, children }: SheetProps) {
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    if (process.env.TARO_ENV !== 'h5') return;
    const before = document.activeElement as HTMLElement | null;
    const sheet = document.getElementById(id);
    const buttons = () => Array.from(sheet?.querySelectorAll<HTMLElement>('button:not([disabled])') ?? []);
    // The close button, which is first: Enter pressed by mistake must not confirm anything.
    buttons()[0]?.focus();
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') return close.current();
      if (event.key !== 'Tab') return;
      const inside = buttons();
      const at = inside.indexOf(document.activeElement as HTMLElement);
      const isLeaving = event.shiftKey ? at <= 0 : at === inside.length - 1;
      if (!isLeaving) return;
      event.preventDefault();
      inside[event.shiftKey ? inside.length - 1 : 0]?.focus();
    };
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('keydown', onKey);
      before?.focus();
    };
  }, [id]);
  return (
    <Box className="sheet">
      <Box className="sheet__shade" onClick={onClose} aria={{ hidden: true }} />
      <Box id={id} className="sheet__box" aria={{ role: 'dialog', modal: true, label: title }}>
        <Box className="sheet__head">
          <Box className="sheet__title" aria={{ role: 'heading', level: 2 }}>{title}</Box>
          <Press className="sheet__close" onPress={onClose} aria={{ label: texts.common.close }}>✕</Press>
        </Box>
        {children}
      </Box>
    </Box>
  );
}
