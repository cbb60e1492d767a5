/** The phone's own small storage. Private-mode browsers may refuse it: then we remember until the page closes. */
import Taro from '@tarojs/taro';
import type { KeyStore } from './acts';

const memory: Record<string, string> = {};

export const storage: KeyStore = {
  get(name) {
    try {
      const value: unknown = Taro.getStorageSync(name);
      if (typeof value === 'string' && value !== '') return value;
    } catch {
      // falls through to memory
    }
    return memory[name];
  },
  set(name, value) {
    memory[name] = value;
    try {
      Taro.setStorageSync(name, value);
    } catch {
      // kept in memory
    }
  },
  remove(name) {
    delete memory[name];
    try {
      Taro.removeStorageSync(name);
    } catch {
      // was never written
    }
  },
};
