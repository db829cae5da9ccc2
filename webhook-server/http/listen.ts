import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { ErrorBody } from '../../contract/error-body.ts';
import { errorCode } from '../error-code.ts';

/** How long a client may take to send its headers and its whole request, and how often that is checked. */
export type ClientTimeouts = { headersTimeout: number; requestTimeout: number; connectionsCheckingInterval: number };

const defaultTimeouts: ClientTimeouts = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 1_000,
};

const maxHeaderBytes = 16 * 1024;

type Refusal = { status: string; code: string; message: string };

const refusals: Record<string, Refusal> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: '408 Request Timeout',
    code: 'timed_out',
    message: 'The request took too long to arrive. Send it again.',
  },
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    code: 'payload_too_large',
    message: 'The headers are too large.',
  },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: {
    status: '413 Payload Too Large',
    code: 'payload_too_large',
    message: 'The body is too large. Send less at once.',
  },
};

const malformed: Refusal = { status: '400 Bad Request', code: 'invalid_request', message: 'This is not valid HTTP.' };

/** Answers what is no valid request, in the shape of every other error, and closes the connection. */
const refuse = (error: Error, socket: Socket): void => {
  // The client has gone, or part of a response is already on its way.
  if (!socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const { status, code, message } = refusals[errorCode(error) ?? ''] ?? malformed;
  const body: ErrorBody = { error: { code, message, request_id: `req_${randomUUID()}` } };
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${status}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
};

/**
 * Listens, with limits for slow clients and for the number of connections. Closes connections above the limit at once.
 *
 * @throws Error when it cannot listen at the address.
 */
export const listen = async (
  answer: RequestListener,
  { host, port, maxConnections }: { host: string; port: number; maxConnections: number },
  clientTimeouts = defaultTimeouts,
): Promise<Server> => {
  const listener = createServer(
    { ...clientTimeouts, maxHeaderSize: maxHeaderBytes, insecureHTTPParser: false },
    answer,
  );
  listener.maxConnections = maxConnections;
  listener.on('clientError', refuse);
  listener.listen(port, host);
  await once(listener, 'listening');
  return listener;
};
