import { Agent, request } from 'undici';
import { retryAfterMs } from '../retry-after.ts';
import type { Attempted } from './policy.ts';

export type Message = { url: URL; headers: Record<string, string>; body: string; signal: AbortSignal };

export type Transport = {
  /** Sends one message, with one deadline for everything from connecting to the end of the answer. */
  post(message: Message): Promise<Attempted>;
  /** Tells a target that its hook has ended. A failure is of no consequence. */
  delete(url: URL): Promise<void>;
  close(): Promise<void>;
};

/** One attempt takes at most this long. */
export const deadlineMs = 15_000;

/** So much of an answer is read, and dropped; the connection of a longer one is closed. */
const answerBytes = 64 * 1024;

/** Errors of connecting: whatever they mean, nothing was sent. */
const beforeSending = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPROTO',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

const codeOf = (error: unknown): string => {
  if (typeof error !== 'object' || error === null) return 'unknown error';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'name' in error && typeof error.name === 'string' ? error.name : 'unknown error';
};

const explain = (error: unknown): Attempted => {
  const code = codeOf(error);
  return beforeSending.has(code)
    ? { kind: 'never sent', reason: `the target could not be reached (${code})` }
    : { kind: 'no answer', reason: `the target did not answer (${code})` };
};

const first = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header;

/** Sends over pooled connections, follows no redirect and decodes nothing. */
export const createTransport = (): Transport => {
  const agent = new Agent({ connections: 16, connect: { timeout: 10_000 } });

  return {
    async post({ url, headers, body, signal }) {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
      try {
        const answer = await request(url, { method: 'POST', headers, body, dispatcher: agent, signal: deadline });
        // The status decides; what is wrong with the rest of the answer does not.
        await answer.body.dump({ limit: answerBytes, signal: deadline }).catch(() => undefined);
        const asked = retryAfterMs(first(answer.headers['retry-after']), Date.now());
        return { kind: 'answered', status: answer.statusCode, retryAfterMs: asked };
      } catch (error) {
        return explain(error);
      }
    },

    async delete(url) {
      const signal = AbortSignal.timeout(deadlineMs);
      const answer = await request(url, { method: 'DELETE', dispatcher: agent, signal }).catch(() => undefined);
      await answer?.body.dump({ limit: answerBytes, signal }).catch(() => undefined);
    },

    async close() {
      await agent.destroy();
    },
  };
};
