/** 大字: a setting of this phone, heard by every open page. */
import { useEffect, useState } from 'react';
import { platform } from '@/platform/platform';
import { storage } from './storage';

const LARGE = 'preference:large';
const listeners = new Set<() => void>();

function isLarge(): boolean {
  const kept = storage.get(LARGE);
  return kept === undefined ? platform.prefersLargeText() : kept === 'yes';
}

/** Whether letters are to be big, and how to change it. */
export function useLargeText(): readonly [boolean, () => void] {
  const [large, setLarge] = useState(isLarge);
  useEffect(() => {
    const heard = () => setLarge(isLarge());
    listeners.add(heard);
    return () => void listeners.delete(heard);
  }, []);
  const toggle = () => {
    storage.set(LARGE, isLarge() ? 'no' : 'yes');
    listeners.forEach((tell) => tell());
  };
  return [large, toggle];
}
