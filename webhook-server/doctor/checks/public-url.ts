import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { Config } from '../../config.ts';
import { errorCode } from '../../error-code.ts';
import { type Finding, ok, wrong } from '../finding.ts';

const check = 'public address';
const proxies = 'proxies';

const timeoutMs = 10_000;

/** What came in through the proxy; `addresses` are those in its `X-Forwarded-For`. */
type Seen = { addresses: number | undefined };

/** Takes the server's place for a moment. Undefined when the port is taken, as by the server itself. */
const standIn = async ({ host, port }: Config, seen: Seen): Promise<Server | undefined> => {
  const listener = createServer((request, response) => {
    const forwarded = [request.headers['x-forwarded-for'] ?? []].flat().join(',');
    seen.addresses = forwarded === '' ? 0 : forwarded.split(',').length;
    response.setHeader('content-type', 'application/json');
    response.setHeader('connection', 'close');
    response.end(JSON.stringify({ status: 'alive' }));
  });
  try {
    listener.listen(port, host);
    await once(listener, 'listening');
    return listener;
  } catch {
    return undefined;
  }
};

const ask = async (url: string): Promise<{ kind: 'alive' } | { kind: 'other'; reason: string }> => {
  try {
    const response = await fetch(`${url}/healthz`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    if (response.ok && /"status" *: *"alive"/.test(text)) return { kind: 'alive' };
    return { kind: 'other', reason: `it answers ${response.status}` };
  } catch (error) {
    const cause: unknown = typeof error === 'object' && error !== null && 'cause' in error ? error.cause : error;
    return { kind: 'other', reason: errorCode(cause) ?? 'no answer' };
  }
};

const judgeProxies = (trusted: number, counted: number): Finding => {
  const seen = `X-Forwarded-For names ${counted === 1 ? 'one address' : `${counted} addresses`}`;
  return counted === trusted
    ? ok(proxies, `${seen}, as TRUST_PROXY says.`)
    : wrong(proxies, `${seen}, and TRUST_PROXY is ${trusted}. Set TRUST_PROXY to ${counted}, or correct the proxy.`);
};

/**
 * Whether PUBLIC_URL leads here. While no server runs, this listens in its place, and sees what the proxies add; of a
 * server that runs it sees only that it answers.
 */
export const checkPublicUrl = async (config: Config): Promise<readonly Finding[]> => {
  const { publicUrl, host, port, trustedProxies } = config;
  if (publicUrl === undefined) return [];
  const seen: Seen = { addresses: undefined };
  const listener = await standIn(config, seen);
  try {
    const answer = await ask(publicUrl);
    if (answer.kind === 'other') {
      const next = `Check that the name, the certificate and the proxy lead to ${host}:${port}.`;
      return [wrong(check, `${publicUrl}/healthz cannot be reached (${answer.reason}). ${next}`)];
    }
    if (listener === undefined) {
      const next = 'Whether TRUST_PROXY fits can be seen while the server is stopped.';
      return [ok(check, `A server answers at ${publicUrl}. ${next}`)];
    }
    if (seen.addresses === undefined)
      return [
        wrong(check, `${publicUrl} leads to another server than ${host}:${port}. Correct the proxy, or HOST and PORT.`),
      ];
    return [ok(check, `${publicUrl} leads to ${host}:${port}.`), judgeProxies(trustedProxies, seen.addresses)];
  } finally {
    listener?.close();
    listener?.closeAllConnections();
  }
};
