/** The time that one run of a step has. */
export type Deadline = {
  /** Whole milliseconds until the run must have ended; 0 when they are over. */
  remainingMs(): number;
  /** Whether a write may still begin: late enough before the end to hear how it came out. */
  mayStartWrite(): boolean;
};

/** Zapier stops every call at 30 s; five of them are for saying what happened. */
const runMs = 25_000;

/** No write begins later than this in a run. */
export const lastWriteMs = 20_000;

/**
 * Starts the time of a run.
 *
 * @param nowMs a clock that never goes back.
 */
export const startDeadline = (nowMs: () => number): Deadline => {
  const startedAtMs = nowMs();
  return {
    remainingMs: () => Math.max(0, Math.floor(startedAtMs + runMs - nowMs())),
    mayStartWrite: () => nowMs() < startedAtMs + lastWriteMs,
  };
};

/** The next `ms` of a run, or what is left of it: for a part that a run can do without. */
export const capDeadline = (deadline: Deadline, ms: number): Deadline => {
  const afterMs = Math.max(0, deadline.remainingMs() - ms);
  return { ...deadline, remainingMs: () => Math.max(0, deadline.remainingMs() - afterMs) };
};
