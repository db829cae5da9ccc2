import type { Call } from '../../topo/call.ts';
import type { Secret } from '../secrets/secret.ts';
import type { PollOutcome } from '../store/work-store.ts';
import type { CallTopo, TopoAnswer } from '../topo-port.ts';
import type { RequestBudget } from './request-budget.ts';

/**
 * How a poll ends: what came of it, and when the workspace is polled again. `put off`: Topo was not asked, or its answer
 * not awaited. `reason` is for the log.
 */
export type PollEnd = { result: PollOutcome['result'] | 'put off'; nextPollInMs: number; reason?: string };

/** What Topo answered, and its clock (microseconds) when it did; or why the poll ends here. */
export type Asked<Answer> = { kind: 'answered'; answer: Answer; nowUs: number } | { kind: 'stop'; end: PollEnd };

export type BudgetedCall = {
  /** Runs a call within the workspace's request budget. */
  <Answer>(call: Call<Answer>): Promise<Asked<Answer>>;
  /** The same, for a call that Topo may refuse or not know without ending the poll: then the answer is null. */
  orNull<Answer>(call: Call<Answer>): Promise<Asked<Answer | null>>;
  /** When Topo was asked in the last minute: to be stored with what it answered. */
  requestedAtMs(): readonly number[];
};

export type AskOptions = {
  key: Secret;
  call: CallTopo;
  budget: RequestBudget;
  /** How long to wait after a failure that does not say so itself, in milliseconds. */
  retryInMs: number;
  /** Our own clock, for an answer without a `Date`. */
  nowMs: number;
  signal: AbortSignal;
};

const shortestWaitMs = 1_000;
const longestWaitMs = 3_600_000;

/** What Topo asks to wait, within bounds: a mistake in a header must neither hurry a workspace nor silence it for good. */
const waitOf = (retryAfterMs: number | undefined): number | undefined =>
  retryAfterMs === undefined ? undefined : Math.max(shortestWaitMs, Math.min(retryAfterMs, longestWaitMs));

const mayBeNull = (answer: TopoAnswer<unknown>): boolean =>
  (answer.kind === 'refused' && answer.status === 403) || (answer.kind === 'failed' && answer.status === 404);

/** Asks Topo about one workspace. */
export const createBudgetedCall = (options: AskOptions): BudgetedCall => {
  const { key, call, budget, retryInMs, nowMs, signal } = options;
  const stop = (end: PollEnd) => ({ kind: 'stop' as const, end });

  const judge = <Answer>(answer: TopoAnswer<Answer>): Asked<Answer> => {
    switch (answer.kind) {
      case 'answered':
        return { kind: 'answered', answer: answer.answer, nowUs: (answer.dateMs ?? nowMs) * 1000 };
      case 'refused':
        return stop({ result: 'key refused', nextPollInMs: retryInMs, reason: answer.reason });
      case 'limited':
        return stop({
          result: 'failed',
          nextPollInMs: waitOf(answer.retryAfterMs) ?? retryInMs,
          reason: answer.reason,
        });
      case 'failed':
        return stop({ result: 'failed', nextPollInMs: retryInMs, reason: answer.reason });
    }
  };

  const run = async <Answer>(request: Call<Answer>): Promise<TopoAnswer<Answer> | { kind: 'stop'; end: PollEnd }> => {
    const waitMs = budget.spend();
    if (waitMs > 0) return stop({ result: 'put off', nextPollInMs: waitMs, reason: 'the request budget is used up' });
    const answer = await call(key, request, signal);
    return signal.aborted ? stop({ result: 'put off', nextPollInMs: 0, reason: 'the server stops' }) : answer;
  };

  const ask = async <Answer>(request: Call<Answer>): Promise<Asked<Answer>> => {
    const answer = await run(request);
    return answer.kind === 'stop' ? answer : judge(answer);
  };

  const orNull = async <Answer>(request: Call<Answer>): Promise<Asked<Answer | null>> => {
    const answer = await run(request);
    if (answer.kind === 'stop') return answer;
    return mayBeNull(answer) ? { kind: 'answered', answer: null, nowUs: nowMs * 1000 } : judge<Answer | null>(answer);
  };

  return Object.assign(ask, { orNull, requestedAtMs: () => budget.spentAtMs });
};
