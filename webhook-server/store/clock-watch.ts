/** A smaller step is a clock being trimmed, or a transaction that had to wait. */
const minStepMs = 5_000;

/** Notices when the database's clock is set, by a clock that nobody can set. */
export type ClockWatch = {
  /**
   * By how much the clock was set since the last time that was accepted, in milliseconds: negative when it was set back,
   * 0 when it was not set.
   */
  stepAt(nowMs: number): number;
  /** From now on this time counts as right. */
  accept(nowMs: number): void;
};

/** @param steadyClock milliseconds from any start; never set, such as `performance.now`. */
export const createClockWatch = (steadyClock: () => number): ClockWatch => {
  let offsetMs: number | undefined;
  return {
    stepAt(nowMs) {
      const stepMs = offsetMs === undefined ? 0 : nowMs - steadyClock() - offsetMs;
      return Math.abs(stepMs) < minStepMs ? 0 : Math.round(stepMs);
    },
    accept(nowMs) {
      offsetMs = nowMs - steadyClock();
    },
  };
};
