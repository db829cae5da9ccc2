import { factsPatienceMs, intentLifeMs, intentPatienceMs } from '../rules.ts';
import { type AttributedChange, type Change, orderKeyOf } from './change.ts';

/** An intent that speaks for a change: the same task or its sequence run, and the same assignee. */
export type StandingIntent = { id: string; state: 'open' | 'done'; createdAtMs: number };

/** A change that may be told, and the intent that it came from. */
export type ReadyChange = AttributedChange & { intentId: string | null };

/** What is known about a change from elsewhere. */
export type Circumstances = {
  /** An intent that is settled comes before one that is not. */
  intent: StandingIntent | undefined;
  /** The template of the sequence run; `undefined` when a hook asks for it and it has not been looked up. */
  sequenceTemplateId: string | null | undefined;
  /** What the task is about is being looked up. */
  awaitsFacts: boolean;
};

const attribute = (
  change: Change,
  { intent, sequenceTemplateId, awaitsFacts }: Circumstances,
  nowMs: number,
): ReadyChange | null => {
  const ageMs = nowMs - change.detectedAtMs;
  const known = { ...change, sequenceTemplateId };
  if (awaitsFacts && ageMs < factsPatienceMs) return null;
  if (intent?.state === 'done') return { ...known, source: 'zapier', intentId: intent.id };
  const mayCome = intent !== undefined && nowMs - intent.createdAtMs < intentLifeMs;
  return mayCome && ageMs < intentPatienceMs ? null : { ...known, source: 'topo', intentId: null };
};

/**
 * Finds out who made each change, and leaves out what has to wait for an intent or for facts. With it waits what was
 * found in the same sequence run, so that nothing overtakes it.
 */
export const attributeChanges = (
  changes: readonly Change[],
  circumstancesOf: (change: Change) => Circumstances,
  nowMs: number,
): ReadyChange[] => {
  const attributed = changes.map((change) => ({ change, ready: attribute(change, circumstancesOf(change), nowMs) }));
  const waiting = new Set(attributed.flatMap(({ change, ready }) => (ready === null ? [orderKeyOf(change)] : [])));
  return attributed.flatMap(({ ready }) => (ready === null || waiting.has(orderKeyOf(ready)) ? [] : [ready]));
};
