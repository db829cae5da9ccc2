import type { Log } from './log.ts';

/** Work that is claimed from the store, several jobs at a time. */
export type Work<Job> = {
  name: string;
  /** How many jobs may run at once, which may grow. */
  concurrency: () => number;
  /** Goes on to write down what came of jobs, so that they end. While it fails nothing is claimed. */
  settle?(): Promise<void>;
  claim(limit: number): Promise<Job[]>;
  run(job: Job, signal: AbortSignal): Promise<void>;
  /** Milliseconds until a job is due; undefined when none is waiting. */
  msUntilDue(): Promise<number | undefined>;
  /** Calls the listener when there may be a job earlier than that. Answers a function that ends this. */
  onWork(listener: () => void): () => void;
};

export type WorkLoop = {
  /** Claims nothing more, gives the running jobs `graceMs`, then tells them to give up, and waits for them. */
  stop(graceMs: number): Promise<void>;
};

const longestSleepMs = 60_000;
const shortestSleepMs = 10;
const afterErrorMs = 1_000;

/** How long to wait for a job to end before looking whether more of them may run by now. */
const whileFullMs = 1_000;

/** Runs the jobs as they come due, until it is stopped. An error is logged and never ends the loop. */
export const startWorkLoop = <Job>(work: Work<Job>, log: Log): WorkLoop => {
  const running = new Set<Promise<void>>();
  const abort = new AbortController();
  let isStopping = false;
  let isWoken = false;
  let endSleep = () => {};

  const wake = (): void => {
    isWoken = true;
    endSleep();
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
    // Jobs that end at one moment are one reason to look for more.
    await new Promise((resolve) => setImmediate(resolve));
  };

  const launch = (job: Job): void => {
    const run = work
      .run(job, abort.signal)
      .catch((error: unknown) => log.error({ error, work: work.name }, 'a job failed unexpectedly'))
      .finally(() => {
        running.delete(run);
        wake();
      });
    running.add(run);
  };

  /** Starts what is due and answers how long to sleep. */
  const turn = async (): Promise<number> => {
    await work.settle?.();
    // Whatever has come or ended by now is seen by this claim, and is no reason for another one.
    isWoken = false;
    const free = work.concurrency() - running.size;
    if (free <= 0) return whileFullMs;
    const jobs = await work.claim(free);
    for (const job of jobs) launch(job);
    if (jobs.length === free) return whileFullMs;
    // Jobs that end soon make it known sooner than the question of what is due next.
    if (jobs.length > 0) await sleep(shortestSleepMs);
    if (isWoken) return 0;
    const dueInMs = (await work.msUntilDue()) ?? longestSleepMs;
    return Math.max(shortestSleepMs, Math.min(dueInMs, longestSleepMs));
  };

  const loop = async (): Promise<void> => {
    while (!isStopping) {
      const sleepMs = await turn().catch((error: unknown) => {
        log.error({ error, work: work.name }, 'the store did not answer; trying again');
        return afterErrorMs;
      });
      if (!isStopping) await sleep(sleepMs);
    }
  };

  const unsubscribe = work.onWork(wake);
  const looping = loop();

  return {
    async stop(graceMs) {
      isStopping = true;
      unsubscribe();
      wake();
      await looping;
      const timer = setTimeout(() => abort.abort(), graceMs);
      await Promise.all(running);
      clearTimeout(timer);
    },
  };
};
