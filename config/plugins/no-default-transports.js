/** Stands in for engine.io-client's own transports in weapp, which has neither XHR nor WebSocket. */
export const transports = {};
