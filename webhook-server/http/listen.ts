import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { ErrorBody } from '../../contract/error-body.ts';
import { errorCode } from '../error-code.ts';

/** A client must have sent its headers, and its whole request, within these times, which are looked at now and then. */
export type Patience = { headersTimeout: number; requestTimeout: number; connectionsCheckingInterval: number };

const usualPatience: Patience = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 1_000 };

const largestHeaderBytes = 16 * 1024;

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

/** Answers what never became a request, in the shape of every other error, and closes the connection. */
const refuse = (error: Error, socket: Socket): void => {
  // Nobody is there to read it, or part of an answer is on its way.
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
 * Listens, with bounds for slow clients and for the number of connections; more of them are closed at once.
 *
 * @throws Error when the address cannot be listened at.
 */
export const listen = async (
  answer: RequestListener,
  { host, port, mostConnections }: { host: string; port: number; mostConnections: number },
  patience = usualPatience,
): Promise<Server> => {
  const listener = createServer({ ...patience, maxHeaderSize: largestHeaderBytes, insecureHTTPParser: false }, answer);
  listener.maxConnections = mostConnections;
  listener.on('clientError', refuse);
  listener.listen(port, host);
  await once(listener, 'listening');
  return listener;
};
