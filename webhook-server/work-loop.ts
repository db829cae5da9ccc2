import type { Log } from './log.ts';
import { createOutageLog } from './outage-log.ts';
import { StoreOutdated } from './store/store.ts';

/** Whether the end of a job may have made another one due. */
export type JobEnd = 'others may be due' | 'no other is due';

/** Jobs that are claimed from the store, several at a time. */
export type Work<Job> = {
  name: string;
  /** How many jobs may run at once. May change over time. */
  concurrency: () => number;
  /** Between two claims this much time passes, unless new work comes: jobs that end meanwhile are replaced together. */
  restMs?: number;
  /** So much of it passes even when new work comes: what comes meanwhile is claimed together. */
  shortRestMs?: number;
  /** Stores outcomes that are still waiting. While it fails, nothing is claimed. */
  settle?(): Promise<void>;
  claim(limit: number): Promise<Job[]>;
  /** Where it says nothing, others may be due. */
  run(job: Job, signal: AbortSignal): Promise<JobEnd> | Promise<void>;
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

/** A loop that lends its places to whoever can claim jobs on the way of other work. */
export type LendingLoop<Job> = WorkLoop & {
  /**
   * Starts the jobs that `use` has claimed, at most as many as the places that it gets: none while jobs wait for places
   * here, or while the loop stops.
   */
  lend<Result>(use: (places: number) => Promise<{ jobs: readonly Job[]; result: Result }>): Promise<Result>;
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

/** Of the free places at most a quarter is lent at once, and no more than this. */
const mostLent = 8;

/** How long to wait for a job to end before checking whether more may run by now. */
const whileFullMs = 1_000;

/**
 * Runs jobs as they come due until it is stopped. Errors are logged, a lasting one once, and never end the loop.
 *
 * @param monotonicClock milliseconds, from any start; never goes back.
 */
export const startWorkLoop = <Job>(work: Work<Job>, log: Log, monotonicClock: () => number): LendingLoop<Job> => {
  const running = new Set<Promise<void>>();
  const borrowing = new Set<Promise<unknown>>();
  let lent = 0;
  const outage = createOutageLog(log, { work: work.name });
  const abort = new AbortController();
  let isStopping = false;
  let isWoken = false;
  let hasNewWork = false;
  let endSleep = () => {};
  let endRest = () => {};
  let turnEndsBy = monotonicClock() + latestTurnMs;
  let claimTookMs = 0;
  let mayHaveLeft = true;

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

  const restForNewWork = async (ms: number): Promise<void> => {
    if (ms <= 0 || hasNewWork) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      endRest = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  };

  const rest = async (): Promise<void> => {
    const { restMs = 0, shortRestMs = 0 } = work;
    const begunAt = monotonicClock();
    await restForNewWork(restMs);
    const leftMs = shortRestMs - (monotonicClock() - begunAt);
    if (leftMs > 0 && !isStopping) await new Promise((resolve) => setTimeout(resolve, leftMs));
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

  const endOf = async (job: Job) => {
    try {
      return await work.run(job, abort.signal);
    } catch (error) {
      if (!(error instanceof StoreOutdated)) log.error({ error, work: work.name }, 'a job failed unexpectedly');
      return undefined;
    }
  };

  const launch = (job: Job): void => {
    const run = endOf(job).then((end) => {
      running.delete(run);
      if (end !== 'no other is due' || mayHaveLeft) wake();
    });
    running.add(run);
  };

  const countFree = (): number => work.concurrency() - running.size - lent;

  const lend = async <Result>(
    use: (places: number) => Promise<{ jobs: readonly Job[]; result: Result }>,
  ): Promise<Result> => {
    const places = isStopping || mayHaveLeft ? 0 : Math.max(0, Math.min(mostLent, Math.floor(countFree() / 4)));
    lent += places;
    try {
      const { jobs, result } = await use(places);
      for (const job of jobs) launch(job);
      return result;
    } finally {
      lent -= places;
    }
  };

  /** Starts what is due and returns how long to sleep. */
  const turn = async (): Promise<number> => {
    // Until a claim has found fewer jobs than places: what is left is taken when a job ends, whichever that is.
    mayHaveLeft = true;
    await work.settle?.();
    // The next claim sees whatever has come or ended by now.
    isWoken = false;
    hasNewWork = false;
    const free = countFree();
    if (free <= 0) return whileFullMs;
    const claimedAt = monotonicClock();
    const jobs = await work.claim(free);
    claimTookMs = monotonicClock() - claimedAt;
    outage.recovered();
    for (const job of jobs) launch(job);
    if (jobs.length === free) return whileFullMs;
    mayHaveLeft = false;
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
      await rest();
      if (!isStopping) await sleep(sleepMs);
    }
  };

  const unsubscribe = work.onWork(wakeForWork);
  const looping = loop();

  return {
    lend(use) {
      const borrowed = lend(use).finally(() => borrowing.delete(borrowed));
      borrowing.add(borrowed);
      return borrowed;
    },
    isAlive: () => !isStopping && monotonicClock() <= turnEndsBy,
    async stop(graceMs) {
      isStopping = true;
      unsubscribe();
      wakeForWork();
      await looping;
      await Promise.allSettled(borrowing);
      const timer = setTimeout(() => abort.abort(), graceMs);
      await Promise.all(running);
      clearTimeout(timer);
    },
  };
};
