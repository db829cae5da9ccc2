import type { Log } from './log.ts';
import { createOutageLog } from './outage-log.ts';
import { StoreOutdated } from './store/store.ts';

/** Jobs that are claimed from the store, several at a time. */
export type Work<Job> = {
  name: string;
  /** How many jobs may run at once. May change over time. */
  concurrency: () => number;
  /** Between two claims this much time passes, unless new work comes: jobs that end meanwhile are replaced together. */
  restMs?: number;
  /** Stores outcomes that are still waiting. While it fails, nothing is claimed. */
  settle?(): Promise<void>;
  claim(limit: number): Promise<Job[]>;
  run(job: Job, signal: AbortSignal): Promise<void>;
  /** Milliseconds until a job is due; undefined when none is waiting. */
  msUntilDue(): Promise<number | undefined>;
  /** Calls the listener when there may be a job sooner than that. Returns a function that unsubscribes. */
  onWork(listener: () => void): () => void;
};

export type WorkLoop = {
  /** Claims nothing more, gives the running jobs `graceMs`, then aborts them, and waits until they have ended. */
  stop(graceMs: number): Promise<void>;
  /** Whether it goes round: false when it has stopped, or when the turn that was due has not ended for long. */
  isAlive(): boolean;
};

const maxSleepMs = 60_000;
const minSleepMs = 10;
const afterErrorMs = 1_000;

/** A turn takes no longer than this beyond its sleep: a database that hangs has given up by then. */
const latestTurnMs = 45_000;

/**
 * After a claim that took longer than `quickClaimMs` as much time again passes before the next one: when claims are slow,
 * each takes more jobs, and half of the time is left for everything else.
 */
const quickClaimMs = 5;
const longestPauseMs = 250;

/** How long to wait for a job to end before checking whether more may run by now. */
const whileFullMs = 1_000;

/**
 * Runs jobs as they come due until it is stopped. Errors are logged, a lasting one once, and never end the loop.
 *
 * @param monotonicClock milliseconds, from any start; never goes back.
 */
export const startWorkLoop = <Job>(work: Work<Job>, log: Log, monotonicClock: () => number): WorkLoop => {
  const running = new Set<Promise<void>>();
  const outage = createOutageLog(log, { work: work.name });
  const abort = new AbortController();
  let isStopping = false;
  let isWoken = false;
  let hasNewWork = false;
  let endSleep = () => {};
  let endRest = () => {};
  let turnEndsBy = monotonicClock() + latestTurnMs;
  let claimTookMs = 0;

  const wake = (): void => {
    isWoken = true;
    endSleep();
  };

  const wakeForWork = (): void => {
    hasNewWork = true;
    endRest();
    wake();
  };

  const pauseAfterClaim = async (): Promise<void> => {
    if (claimTookMs <= quickClaimMs || isStopping) return;
    await new Promise((resolve) => setTimeout(resolve, Math.min(claimTookMs, longestPauseMs)));
  };

  const rest = async (ms: number): Promise<void> => {
    if (ms <= 0 || hasNewWork) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      endRest = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  };

  const sleep = async (ms: number): Promise<void> => {
    if (!isWoken) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        endSleep = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    // Several jobs that end at the same moment cause one claim, not several.
    await new Promise((resolve) => setImmediate(resolve));
  };

  const launch = (job: Job): void => {
    const run = work
      .run(job, abort.signal)
      .catch((error: unknown) => {
        if (!(error instanceof StoreOutdated)) log.error({ error, work: work.name }, 'a job failed unexpectedly');
      })
      .finally(() => {
        running.delete(run);
        wake();
      });
    running.add(run);
  };

  /** Starts what is due and returns how long to sleep. */
  const turn = async (): Promise<number> => {
    await work.settle?.();
    // The next claim sees whatever has come or ended by now.
    isWoken = false;
    hasNewWork = false;
    const free = work.concurrency() - running.size;
    if (free <= 0) return whileFullMs;
    const claimedAt = monotonicClock();
    const jobs = await work.claim(free);
    claimTookMs = monotonicClock() - claimedAt;
    outage.recovered();
    for (const job of jobs) launch(job);
    if (jobs.length === free) return whileFullMs;
    // Jobs that end quickly wake the loop, which saves the query for what is due next.
    if (jobs.length > 0) await sleep(minSleepMs);
    if (isWoken) return 0;
    const dueInMs = (await work.msUntilDue()) ?? maxSleepMs;
    return Math.max(minSleepMs, Math.min(dueInMs, maxSleepMs));
  };

  const loop = async (): Promise<void> => {
    while (!isStopping) {
      const sleepMs = await turn().catch((error: unknown) => {
        outage.failed(error, 'the store did not answer; trying again');
        return afterErrorMs;
      });
      if (isStopping) return;
      const restMs = work.restMs ?? 0;
      turnEndsBy = monotonicClock() + restMs + sleepMs + latestTurnMs;
      await pauseAfterClaim();
      await rest(restMs);
      if (!isStopping) await sleep(sleepMs);
    }
  };

  const unsubscribe = work.onWork(wakeForWork);
  const looping = loop();

  return {
    isAlive: () => !isStopping && monotonicClock() <= turnEndsBy,
    async stop(graceMs) {
      isStopping = true;
      unsubscribe();
      wakeForWork();
      await looping;
      const timer = setTimeout(() => abort.abort(), graceMs);
      await Promise.all(running);
      clearTimeout(timer);
    },
  };
};
