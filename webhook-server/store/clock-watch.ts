/** A smaller step is a clock being trimmed, or a transaction that had to wait. */
const minStepMs = 5_000;

/**
 * By how much the clock was set since the last look, in milliseconds: negative when it was set back, 0 when it was not.
 * `accept` makes the time that was looked at count as right from then on.
 */
export type ClockLook = { stepMs: number; accept(): void };

/** Notices when the database's clock is set, by a clock that nobody can set. */
export type ClockWatch = {
  /** The steady clock, to be read before the database is asked for the time. */
  mark(): number;
  /** `nowMs` was read at some time since `markMs`: what passed meanwhile, in a busy process, is no step. */
  lookAt(nowMs: number, markMs: number): ClockLook;
};

/** @param steadyClock milliseconds from any start; never set, such as `performance.now`. */
export const createClockWatch = (steadyClock: () => number): ClockWatch => {
  let offsetMs: number | undefined;
  return {
    mark: steadyClock,
    lookAt(nowMs, markMs) {
      const [leastMs, mostMs] = [nowMs - steadyClock(), nowMs - markMs];
      offsetMs ??= leastMs;
      const nearestMs = Math.min(Math.max(offsetMs, leastMs), mostMs);
      const stepMs = Math.round(nearestMs - offsetMs);
      const accept = (): void => {
        offsetMs = nearestMs;
      };
      if (Math.abs(stepMs) >= minStepMs) return { stepMs, accept };
      accept();
      return { stepMs: 0, accept };
    },
  };
};
