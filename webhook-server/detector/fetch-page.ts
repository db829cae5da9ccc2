import { listTasks, type TaskPage, type TaskQuery } from '../../topo/list-tasks.ts';
import type { CallTopo } from '../call-topo.ts';
import type { Secret } from '../secrets/secret.ts';
import type { PollOutcome } from '../store/work-store.ts';
import type { RequestBudget } from './request-budget.ts';

/** How a poll ends: what came of it, and when the workspace is polled again. `reason` is for the log. */
export type PollEnd = Pick<PollOutcome, 'result' | 'nextPollInMs'> & { reason?: string };

/** A page, and Topo's clock (microseconds) when it answered; or why the poll ends here. */
export type FetchedPage = { kind: 'page'; page: TaskPage; nowUs: number } | { kind: 'stop'; end: PollEnd };

export type FetchPage = (query: TaskQuery) => Promise<FetchedPage>;

export type FetchOptions = {
  organizationId: string;
  key: Secret;
  call: CallTopo;
  budget: RequestBudget;
  /** How long to wait after a failure that does not say so itself, in milliseconds. */
  retryInMs: number;
  /** Our own clock, for an answer without a `Date`. */
  nowMs: number;
  signal: AbortSignal;
};

const stop = (end: PollEnd): FetchedPage => ({ kind: 'stop', end });

/** Fetches pages of one workspace's tasks within its request budget. */
export const createFetchPage =
  ({ organizationId, key, call, budget, retryInMs, nowMs, signal }: FetchOptions): FetchPage =>
  async (query) => {
    const waitMs = budget.spend(organizationId);
    if (waitMs > 0) return stop({ result: 'done', nextPollInMs: waitMs, reason: 'the request budget is used up' });

    const answer = await call(key, listTasks(query), signal);
    if (signal.aborted) return stop({ result: 'done', nextPollInMs: 0, reason: 'the server stops' });
    switch (answer.kind) {
      case 'answered':
        return { kind: 'page', page: answer.answer, nowUs: (answer.dateMs ?? nowMs) * 1000 };
      case 'refused':
        return stop({ result: 'key refused', nextPollInMs: retryInMs, reason: answer.reason });
      case 'limited':
        return stop({ result: 'failed', nextPollInMs: answer.retryAfterMs ?? retryInMs, reason: answer.reason });
      case 'failed':
        return stop({ result: 'failed', nextPollInMs: retryInMs, reason: answer.reason });
    }
  };
