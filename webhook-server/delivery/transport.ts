import { Agent, type Dispatcher } from 'undici';
import { retryAfterMs } from '../../contract/retry-after.ts';
import { type Exchanged, exchange } from './dispatch-request.ts';
import { type AttemptResult, maxRetryAfterMs } from './retry-policy.ts';

export type Message = { url: URL; headers: Record<string, string>; body: string; signal: AbortSignal };

export type Transport = {
  /** Sends one message, with one deadline from connecting to the end of the response. */
  post(message: Message): Promise<AttemptResult>;
  /** Tells a target that its hook has ended. */
  delete(target: Pick<Message, 'url' | 'signal'>): Promise<AttemptResult>;
  close(): Promise<void>;
};

export type TransportPorts = {
  /** Milliseconds since 1970, for a Retry-After that is a date. */
  clock: () => number;
  /** Calls `act` after `ms`, unless the function that it returns is called first. */
  startTimer: (ms: number, act: () => void) => () => void;
};

/** One attempt may take this long. */
export const deadlineMs = 15_000;

const realTimer = (ms: number, act: () => void): (() => void) => {
  const timer = setTimeout(act, ms);
  return () => clearTimeout(timer);
};

const resultOf = (exchanged: Exchanged, nowMs: number): AttemptResult => {
  switch (exchanged.kind) {
    case 'answered': {
      const { status, retryAfter } = exchanged;
      const options = { maxMs: maxRetryAfterMs, fractions: true };
      return { kind: 'answered', status, retryAfterMs: retryAfterMs(retryAfter, nowMs, options) };
    }
    case 'never sent':
      return { kind: 'never sent', reason: `the target could not be reached (${exchanged.code})` };
    case 'no answer':
      return { kind: 'no answer', reason: `the target did not answer (${exchanged.code})` };
  }
};

/**
 * Sends over pooled connections, follows no redirect and decodes nothing. The number of connections is unlimited: a
 * message that hangs must not hold up others to the same host, and the delivery limits how many are under way. HTTP/2
 * is off, so that a broken connection makes only one delivery ambiguous.
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
  ): Promise<AttemptResult> => {
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
    return resultOf(exchanged, clock());
  };

  return {
    post: ({ url, headers, body, signal }) => send({ url, signal }, { method: 'POST', headers, body }),
    delete: ({ url, signal }) => send({ url, signal }, { method: 'DELETE' }),
    async close() {
      await agent.destroy();
    },
  };
};
