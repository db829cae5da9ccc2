import { once } from 'node:events';
import { createServer, request } from 'node:http';

/** Passes requests on to a server as they are, and counts them. */
export type CountingRelay = {
  /** The address of the server, by way of the relay. */
  readonly url: string;
  /** How many requests have come since it was asked last. */
  take(): number;
  close(): Promise<void>;
};

export const startCountingRelay = async (target: string): Promise<CountingRelay> => {
  const { origin, pathname } = new URL(target);
  let count = 0;
  const relay = createServer((incoming, outgoing) => {
    count += 1;
    const { method, headers } = incoming;
    const passedOn = request(new URL(incoming.url ?? '/', origin), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    passedOn.on('error', () => outgoing.destroy());
    incoming.pipe(passedOn);
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const address = relay.address();
  if (address === null || typeof address === 'string') throw new TypeError('The relay listens on no port.');
  return {
    url: `http://127.0.0.1:${address.port}${pathname === '/' ? '' : pathname}`,
    take: () => {
      const taken = count;
      count = 0;
      return taken;
    },
    close: async () => {
      relay.closeAllConnections();
      relay.close();
      await once(relay, 'close');
    },
  };
};
