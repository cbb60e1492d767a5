/** References for the sockets: `ws` alone, which sends given bytes to everyone when asked, and Socket.IO alone. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server as SocketIoServer } from 'socket.io';
import { WebSocketServer } from 'ws';
import type { Offers } from '../processes';

export const bareWs: Offers = {
  listen(): Promise<string> {
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => { body += chunk.toString('latin1'); });
      request.on('end', () => {
        const bytes = Buffer.from(body, 'latin1');
        for (const client of sockets.clients) client.send(bytes, { binary: false });
        response.end('ok');
      });
    });
    const sockets = new WebSocketServer({ server, perMessageDeflate: false });
    return listening(server);
  },
};

export const bareSocketIo: Offers = {
  /** The least a server must do to be watched: the namespace, and a room joined when asked. */
  listen(): Promise<string> {
    const server = createServer();
    new SocketIoServer(server, { serveClient: false }).of('/live').on('connection', (socket) => {
      socket.on('watch', (rooms: string[], answer: (result: object) => void) => {
        void socket.join(rooms);
        answer({ views: [] });
      });
    });
    return listening(server);
  },
};

function listening(server: Server): Promise<string> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)));
}
