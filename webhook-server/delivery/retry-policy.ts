import type { DeliveryOutcome } from '../store/work-store.ts';

/** What an attempt came to. `reason` is a short phrase without secrets. */
export type AttemptResult =
  | { kind: 'answered'; status: number; retryAfterMs: number | undefined }
  /** No byte of the event reached the target. */
  | { kind: 'never sent'; reason: string }
  /** The event was sent, or may have been, and no answer came. */
  | { kind: 'no answer'; reason: string };

/** `attempt` counts from 1; `ageMs` is how long ago the first attempt was; `random` is from 0 up to 1. */
export type AttemptFacts = { attempt: number; ageMs: number; random: number };

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** How long to wait after the first attempt, the second, and so on; the last one repeats. */
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

/** A delivery that has not succeeded this long after its first attempt is dead. */
export const horizonMs = 72 * hourMs;

/** Shifted by up to a fifth either way, so that what failed together does not come back together. */
const backOff = ({ attempt, random }: AttemptFacts): number =>
  (backOffMs[attempt - 1] ?? 12 * hourMs) * (0.8 + 0.4 * random);

/**
 * Decides what becomes of a delivery after an attempt. 2xx is delivered and 410 ends the hook; everything else, a
 * redirect too, is tried again later: after `Retry-After` in full where the target gave one, else with a growing
 * back-off, until the horizon is passed. A target that asks to be left alone for longer than that is left alone until
 * the horizon.
 */
export const decide = (attempted: AttemptResult, facts: AttemptFacts): DeliveryOutcome => {
  if (attempted.kind === 'answered' && attempted.status >= 200 && attempted.status < 300) return { kind: 'delivered' };
  if (attempted.kind === 'answered' && attempted.status === 410) return { kind: 'gone' };

  const failure =
    attempted.kind === 'answered'
      ? ({ reason: `the target answered ${attempted.status}`, certainty: 'refused' } as const)
      : ({
          reason: attempted.reason,
          certainty: attempted.kind === 'never sent' ? 'never sent' : 'ambiguous',
        } as const);
  const asked = attempted.kind === 'answered' ? attempted.retryAfterMs : undefined;
  const afterMs = Math.round(asked === undefined ? backOff(facts) : Math.max(asked, secondMs));
  const isLate = facts.ageMs + afterMs > horizonMs;
  return isLate
    ? { kind: 'dead', afterMs: Math.min(afterMs, horizonMs), ...failure }
    : { kind: 'retry', afterMs, ...failure };
};
