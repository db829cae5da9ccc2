import { connect, createServer, type Socket } from 'node:net';
import { afterAll } from '@jest/globals';

const closers: (() => void)[] = [];
afterAll(() => {
  for (const close of closers.splice(0)) close();
});

/** Stands between a client and a server, and can be cut like a cable. */
export const startBreakableProxy = async (target: { host: string; port: number }) => {
  const sockets = new Set<Socket>();
  let isCut = false;

  const forward = (from: Socket, to: Socket) => {
    from.pipe(to);
    from.on('error', () => to.destroy());
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  };

  const server = createServer((incoming) => {
    if (isCut) {
      incoming.destroy();
      return;
    }
    const outgoing = connect(target);
    for (const socket of [incoming, outgoing]) sockets.add(socket);
    forward(incoming, outgoing);
    forward(outgoing, incoming);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.');
  const cutAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  closers.push(() => {
    cutAll();
    server.close();
  });

  return {
    port: address.port,
    /** Every connection is lost, and new ones are lost at once. */
    cut() {
      isCut = true;
      cutAll();
    },
    mend() {
      isCut = false;
    },
  };
};
