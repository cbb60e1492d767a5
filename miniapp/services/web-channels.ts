/**
 * Sockets for pages outside the selection sub-package. In H5 the library is a separate chunk loaded after the
 * page is drawn; in weapp there is none here (main package size), and the pages poll.
 */
import type { OpenChannel } from './live-feed';

export const openWebLiveChannel: OpenChannel | undefined = process.env.TARO_ENV === 'h5'
  ? async (laneIds, events) => (await import('./socket-channel')).openLiveChannel(laneIds, events)
  : undefined;

/** Undefined in weapp: the page polls. */
export const openWebFamilyChannel = process.env.TARO_ENV === 'h5'
  ? async (token: string, onPlace: () => void) => (await import('./socket-channel')).openFamilyChannel(token, onPlace)
  : undefined;
