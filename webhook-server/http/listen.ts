import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { Socket } from 'node:net';
import { refuseMalformed } from './refuse-malformed.ts';

/** How long a client may take, in milliseconds, and how often that is checked. */
export type ClientTimeouts = {
  /** To send its headers, and its whole request. */
  headersTimeout: number;
  requestTimeout: number;
  connectionsCheckingInterval: number;
  /** Without reading anything of its answer. A client that goes on reading may take as long as it wants. */
  stallTimeout: number;
};

const defaultTimeouts: ClientTimeouts = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 1_000,
  stallTimeout: 30_000,
};

type Listening = {
  host: string;
  port: number;
  maxConnections: number;
  /** How long a connection may be idle. */
  keepAliveMs: number;
};

const maxHeaderBytes = 16 * 1024;

/**
 * Listens, with limits for slow clients and for the number of connections. Closes connections above the limit at once.
 *
 * @throws Error when it cannot listen at the address.
 */
export const listen = async (
  answer: RequestListener,
  { host, port, maxConnections, keepAliveMs }: Listening,
  { stallTimeout, ...clientTimeouts } = defaultTimeouts,
): Promise<Server> => {
  const { note, stateOf, refuseError, refuseConnect } = refuseMalformed();
  const handle: RequestListener = (request, response) => {
    note(request, response);
    answer(request, response);
  };
  const listener = createServer(
    {
      ...clientTimeouts,
      keepAliveTimeout: keepAliveMs,
      maxHeaderSize: maxHeaderBytes,
      insecureHTTPParser: false,
      // Node would answer without a body. The routes refuse the same.
      requireHostHeader: false,
    },
    handle,
  );
  listener.maxConnections = maxConnections;
  listener.on('checkContinue', handle);
  listener.on('checkExpectation', handle);
  listener.on('clientError', refuseError);
  listener.on('connect', (_request, socket) => {
    if (socket instanceof Socket) refuseConnect(socket);
    else socket.destroy();
  });
  // Node calls back when nothing has moved on a connection for so long, and counts what the operating system takes at once
  // as movement. So it looks early first.
  const firstLookMs = stallTimeout / 30;
  listener.setTimeout(firstLookMs, (socket) => {
    const state = stateOf(socket);
    if (state === 'idle') socket.destroy();
    if (state !== 'answering' || socket.writableLength === 0) return;
    if (socket.timeout === firstLookMs) socket.setTimeout(stallTimeout);
    else socket.destroy();
  });
  listener.listen(port, host);
  await once(listener, 'listening');
  return listener;
};
