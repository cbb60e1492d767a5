/** WeChat mini-program. */
import type { Platform } from './platform';

interface WxParts {
  onNetworkStatusChange?(callback: (status: { isConnected: boolean }) => void): void;
  offNetworkStatusChange?(callback: (status: { isConnected: boolean }) => void): void;
  getAppBaseInfo?(): { fontSizeSetting?: number };
}
declare const wx: WxParts;

/** WeChat's font size slider: 17 is the middle, 20 and up are the big ones. */
const LARGE_FONT_SETTING = 20;

export const weapp: Platform = {
  name: 'weapp',

  apiBase() {
    return API_BASE.replace(/\/$/, '');
  },

  onBack(callback) {
    // Being shown again is told by each page's own onShow; here only the network's return.
    const changed = (status: { isConnected: boolean }) => { if (status.isConnected) callback(); };
    wx.onNetworkStatusChange?.(changed);
    return () => wx.offNetworkStatusChange?.(changed);
  },

  randomBytes(count) {
    // WeChat's secure random is asynchronous only. What is drawn here are idempotency keys: they must not
    // collide, nobody gains by guessing one (the server scopes them to the signed-in family).
    return Uint8Array.from({ length: count }, () => Math.floor(Math.random() * 256));
  },

  saveText() {
    return false;
  },

  prefersLargeText() {
    try {
      return (wx.getAppBaseInfo?.().fontSizeSetting ?? 0) >= LARGE_FONT_SETTING;
    } catch {
      return false;
    }
  },

  openDemo() {
    return false;
  },
};
