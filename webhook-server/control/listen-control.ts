import { once } from 'node:events';
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { dirname } from 'node:path';
import { isControlAnswered } from './call-control.ts';

/** Unix knows no longer paths of sockets; Node would cut them off without a word. */
const mostPathBytes = 103;

/** The control socket cannot be made; the message says why, and what follows from it. */
export class ControlUnavailable extends Error {
  override readonly name = 'ControlUnavailable';
}

export type Control = { close(): Promise<void> };

const callGraceMs = 5_000;

const refuse = (path: string): void => {
  if (process.platform === 'win32') throw new ControlUnavailable('Windows has no such sockets.');
  if (Buffer.byteLength(path) > mostPathBytes) {
    throw new ControlUnavailable(`The path ${path} is longer than ${mostPathBytes} bytes. Choose a shorter DATA_DIR.`);
  }
};

/**
 * Listens on a socket that only the user of this process may use. One that a process left behind is replaced.
 *
 * @param path where the socket is made; its folder is made for the same user if it is not there.
 * @throws ControlUnavailable when another server listens there, or no such socket can be made.
 * @throws the error of the system, such as `EACCES`.
 */
export const listenControl = async (answer: RequestListener, path: string): Promise<Control> => {
  refuse(path);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (await isControlAnswered(path)) throw new ControlUnavailable(`Another server listens at ${path}.`);
  rmSync(path, { force: true });
  const listener = createServer({ requireHostHeader: false }, answer);
  // A backup takes as long as it takes.
  listener.requestTimeout = 0;
  listener.listen(path);
  const listening = once(listener, 'listening');
  await listening;
  chmodSync(path, 0o600);
  return {
    async close() {
      // Removes the socket, too.
      const closed = once(listener, 'close');
      listener.close();
      listener.closeIdleConnections();
      const timer = setTimeout(() => listener.closeAllConnections(), callGraceMs);
      await closed;
      clearTimeout(timer);
    },
  };
};
