import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const waitingFor = new WeakMap<Socket, Set<() => void>>();

const waitingForEnd = (socket: Socket): Set<() => void> => {
  const known = waitingFor.get(socket);
  if (known !== undefined) return known;
  const added = new Set<() => void>();
  waitingFor.set(socket, added);
  socket.once('close', () => {
    for (const over of added) over();
  });
  return added;
};

/**
 * Calls back once when nothing more of a response is going to be sent: the operating system has all of it, or the
 * connection is closed. Node does not emit `close` for a response that waits behind another one on its connection.
 */
export const whenOver = ({ socket }: IncomingMessage, response: ServerResponse, callback: () => void): void => {
  if (response.destroyed || socket.destroyed) {
    callback();
    return;
  }
  const waiting = waitingForEnd(socket);
  const over = (): void => {
    if (!waiting.delete(over)) return;
    response.off('close', over);
    callback();
  };
  waiting.add(over);
  response.once('close', over);
};
