import type { Call } from '../../topo/call.ts';
import type { Secret } from '../secrets/secret.ts';
import type { PollOutcome } from '../store/work-store.ts';
import { type CallTopo, type ComparedCall, plainAnswer, type TopoAnswer, type Unchanged } from '../topo-port.ts';
import type { RequestBudget } from './request-budget.ts';

/**
 * How a poll ends, and when the workspace is polled again. `limited`: Topo answered 429. `postponed`: Topo was not called,
 * its response not awaited, or the database did not answer.
 * `reason` is for the log.
 */
export type PollEnd = {
  result: PollOutcome['result'] | 'limited' | 'postponed';
  nextPollInMs: number;
  reason?: string;
};

/** What Topo answered, and its clock at that moment in microseconds; or why the poll ends here. */
export type Called<Answer> =
  | { kind: 'answered'; answer: Answer; nowUs: number; fingerprint?: string | undefined }
  | { kind: 'stop'; end: PollEnd };

/**
 * What a look-up brought: null where Topo does not know the object (404). `wait`: the share is used up for now.
 * `isForbidden`: the key may not read it (403).
 */
export type LookedUp<Answer> =
  | { kind: 'answered'; answer: Answer | null }
  | { kind: 'wait'; waitMs: number }
  | { kind: 'failed'; retryAfterMs: number | undefined; isForbidden: boolean; reason: string }
  | { kind: 'stop'; end: PollEnd };

export type BudgetedCall = {
  /** Runs a call within the workspace's request budget. */
  <Answer>(call: Call<Answer>): Promise<Called<Answer>>;
  /** The same; `unchanged` when the answer has this fingerprint. Null: it has to be seen in any case. */
  compare<Answer>(call: Call<Answer>, seen: string | null): Promise<Called<Answer> | Unchanged>;
  /** Runs a call within the share of look-ups. Its failure is no end of the poll. */
  lookUp<Answer>(call: Call<Answer>): Promise<LookedUp<Answer>>;
  /** When Topo was called in the last minute: to be stored with what it answered. */
  requestedAtMs(): readonly number[];
  /** Those of these calls that were look-ups. */
  lookedUpAtMs(): readonly number[];
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

/** A look-up that hangs must not keep the next scan waiting for as long as Topo's client would. */
const lookUpTimeoutMs = 5_000;

/** Calls Topo for one poll of one workspace, and turns every other outcome than an answer into the end of the poll. */
export const createBudgetedCall = (options: BudgetedCallOptions): BudgetedCall => {
  const { key, call, budget, retryInMs, nowMs, signal } = options;
  const stop = (end: PollEnd) => ({ kind: 'stop' as const, end });

  const judge = <Answer>(answer: TopoAnswer<Answer>): Called<Answer> => {
    switch (answer.kind) {
      case 'answered':
        return {
          kind: 'answered',
          answer: answer.answer,
          nowUs: (answer.dateMs ?? nowMs) * 1000,
          fingerprint: answer.fingerprint,
        };
      case 'refused':
        return stop({ result: 'key refused', nextPollInMs: retryInMs, reason: answer.reason });
      case 'limited':
        return stop({ result: 'limited', nextPollInMs: answer.retryAfterMs ?? retryInMs, reason: answer.reason });
      case 'failed':
        return stop({ result: 'failed', nextPollInMs: retryInMs, reason: answer.reason });
    }
  };

  type Run<Answer> = TopoAnswer<Answer> | Unchanged | { kind: 'stop'; end: PollEnd };

  const run = async <Answer>(request: ComparedCall<Answer>): Promise<Run<Answer>> => {
    const waitMs = budget.spend();
    if (waitMs > 0) return stop({ result: 'postponed', nextPollInMs: waitMs, reason: 'the request budget is used up' });
    const answer = await call(key, request, signal);
    return signal.aborted ? stop({ result: 'postponed', nextPollInMs: 0, reason: 'the server stops' }) : answer;
  };

  const budgetedCall = async <Answer>(request: Call<Answer>): Promise<Called<Answer>> => {
    const answer = await run(request);
    return answer.kind === 'stop' ? answer : judge(plainAnswer(answer));
  };

  const compare = async <Answer>(request: Call<Answer>, seen: string | null): Promise<Called<Answer> | Unchanged> => {
    const answer = await run({ ...request, seen });
    return answer.kind === 'stop' || answer.kind === 'unchanged' ? answer : judge(answer);
  };

  const lookUp = async <Answer>(request: Call<Answer>): Promise<LookedUp<Answer>> => {
    const waitMs = budget.spendOnLookUp();
    if (waitMs > 0) return { kind: 'wait', waitMs };
    const answer = plainAnswer(
      await call(key, request, AbortSignal.any([signal, AbortSignal.timeout(lookUpTimeoutMs)])),
    );
    if (signal.aborted) return stop({ result: 'postponed', nextPollInMs: 0, reason: 'the server stops' });
    if (answer.kind === 'answered') return { kind: 'answered', answer: answer.answer };
    if (answer.kind === 'failed' && answer.status === 404) return { kind: 'answered', answer: null };
    if (answer.kind === 'refused' && answer.status === 401) {
      return stop({ result: 'key refused', nextPollInMs: retryInMs, reason: answer.reason });
    }
    const retryAfterMs = answer.kind === 'limited' ? answer.retryAfterMs : undefined;
    const isForbidden = answer.kind === 'refused';
    return { kind: 'failed', retryAfterMs, isForbidden, reason: answer.reason };
  };

  return Object.assign(budgetedCall, {
    compare,
    lookUp,
    requestedAtMs: () => budget.spentAtMs,
    lookedUpAtMs: () => budget.lookedUpAtMs,
  });
};
