/** Things to press. In H5 a real `button`: keyboard, focus and screen readers come with it (Taro's Button is none). */
import type { ReactNode } from 'react';
import { Button } from '@tarojs/components';
import { ariaAttributes, type Aria } from './Box';

export interface PressProps {
  readonly id?: string;
  readonly className?: string;
  readonly disabled?: boolean;
  readonly aria?: Aria;
  readonly onPress: () => void;
  readonly children?: ReactNode;
}

/** An unstyled button. */
export function Press({ id, className = '', disabled = false, aria, onPress, children }: PressProps) {
  const classes = `press ${className}`;
  return process.env.TARO_ENV === 'h5'
    ? <button type="button" id={id} className={classes} disabled={disabled} onClick={onPress} {...ariaAttributes(aria)}>{children}</button>
    : <Button id={id} className={classes} disabled={disabled} hoverClass="press--down" onClick={disabled ? undefined : onPress} {...ariaAttributes(aria)}>{children}</Button>;
}

export interface BigButtonProps extends PressProps {
  /** `main`: the one thing to do here. `calm`: the other. `grave`: cannot be undone. */
  readonly kind?: 'main' | 'calm' | 'grave';
  readonly busy?: boolean;
}

/** A button across the screen, easy to hit. Busy means it was heard: it cannot be pressed twice. */
export function BigButton({ kind = 'main', busy = false, disabled = false, className = '', ...rest }: BigButtonProps) {
  return <Press {...rest} disabled={disabled || busy} className={`big-button big-button--${kind} ${className}`} />;
}

export interface ChipProps extends PressProps {
  readonly on: boolean;
}

/** One of a few choices; the chosen one says so in more than colour. */
export function Chip({ on, children, ...rest }: ChipProps) {
  return (
    <Press {...rest} className={`chip ${on ? 'chip--on' : ''}`} aria={{ role: 'radio', checked: on, ...rest.aria }}>
      {on ? '✓ ' : ''}{children}
    </Press>
  );
}
