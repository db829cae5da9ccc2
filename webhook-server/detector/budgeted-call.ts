import type { Call } from '../../topo/call.ts';
import type { Secret } from '../secrets/secret.ts';
import type { PollOutcome } from '../store/work-store.ts';
import type { CallTopo, TopoAnswer } from '../topo-port.ts';
import type { RequestBudget } from './request-budget.ts';

/**
 * How a poll ends, and when the workspace is polled again. `postponed`: Topo was not called, its response not awaited, or
 * the database did not answer.
 * `reason` is for the log.
 */
export type PollEnd = { result: PollOutcome['result'] | 'postponed'; nextPollInMs: number; reason?: string };

/** What Topo answered, and its clock at that moment in microseconds; or why the poll ends here. */
export type Called<Answer> = { kind: 'answered'; answer: Answer; nowUs: number } | { kind: 'stop'; end: PollEnd };

export type BudgetedCall = {
  /** Runs a call within the workspace's request budget. */
  <Answer>(call: Call<Answer>): Promise<Called<Answer>>;
  /** The same, but the answer is null where Topo refuses the call (403) or does not know its object (404). */
  orNull<Answer>(call: Call<Answer>): Promise<Called<Answer | null>>;
  /** When Topo was called in the last minute: to be stored with what it answered. */
  requestedAtMs(): readonly number[];
};

export type BudgetedCallOptions = {
  key: Secret;
  call: CallTopo;
  budget: RequestBudget;
  /** How long to wait after a failure when Topo does not say, in milliseconds. */
  retryInMs: number;
  /** Our own clock, for a response without a `Date`. */
  nowMs: number;
  signal: AbortSignal;
};

const mayBeNull = (answer: TopoAnswer<unknown>): boolean =>
  (answer.kind === 'refused' && answer.status === 403) || (answer.kind === 'failed' && answer.status === 404);

/** Calls Topo for one poll of one workspace, and turns every other outcome than an answer into the end of the poll. */
export const createBudgetedCall = (options: BudgetedCallOptions): BudgetedCall => {
  const { key, call, budget, retryInMs, nowMs, signal } = options;
  const stop = (end: PollEnd) => ({ kind: 'stop' as const, end });

  const judge = <Answer>(answer: TopoAnswer<Answer>): Called<Answer> => {
    switch (answer.kind) {
      case 'answered':
        return { kind: 'answered', answer: answer.answer, nowUs: (answer.dateMs ?? nowMs) * 1000 };
      case 'refused':
        return stop({ result: 'key refused', nextPollInMs: retryInMs, reason: answer.reason });
      case 'limited':
        return stop({ result: 'failed', nextPollInMs: answer.retryAfterMs ?? retryInMs, reason: answer.reason });
      case 'failed':
        return stop({ result: 'failed', nextPollInMs: retryInMs, reason: answer.reason });
    }
  };

  const run = async <Answer>(request: Call<Answer>): Promise<TopoAnswer<Answer> | { kind: 'stop'; end: PollEnd }> => {
    const waitMs = budget.spend();
    if (waitMs > 0) return stop({ result: 'postponed', nextPollInMs: waitMs, reason: 'the request budget is used up' });
    const answer = await call(key, request, signal);
    return signal.aborted ? stop({ result: 'postponed', nextPollInMs: 0, reason: 'the server stops' }) : answer;
  };

  const budgetedCall = async <Answer>(request: Call<Answer>): Promise<Called<Answer>> => {
    const answer = await run(request);
    return answer.kind === 'stop' ? answer : judge(answer);
  };

  const orNull = async <Answer>(request: Call<Answer>): Promise<Called<Answer | null>> => {
    const answer = await run(request);
    if (answer.kind === 'stop') return answer;
    return mayBeNull(answer) ? { kind: 'answered', answer: null, nowUs: nowMs * 1000 } : judge<Answer | null>(answer);
  };

  return Object.assign(budgetedCall, { orNull, requestedAtMs: () => budget.spentAtMs });
};
