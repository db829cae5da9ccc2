import type { DeliveryOutcome } from '../store/work-store.ts';

/** The result of an attempt. `reason` is a short phrase without secrets; `retryAfterMs` is at most `maxRetryAfterMs`. */
export type AttemptResult =
  | { kind: 'answered'; status: number; retryAfterMs: number | undefined }
  /** No byte of the event reached the target. */
  | { kind: 'never sent'; reason: string }
  /** The event was sent, or may have been, and no response came. */
  | { kind: 'no answer'; reason: string };

/** `attempt` counts from 1; `ageMs` is the time since the first attempt; `random` is from 0 up to 1. */
export type AttemptFacts = { attempt: number; ageMs: number; random: number };

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** How long to wait after the first attempt, the second, and so on; the last value repeats. */
const backOffMs = [
  5 * secondMs,
  30 * secondMs,
  2 * minuteMs,
  10 * minuteMs,
  hourMs,
  3 * hourMs,
  6 * hourMs,
  12 * hourMs,
];

/** A target's `Retry-After` puts its hook off for at most this long, which is also the longest back-off. */
export const maxRetryAfterMs = 12 * hourMs;

/** A delivery that has not succeeded this long after its first attempt is dead. */
export const horizonMs = 72 * hourMs;

/** With up to a fifth of jitter either way, so that what failed together does not come back together. */
const backOff = ({ attempt, random }: AttemptFacts): number =>
  (backOffMs[attempt - 1] ?? maxRetryAfterMs) * (0.8 + 0.4 * random);

/**
 * Decides how a delivery continues after an attempt. 2xx means delivered and 410 ends the hook. Everything else, also a
 * redirect, is retried until the horizon: after the target's `Retry-After`, within its bounds, or else with a growing
 * back-off. A delivery whose next attempt would come after the horizon is dead; its hook rests all the same.
 */
export const decide = (result: AttemptResult, facts: AttemptFacts): DeliveryOutcome => {
  if (result.kind === 'answered' && result.status >= 200 && result.status < 300) return { kind: 'delivered' };
  if (result.kind === 'answered' && result.status === 410) return { kind: 'gone' };

  const failure =
    result.kind === 'answered'
      ? ({ reason: `the target answered ${result.status}`, certainty: 'refused' } as const)
      : ({
          reason: result.reason,
          certainty: result.kind === 'never sent' ? 'never sent' : 'ambiguous',
        } as const);
  const askedMs = result.kind === 'answered' ? result.retryAfterMs : undefined;
  const afterMs = askedMs ?? Math.round(backOff(facts));
  return { kind: facts.ageMs + afterMs > horizonMs ? 'dead' : 'retry', afterMs, ...failure };
};
