import type { ClockWatch } from './clock-watch.ts';
import type { Database, Stance, Transaction } from './database.ts';
import { adaptToClock } from './flows/adapt-to-clock.ts';

type Attempt<Result> = { kind: 'done'; result: Result } | { kind: 'stepped' };

/**
 * The same database, on which no transaction works by a clock that was set: stored times are adapted to it first.
 *
 * @param onStep is called after that with the step in milliseconds, negative when the clock was set back.
 */
export const watchClock = (database: Database, watch: ClockWatch, onStep: (stepMs: number) => void): Database => {
  // What was stored before this start may be from a clock that was wrong.
  let isFirst = true;
  let adapting: Promise<void> | undefined;

  const adapt = async (): Promise<void> => {
    const markMs = watch.mark();
    const found = await database.transaction(async (run) => {
      const look = watch.lookAt(run.nowMs, markMs);
      if (isFirst || look.stepMs !== 0) await adaptToClock(run, look.stepMs);
      return look;
    });
    isFirst = false;
    if (found.stepMs === 0) return;
    // Adapting took time: the clock is right as it stood when that began.
    found.accept();
    onStep(found.stepMs);
  };

  /** One at a time, whoever finds the step: the others wait, and look again. */
  const adaptOnce = (): Promise<void> => {
    adapting ??= adapt().finally(() => {
      adapting = undefined;
    });
    return adapting;
  };

  const attempt = <Result>(work: (run: Transaction) => Promise<Result>, stance?: Stance): Promise<Attempt<Result>> => {
    const markMs = watch.mark();
    return database.transaction(async (run) => {
      if (watch.lookAt(run.nowMs, markMs).stepMs !== 0) return { kind: 'stepped' };
      return { kind: 'done', result: await work(run) };
    }, stance);
  };

  const transaction = async <Result>(work: (run: Transaction) => Promise<Result>, stance?: Stance): Promise<Result> => {
    if (isFirst) await adaptOnce();
    const attempted = await attempt(work, stance);
    if (attempted.kind === 'done') return attempted.result;
    await adaptOnce();
    return transaction(work, stance);
  };

  return { ...database, transaction };
};
