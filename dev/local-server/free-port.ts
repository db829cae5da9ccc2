import { createServer } from 'node:net';

const tryPort = (port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : port));
    });
  });

/** Finds a free port: the preferred one, or any other. */
export const freePort = (preferred = 0): Promise<number> => tryPort(preferred).catch(() => tryPort(0));
