import type { Call } from '../../topo/call.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { failureText, type TopoFailure, topoError } from '../request/topo-error.ts';

/** What came of an item: an answer, or a sentence that tells why there is none. `left` was not begun. */
export type Attempted<Item, Answer> = { item: Item } & (
  | { kind: 'done'; answer: Answer }
  | { kind: 'failed' | 'left'; reason: string }
);

/** So many requests are under way at once: Topo's limits are not known, and a run has 20 seconds for beginning them. */
const width = 4;

/** Answers that every other request would get, too: it makes no sense to go on. */
const endsTheRun = (refusal: TopoFailure): boolean =>
  refusal.kind === 'out of time' || (refusal.kind === 'refused' && [401, 403, 429, 503].includes(refusal.status));

const leftBecause = (refusal: TopoFailure): string => {
  if (refusal.kind === 'out of time') return 'The time of this step was over before its turn came.';
  if (refusal.kind === 'refused' && refusal.status === 429)
    return 'Topo asked for fewer requests before its turn came.';
  if (refusal.kind === 'refused' && refusal.status === 503) return 'Topo was not available when its turn came.';
  return 'Topo refused the API key before its turn came.';
};

/**
 * Makes a request of Topo for each item, and answers in their order what came of it. One that fails does not keep the
 * others from their turn; when Topo wants no more requests or the time is over, what was not begun is `left`.
 *
 * @throws what `topoError` makes of Topo's answer when that ends it before anything came of any item: nothing is lost.
 */
export const attemptEach = async <Item, Answer>(
  items: readonly Item[],
  callOf: (item: Item) => Call<unknown>,
  attempt: (item: Item) => Promise<{ kind: 'done'; answer: Answer } | TopoFailure>,
): Promise<Attempted<Item, Answer>[]> => {
  let end: { because: TopoFailure; error: Error } | undefined;

  const turn = async (item: Item): Promise<Attempted<Item, Answer> | undefined> => {
    const outcome = await attempt(item);
    if (outcome.kind === 'done') return { item, kind: 'done', answer: outcome.answer };
    if (!endsTheRun(outcome)) return { item, kind: 'failed', reason: failureText(outcome, callOf(item)) };
    end ??= { because: outcome, error: topoError(outcome, callOf(item)) };
    return undefined;
  };

  const attempted = await mapConcurrently(items, width, turn, () => end === undefined);
  if (end !== undefined && attempted.every((one) => one === undefined)) throw end.error;
  const reason = end === undefined ? '' : leftBecause(end.because);
  return items.map((item, position) => attempted[position] ?? { item, kind: 'left', reason });
};
