/**
 * How often a workspace is polled. `intervalMs` applies while it is in use, `idleIntervalMs` once it has been quiet, and
 * every task is looked at again after `reconcileIntervalMs`.
 */
export type Pace = { intervalMs: number; idleIntervalMs: number; reconcileIntervalMs: number };

const quietAfterMs = 10 * 60_000;
const longestBackOffMs = 5 * 60_000;

/** When to poll again after a poll that went well, in milliseconds. */
export const nextPollInMs = ({ intervalMs, idleIntervalMs }: Pace, sinceActiveMs: number): number =>
  sinceActiveMs < quietAfterMs ? intervalMs : idleIntervalMs;

/**
 * When to try again after a poll that failed, in milliseconds: twice as long each time, at most five minutes, and
 * shifted by up to half so that workspaces that failed together do not come back together.
 *
 * @param failures how many polls in a row failed before this one.
 * @param random from 0 up to 1.
 */
export const backOffMs = ({ intervalMs }: Pace, failures: number, random: number): number =>
  Math.min(longestBackOffMs, intervalMs * 2 ** Math.min(failures, 20)) * (0.5 + random / 2);
