/** One line to type in, with its label always in sight. */
import { Input } from '@tarojs/components';
import { Box, Words } from './Box';

export interface TextFieldProps {
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly maxLength: number;
  /** A code that the phone may offer to fill in from the message. */
  readonly isOneTimeCode?: boolean;
  readonly error?: string;
  readonly disabled?: boolean;
  readonly onChange: (value: string) => void;
  readonly onEnter?: () => void;
}

const digitsOnly = (text: string) => text.replace(/[０-９]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).replace(/\D/g, '');

/** A field for digits: phone numbers and codes. Spaces, dashes and full-width digits are quietly put right. */
export function DigitsField({ id, label, hint, value, maxLength, isOneTimeCode = false, error, disabled = false, onChange, onEnter }: TextFieldProps) {
  const changed = (text: string) => onChange(digitsOnly(text).slice(0, maxLength));
  const className = `field__input ${isOneTimeCode ? 'field__input--code' : ''} ${error === undefined ? '' : 'field__input--wrong'}`;
  return (
    <Box className="field">
      {process.env.TARO_ENV === 'h5'
        ? <label className="field__label" htmlFor={id}>{label}</label>
        : <Words className="field__label">{label}</Words>}
      {process.env.TARO_ENV === 'h5'
        ? (
          <input
            id={id} className={className} value={value} placeholder={hint} type="tel" inputMode="numeric" disabled={disabled}
            autoComplete={isOneTimeCode ? 'one-time-code' : 'tel'} aria-invalid={error !== undefined} aria-describedby={error === undefined ? undefined : `${id}-error`}
            onChange={(event) => changed(event.target.value)} onKeyDown={(event) => { if (event.key === 'Enter') onEnter?.(); }}
          />
        )
        : (
          <Input
            id={id} className={className} value={value} placeholder={hint} type="number" maxlength={maxLength} disabled={disabled} ariaLabel={label}
            onInput={(event) => changed(event.detail.value)} onConfirm={() => onEnter?.()}
          />
        )}
      {error !== undefined && <Box id={`${id}-error`} className="field__error" aria={{ role: 'alert' }}>{error}</Box>}
    </Box>
  );
}
