/** The browser: phones, PCs, and later the super-app's web view. */
import type { Platform } from './platform';

export const web: Platform = {
  name: 'web',

  apiBase() {
    if (API_BASE !== '') return API_BASE.replace(/\/$/, '');
    // The folder the page is in, so that a reverse proxy may put all of us under a prefix.
    return window.location.href.replace(/[?#].*$/, '').replace(/\/[^/]*$/, '');
  },

  onBack(callback) {
    const shown = () => { if (document.visibilityState === 'visible') callback(); };
    document.addEventListener('visibilitychange', shown);
    window.addEventListener('online', callback);
    return () => {
      document.removeEventListener('visibilitychange', shown);
      window.removeEventListener('online', callback);
    };
  },

  randomBytes(count) {
    return window.crypto.getRandomValues(new Uint8Array(count));
  },

  saveText(fileName, text) {
    const link = document.createElement('a');
    const url = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }));
    link.href = url;
    link.download = fileName;
    link.click();
    // Not at once: some old web views start reading the blob only after the click returned.
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
    return true;
  },

  prefersLargeText() {
    // A browser's own font size is already honoured: our unit is a fraction of rem.
    return false;
  },

  openDemo() {
    window.location.href = `${this.apiBase()}/demo`;
    return true;
  },
};
