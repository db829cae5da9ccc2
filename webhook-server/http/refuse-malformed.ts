import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ErrorBody } from '../../contract/error-body.ts';
import { errorCode } from '../error-code.ts';
import { whenOver } from './when-over.ts';

type Refusal = { status: number; reason: string; code: string; message: string };

const refusals: Record<string, Refusal> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    reason: 'Request Timeout',
    code: 'timed_out',
    message: 'The request took too long to arrive. Send it again.',
  },
  HPE_HEADER_OVERFLOW: {
    status: 431,
    reason: 'Request Header Fields Too Large',
    code: 'payload_too_large',
    message: 'The headers are too large.',
  },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: {
    status: 413,
    reason: 'Payload Too Large',
    code: 'payload_too_large',
    message: 'The body is too large. Send less at once.',
  },
};

const malformed: Refusal = {
  status: 400,
  reason: 'Bad Request',
  code: 'invalid_request',
  message: 'This is not valid HTTP.',
};

const connect: Refusal = { ...malformed, message: 'This server is no proxy: it takes no CONNECT.' };

/** A client has this long to read why it was refused, before its connection is closed whatever it does. */
const lingerMs = 1_000;

type Call = { request: IncomingMessage; response: ServerResponse };

const textOf = ({ code, message }: Refusal): string => {
  const body: ErrorBody = { error: { code, message, request_id: `req_${randomUUID()}` } };
  return JSON.stringify(body);
};

const headersOf = (text: string): Record<string, string> => ({
  'content-type': 'application/json; charset=utf-8',
  'content-length': String(Buffer.byteLength(text)),
  connection: 'close',
});

const closeSoon = (socket: Socket): void => {
  const timer = setTimeout(() => socket.destroy(), lingerMs).unref();
  socket.once('close', () => clearTimeout(timer));
};

/** Refuses on the bare connection, where Node has no response. */
const refuseBare = (socket: Socket, refusal: Refusal): void => {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const text = textOf(refusal);
  const lines = Object.entries(headersOf(text)).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${refusal.status} ${refusal.reason}`, ...lines, '', text].join('\r\n'));
  closeSoon(socket);
};

/** Refuses a request whose body is at fault. Node keeps its response behind those of earlier requests. */
const refuseCall = ({ request, response }: Call, refusal: Refusal): void => {
  const { socket } = request;
  if (!response.headersSent) {
    const text = textOf(refusal);
    response.writeHead(refusal.status, refusal.reason, headersOf(text));
    response.end(text);
  }
  whenOver(request, response, () => closeSoon(socket));
};

/**
 * Answers what is no valid request in the shape of every other error, and closes the connection. Answers to earlier
 * requests on the connection come first and whole.
 */
export const refuseMalformed = () => {
  const lastCall = new WeakMap<Socket, Call>();
  const open = new WeakMap<Socket, Set<Call>>();
  const waiting = new WeakMap<Socket, Refusal>();

  const isIdle = (socket: Socket): boolean => (open.get(socket)?.size ?? 0) === 0;

  const refuse = (socket: Socket, refusal: Refusal): void => {
    // Whatever comes after a fault is a fault, too.
    if (waiting.has(socket)) return;
    waiting.set(socket, refusal);
    const last = lastCall.get(socket);
    if (last !== undefined && !last.request.complete) refuseCall(last, refusal);
    else if (isIdle(socket)) refuseBare(socket, refusal);
  };

  return {
    /** To be told of each request. */
    note(request: IncomingMessage, response: ServerResponse): void {
      const { socket } = request;
      const call = { request, response };
      const calls = open.get(socket) ?? new Set();
      open.set(socket, calls.add(call));
      lastCall.set(socket, call);
      whenOver(request, response, () => {
        calls.delete(call);
        const refusal = waiting.get(socket);
        if (refusal !== undefined && calls.size === 0 && request.complete) refuseBare(socket, refusal);
      });
    },

    /** `idle`: whatever was asked on this connection is answered. */
    stateOf(socket: Socket): 'new' | 'answering' | 'idle' {
      if (!lastCall.has(socket)) return 'new';
      return isIdle(socket) ? 'idle' : 'answering';
    },

    refuseError(error: Error, socket: Socket): void {
      if (socket.writable) refuse(socket, refusals[errorCode(error) ?? ''] ?? malformed);
      else socket.destroy();
    },

    refuseConnect(socket: Socket): void {
      // Node has let go of this connection: without a listener its errors would end the process.
      socket.on('error', () => socket.destroy());
      refuse(socket, connect);
    },
  };
};
