import type { Agent, Dispatcher } from 'undici';
import { errorCode } from '../error-code.ts';

/** The outcome of one request. `retryAfter` is the raw header; `code` names what went wrong. */
export type Exchanged =
  | { kind: 'answered'; status: number; retryAfter: string | undefined }
  /** It failed before the connection was made, so no byte was sent. */
  | { kind: 'never sent'; code: string }
  | { kind: 'no answer'; code: string };

/** Read and discard at most this much of a response; close the connection of a longer one. */
const maxResponseBytes = 64 * 1024;

/** Accept at most this many 1xx responses before the response itself. */
const maxInformational = 100;

const nameOf = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'name' in error && typeof error.name === 'string'
    ? error.name
    : undefined;

const codeOf = (error: unknown): string => errorCode(error) ?? nameOf(error) ?? 'unknown error';

const first = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header;

/**
 * Follows one request. Undici starts a request once it is connected and about to write the first byte: a request that
 * ends before that was never sent. Only the status counts, whatever is wrong with the rest of the response.
 */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #finish: (exchanged: Exchanged) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #answer: (Exchanged & { kind: 'answered' }) | undefined;
  #isFinished = false;
  #bytes = 0;
  #informational = 0;

  constructor(finish: (exchanged: Exchanged) => void) {
    this.#finish = finish;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isFinished) controller.abort(new Error('The request was given up.'));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status >= 200) this.#answer = { kind: 'answered', status, retryAfter: first(headers['retry-after']) };
    else if (++this.#informational > maxInformational) this.giveUp('too many preliminary answers');
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > maxResponseBytes) this.giveUp('the answer is too long');
  }

  onResponseEnd(): void {
    this.#end('the answer has no status');
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#end(codeOf(error));
  }

  /** Ends the exchange now and closes its connection, if there is one. */
  giveUp(code: string): void {
    this.#end(code);
    this.#controller?.abort(new Error('The request was given up.'));
  }

  #end(code: string): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.#finish(this.#answer ?? { kind: this.#controller === undefined ? 'never sent' : 'no answer', code });
  }
}

/** Sends one request. `onGiveUp` receives a function that ends it at once; the promise never rejects. */
export const exchange = (
  agent: Agent,
  request: Dispatcher.DispatchOptions,
  onGiveUp: (giveUp: (code: string) => void) => void,
): Promise<Exchanged> =>
  new Promise((resolve) => {
    const current = new Exchange(resolve);
    onGiveUp((code) => current.giveUp(code));
    try {
      agent.dispatch(request, current);
    } catch (error) {
      current.giveUp(codeOf(error));
    }
  });
