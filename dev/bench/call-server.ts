import { request } from 'undici';
import { isRecord } from '../local-zapier/is-record.ts';

const timeoutMs = 10_000;

/**
 * Calls a route of the webhook server as a step of the app does, with a client that takes little of the processor.
 *
 * @throws Error when it answers anything but a success.
 */
export const callServer = async (
  { serverUrl, key }: { serverUrl: string; key: string },
  method: string,
  path: string,
  body: unknown,
): Promise<Record<string, unknown>> => {
  const { statusCode, body: answerBody } = await request(`${serverUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  const answered = await answerBody.text();
  if (statusCode >= 400) throw new Error(`${method} ${path} answered ${statusCode}: ${answered}`);
  const answer: unknown = answered === '' ? {} : JSON.parse(answered);
  return isRecord(answer) ? answer : {};
};
