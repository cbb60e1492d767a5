/**
 * The two elements everything is drawn with. In H5 they are plain `div` and `span`: lighter than Taro's web
 * components on a cheap phone, and screen readers know them. In weapp they are View and Text.
 */
import type { CSSProperties, ElementType, ReactNode } from 'react';
import { Text, View } from '@tarojs/components';

const isWeb = process.env.TARO_ENV === 'h5';
// Written out as conditions: webpack then never sees a use of the other platform's component and leaves it out.
const Block: ElementType = process.env.TARO_ENV === 'h5' ? 'div' : View;
const Run: ElementType = process.env.TARO_ENV === 'h5' ? 'span' : Text;

export interface Aria {
  readonly role?: string;
  readonly label?: string;
  readonly hidden?: boolean;
  readonly live?: 'polite' | 'assertive';
  readonly checked?: boolean;
  readonly selected?: boolean;
  readonly expanded?: boolean;
  readonly modal?: boolean;
  /** Heading level; H5 only. */
  readonly level?: number;
}

/** The attributes of each platform: WeChat writes `aria-role` where browsers write `role`. */
export function ariaAttributes(aria: Aria | undefined): Record<string, string> {
  if (aria === undefined) return {};
  const attributes: Record<string, string> = {};
  if (aria.role !== undefined) attributes[isWeb ? 'role' : 'aria-role'] = aria.role;
  if (aria.label !== undefined) attributes['aria-label'] = aria.label;
  if (aria.live !== undefined) attributes['aria-live'] = aria.live;
  if (aria.level !== undefined && isWeb) attributes['aria-level'] = String(aria.level);
  for (const flag of ['hidden', 'checked', 'selected', 'expanded', 'modal'] as const) {
    if (aria[flag] !== undefined) attributes[`aria-${flag}`] = String(aria[flag]);
  }
  return attributes;
}

export interface BoxProps {
  readonly id?: string;
  readonly className?: string;
  readonly style?: CSSProperties;
  readonly aria?: Aria;
  readonly onClick?: () => void;
  readonly children?: ReactNode;
}

/** A block. */
export function Box({ id, className, style, aria, onClick, children }: BoxProps) {
  return <Block id={id} className={className} style={style} onClick={onClick} {...ariaAttributes(aria)}>{children}</Block>;
}

/** A run of words. */
export function Words({ id, className, style, aria, children }: Omit<BoxProps, 'onClick'>) {
  return <Run id={id} className={className} style={style} {...ariaAttributes(aria)}>{children}</Run>;
}
