import type { Source } from '../../contract/event.ts';
import { type AttributedChange, type Change, orderKeyOf } from './change.ts';

/** An intent that speaks for a change: the same task or its sequence run, and the same assignee. */
export type StandingIntent = { id: string; state: 'open' | 'done'; createdAtMs: number };

/** A change that may be told, and the intent that it came from. */
export type ReadyChange = AttributedChange & { intentId: string | null };

/** An intent that nobody settled for this long never came true, as far as we know. */
export const intentLifeMs = 30_000;

/** A change waits for its intent to be settled no longer than this. */
const patienceMs = 3_000;

type Attribution = { source: Source; intentId: string | null } | 'waiting';

const attribute = (change: Change, intent: StandingIntent | undefined, nowMs: number): Attribution => {
  if (intent?.state === 'done') return { source: 'zapier', intentId: intent.id };
  const mayCome = intent !== undefined && nowMs - intent.createdAtMs < intentLifeMs;
  return mayCome && nowMs - change.detectedAtMs < patienceMs ? 'waiting' : { source: 'topo', intentId: null };
};

/**
 * Finds out who made each change, and leaves out what has to wait for an intent to be settled. With it waits what was
 * found in the same sequence run, so that nothing overtakes it.
 *
 * @param findIntent an intent that is settled before one that is not.
 */
export const attributeChanges = (
  changes: readonly Change[],
  findIntent: (change: Change) => StandingIntent | undefined,
  nowMs: number,
): ReadyChange[] => {
  const attributed = changes.map((change) => ({ change, attribution: attribute(change, findIntent(change), nowMs) }));
  const waiting = new Set(
    attributed.flatMap(({ change, attribution }) => (attribution === 'waiting' ? [orderKeyOf(change)] : [])),
  );
  return attributed.flatMap(({ change, attribution }) =>
    attribution === 'waiting' || waiting.has(orderKeyOf(change)) ? [] : [{ ...change, ...attribution }],
  );
};
