/**
 * engine.io-client's view of the world, for weapp. Its own finds the global object by `Function('return this')`,
 * which WeChat forbids. There are no cookies to keep.
 */
export const nextTick = (callback) => Promise.resolve().then(callback);
export const globalThisShim = typeof globalThis === 'undefined' ? {} : globalThis;
export const defaultBinaryType = 'arraybuffer';
export function createCookieJar() {}
