import { once } from 'node:events';
import { type IncomingMessage, type RequestOptions, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { ErrorBody } from '../../contract/error-body.ts';
import { errorCode } from '../error-code.ts';

/** The server that was called refused; the message is its sentence. */
export class ControlRefused extends Error {
  override readonly name = 'ControlRefused';
}

type Call = { path: string; type: string; body: string | Uint8Array; headers?: Record<string, string> };

const send = async (options: RequestOptions, body: string | Uint8Array): Promise<IncomingMessage> => {
  const sent = request({ ...options, agent: false });
  sent.end(body);
  const [response]: IncomingMessage[] = await once(sent, 'response');
  if (response === undefined) throw new Error('There was no response.');
  return response;
};

/** Nobody listens there: no server runs, or it was killed. */
const isSilence = (error: unknown): boolean => ['ENOENT', 'ECONNREFUSED', 'ENOTSOCK'].includes(errorCode(error) ?? '');

/** Whether a server listens at the socket. */
export const isControlAnswered = async (socketPath: string): Promise<boolean> => {
  try {
    (await send({ socketPath, method: 'GET', path: '/' }, '')).resume();
    return true;
  } catch (error) {
    if (isSilence(error)) return false;
    throw error;
  }
};

/**
 * Sends a command to the server that listens at the socket.
 *
 * @returns the answer, or undefined when no server listens there.
 * @throws ControlRefused with the server's sentence.
 */
export const callControl = async (socketPath: string, { path, type, body, headers = {} }: Call): Promise<unknown> => {
  try {
    const options = { socketPath, method: 'POST', path, headers: { ...headers, 'content-type': type } };
    const response = await send(options, body);
    const answer: unknown = JSON.parse(await text(response));
    if (response.statusCode === 200) return answer;
    throw new ControlRefused(ErrorBody.parse(answer).error.message);
  } catch (error) {
    if (isSilence(error)) return undefined;
    throw error;
  }
};
