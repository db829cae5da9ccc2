/**
 * How often a workspace is polled: every `intervalMs` while it is in use, every `idleIntervalMs` once it has been quiet.
 * A reconciliation begins every `reconcileIntervalMs`.
 */
export type PollIntervals = { intervalMs: number; idleIntervalMs: number; reconcileIntervalMs: number };

const quietAfterMs = 10 * 60_000;
const maxBackOffMs = 5 * 60_000;

/** Up to a tenth of the interval is left out at random, so that workspaces do not march in step. */
const jitter = 0.1;

/**
 * How long to wait after a poll that went well, in milliseconds.
 *
 * @param random from 0 up to 1.
 */
export const nextPollInMs = (
  { intervalMs, idleIntervalMs }: PollIntervals,
  sinceActiveMs: number,
  random: number,
): number => (sinceActiveMs < quietAfterMs ? intervalMs : idleIntervalMs) * (1 - jitter * random);

/**
 * How long to wait after a poll that failed, in milliseconds: twice as long each time, at most five minutes, with up to
 * half of it random, so that workspaces that failed together do not come back together.
 *
 * @param failures how many polls in a row failed before this one.
 * @param random from 0 up to 1.
 */
export const backOffMs = ({ intervalMs }: PollIntervals, failures: number, random: number): number =>
  Math.min(maxBackOffMs, intervalMs * 2 ** Math.min(failures, 20)) * (0.5 + random / 2);
