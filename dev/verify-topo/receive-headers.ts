import { createServer } from 'node:http';

export type HeaderReceiver = {
  /** The names of the headers of the first request, in lower case and sorted; `undefined` until it has come. */
  names(): string[] | undefined;
  close(): Promise<void>;
};

/** Receives webhooks on this machine, and keeps nothing of them but the names of their headers. */
export const receiveHeaders = (port: number): Promise<HeaderReceiver> =>
  new Promise((resolve, reject) => {
    let names: string[] | undefined;
    const server = createServer((request, response) => {
      names ??= Object.keys(request.headers).sort();
      request.resume();
      response.writeHead(204).end();
    });
    const close = () =>
      new Promise<void>((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      });
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve({ names: () => names, close }));
  });
