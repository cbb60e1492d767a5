/** Reference for the live view: Koa and nothing else, answering given bytes. */
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import type { Offers } from '../processes';

export const bareKoa: Offers = {
  listen: (text: string) => new Promise((resolve) => {
    const app = new Koa();
    app.use((ctx) => {
      ctx.type = 'application/json; charset=utf-8';
      ctx.body = text;
    });
    const server = app.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  }),
};
