import type { RequestHandler } from 'express';

/**
 * Reads and discards at most this much of a body that is still arriving when its request has been answered, so that the
 * client can finish sending and read the answer. Closes the connection of a client that sends more.
 */
export const discardBodyUpTo =
  (bytes: number): RequestHandler =>
  (request, response, next) => {
    // At `finish` Node would discard whatever comes, without an end, and out of sight.
    response.once('prefinish', () => {
      if (request.complete) return;
      let left = bytes;
      request.on('data', (chunk: Buffer) => {
        left -= chunk.length;
        if (left < 0) request.socket.destroy();
      });
      request.read(0);
    });
    next();
  };
