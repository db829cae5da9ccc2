/** The time limit of one run of a step. */
export type Deadline = {
  /** Whole milliseconds until the run must end; 0 once the time is over. */
  remainingMs(): number;
  /** Whether a write may still start: early enough to learn its result before the end. */
  mayStartWrite(): boolean;
};

/** Zapier stops every call after 30 s; we keep 5 s to report what happened. */
const runMs = 25_000;

/** No write starts later than this in a run. */
export const lastWriteMs = 20_000;

/**
 * Starts the clock of a run.
 *
 * @param nowMs a monotonic clock.
 */
export const startDeadline = (nowMs: () => number): Deadline => {
  const startedAtMs = nowMs();
  return {
    remainingMs: () => Math.max(0, Math.floor(startedAtMs + runMs - nowMs())),
    mayStartWrite: () => nowMs() < startedAtMs + lastWriteMs,
  };
};

/** A deadline at most `ms` from now, for an optional part of a run. */
export const capDeadline = (deadline: Deadline, ms: number): Deadline => {
  const afterMs = Math.max(0, deadline.remainingMs() - ms);
  return { ...deadline, remainingMs: () => Math.max(0, deadline.remainingMs() - afterMs) };
};
