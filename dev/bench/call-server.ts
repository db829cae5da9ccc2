import { isRecord } from '../local-zapier/is-record.ts';

const timeoutMs = 10_000;

/**
 * Calls a route of the webhook server as a step of the app does.
 *
 * @throws Error when it answers anything but a success.
 */
export const callServer = async (
  { serverUrl, key }: { serverUrl: string; key: string },
  method: string,
  path: string,
  body: unknown,
): Promise<Record<string, unknown>> => {
  const response = await fetch(`${serverUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const answered = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${answered}`);
  const answer: unknown = answered === '' ? {} : JSON.parse(answered);
  return isRecord(answer) ? answer : {};
};
