/**
 * What differs between the places this client runs in, behind one interface. Gan Fu Tong's adapter joins
 * here: it is the web one with another sign-in and another way to save a file.
 */
import { weapp } from './weapp';
import { web } from './web';

export interface Platform {
  readonly name: 'weapp' | 'web';
  /** Where the API lives, without a trailing slash. */
  apiBase(): string;
  /** Calls back whenever the person can see us again or the network returned. Answers how to stop. */
  onBack(callback: () => void): () => void;
  /** Bytes nobody can guess, as far as the platform has them. */
  randomBytes(count: number): Uint8Array;
  /** Offers a text to keep as a file. False where the platform has no files to give. */
  saveText(fileName: string, text: string): boolean;
  /** The person already asked the system for big letters. */
  prefersLargeText(): boolean;
  /** The staff's or visitor's address for the demonstration clock, where it can be opened. */
  openDemo(): boolean;
}

// webpack folds the condition, so each output carries only its own adapter.
export const platform: Platform = process.env.TARO_ENV === 'h5' ? web : weapp;

/** Whether this is the browser build. */
export const isWeb = process.env.TARO_ENV === 'h5';
