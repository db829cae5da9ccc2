import type { Call } from '../../topo/call.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { failureText, type TopoFailure, topoError } from '../request/topo-error.ts';

/** The result of one item: Topo's answer, or a sentence that says why there is none. `left` was never started. */
export type Attempt<Item, Answer> = { item: Item } & (
  | { kind: 'done'; answer: Answer }
  | { kind: 'failed' | 'left'; reason: string }
);

/** How many requests run at once: Topo's limits are unknown, and a run has 20 seconds to start them all. */
const concurrency = 4;

/** Every further request would fail the same way, so there is no point in going on. */
const endsTheRun = (failure: TopoFailure): boolean =>
  failure.kind === 'out of time' || (failure.kind === 'refused' && [401, 403, 429, 503].includes(failure.status));

const leftBecause = (failure: TopoFailure): string => {
  if (failure.kind === 'out of time') return 'The time of this step was over before its turn came.';
  if (failure.kind === 'refused' && failure.status === 429)
    return 'Topo asked for fewer requests before its turn came.';
  if (failure.kind === 'refused' && failure.status === 503) return 'Topo was not available when its turn came.';
  return 'Topo refused the API key before its turn came.';
};

/**
 * Makes one request to Topo for each item and returns the results in the same order. A failed item does not stop the
 * others; when Topo wants no more requests or the time is over, the items not started yet are `left`.
 *
 * @throws the `topoError` of the failure that stopped everything, if no item has a result yet: then nothing is lost.
 */
export const attemptEach = async <Item, Answer>(
  items: readonly Item[],
  callOf: (item: Item) => Call<unknown>,
  attempt: (item: Item) => Promise<{ kind: 'done'; answer: Answer } | TopoFailure>,
): Promise<Attempt<Item, Answer>[]> => {
  let end: { because: TopoFailure; error: Error } | undefined;

  const turn = async (item: Item): Promise<Attempt<Item, Answer> | undefined> => {
    const outcome = await attempt(item);
    if (outcome.kind === 'done') return { item, kind: 'done', answer: outcome.answer };
    if (!endsTheRun(outcome)) return { item, kind: 'failed', reason: failureText(outcome, callOf(item)) };
    end ??= { because: outcome, error: topoError(outcome, callOf(item)) };
    return undefined;
  };

  const attempted = await mapConcurrently(items, concurrency, turn, () => end === undefined);
  if (end !== undefined && attempted.every((one) => one === undefined)) throw end.error;
  const reason = end === undefined ? '' : leftBecause(end.because);
  return items.map((item, position) => attempted[position] ?? { item, kind: 'left', reason });
};
