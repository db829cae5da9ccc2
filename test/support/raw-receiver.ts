import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterAll } from '@jest/globals';

const closers: (() => void)[] = [];
afterAll(() => {
  for (const close of closers.splice(0)) close();
});

/** A server on loopback that speaks whatever bytes it likes, once the first of a request have come. */
export const startRawReceiver = async (speak: (socket: Socket) => void): Promise<{ url: string; host: string }> => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => speak(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: `http://${host}`, host };
};

/** Writes what `next` makes for as long as the other side takes it. Answers how many bytes were written. */
export const writeEndlessly = (socket: Socket, next: () => Buffer, mostBytes: number): { written: number } => {
  const counter = { written: 0 };
  const more = () => {
    while (!socket.destroyed && counter.written < mostBytes) {
      const chunk = next();
      counter.written += chunk.length;
      if (!socket.write(chunk)) return;
    }
  };
  socket.on('drain', more);
  more();
  return counter;
};
