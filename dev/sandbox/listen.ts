import { createServer } from 'node:http';
import type { Express } from 'express';

/** Where to listen. Port 0 means any free one. */
export type Address = { readonly port?: number; readonly host?: string };

/** A listening server. `url` ends with `/v1`; `close` cuts open connections, and may be called twice. */
export type Listening = { readonly url: string; readonly port: number; readonly close: () => Promise<void> };

/** Starts listening; rejects with node's own error, such as `EADDRINUSE`. */
export const listen = (app: Express, { port = 0, host = '127.0.0.1' }: Address = {}): Promise<Listening> =>
  new Promise((resolve, reject) => {
    const server = createServer(app);
    // A client may reuse an idle connection just when it times out, so ours outlasts theirs.
    server.keepAliveTimeout = 75_000;
    const close = () =>
      new Promise<void>((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      });
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      const actualPort = typeof address === 'object' && address !== null ? address.port : port;
      const authority = host.includes(':') ? `[${host}]` : host;
      resolve({ url: `http://${authority}:${actualPort}/v1`, port: actualPort, close });
    });
  });
