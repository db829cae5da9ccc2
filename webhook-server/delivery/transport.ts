import { Agent, type Dispatcher } from 'undici';
import { retryAfterMs } from '../../contract/retry-after.ts';
import { type Exchanged, exchange } from './exchange.ts';
import type { Attempted } from './policy.ts';

export type Message = { url: URL; headers: Record<string, string>; body: string; signal: AbortSignal };

export type Transport = {
  /** Sends one message, with one deadline for everything from connecting to the end of the answer. */
  post(message: Message): Promise<Attempted>;
  /** Tells a target that its hook has ended. */
  delete(target: Pick<Message, 'url' | 'signal'>): Promise<Attempted>;
  close(): Promise<void>;
};

export type TransportPorts = {
  /** Milliseconds since 1970, for a Retry-After that is a date. */
  clock: () => number;
  /** Calls `act` after `ms`, unless the function that it answers is called before. */
  startTimer: (ms: number, act: () => void) => () => void;
};

/** One attempt takes at most this long. */
export const deadlineMs = 15_000;

const realTimer = (ms: number, act: () => void): (() => void) => {
  const timer = setTimeout(act, ms);
  return () => clearTimeout(timer);
};

const attemptedOf = (exchanged: Exchanged, nowMs: number): Attempted => {
  switch (exchanged.kind) {
    case 'answered': {
      const { status, retryAfter } = exchanged;
      return { kind: 'answered', status, retryAfterMs: retryAfterMs(retryAfter, nowMs, { fractions: true }) };
    }
    case 'never sent':
      return { kind: 'never sent', reason: `the target could not be reached (${exchanged.code})` };
    case 'no answer':
      return { kind: 'no answer', reason: `the target did not answer (${exchanged.code})` };
  }
};

/**
 * Sends over pooled connections, follows no redirect and decodes nothing. Connections are not limited: what hangs must
 * not keep others of the same host waiting, and the delivery limits how much is under way. Each message has a connection
 * to itself, which HTTP/2 would not give it: one that breaks makes one delivery ambiguous.
 */
export const createTransport = ({
  clock = Date.now,
  startTimer = realTimer,
}: Partial<TransportPorts> = {}): Transport => {
  const agent = new Agent({
    connections: null,
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: deadlineMs },
  });

  const send = async (
    { url, signal }: Pick<Message, 'url' | 'signal'>,
    request: Pick<Dispatcher.DispatchOptions, 'method' | 'headers' | 'body'>,
  ): Promise<Attempted> => {
    let stopWaiting = () => {};
    const exchanged = await exchange(
      agent,
      { origin: url.origin, path: url.pathname + url.search, ...request },
      (giveUp) => {
        const stopping = () => giveUp('the server is stopping');
        const endTimer = startTimer(deadlineMs, () => giveUp('the time is up'));
        signal.addEventListener('abort', stopping);
        stopWaiting = () => {
          endTimer();
          signal.removeEventListener('abort', stopping);
        };
        if (signal.aborted) stopping();
      },
    );
    stopWaiting();
    return attemptedOf(exchanged, clock());
  };

  return {
    post: ({ url, headers, body, signal }) => send({ url, signal }, { method: 'POST', headers, body }),
    delete: ({ url, signal }) => send({ url, signal }, { method: 'DELETE' }),
    async close() {
      await agent.destroy();
    },
  };
};
