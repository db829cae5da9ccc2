import type { ClockWatch } from './clock-watch.ts';
import type { Database, Stance, Transaction } from './database.ts';
import { adaptToClock } from './flows/adapt-to-clock.ts';

type Attempt<Result> = { kind: 'done'; result: Result } | { kind: 'stepped'; nowMs: number; stepMs: number };

/**
 * The same database, on which no transaction works by a clock that was set: stored times are adapted to it first.
 *
 * @param onStep is called after that with the step in milliseconds, negative when the clock was set back.
 */
export const watchClock = (database: Database, watch: ClockWatch, onStep: (stepMs: number) => void): Database => {
  const attempt = <Result>(work: (run: Transaction) => Promise<Result>, stance?: Stance): Promise<Attempt<Result>> =>
    database.transaction(async (run) => {
      const { nowMs } = run;
      const stepMs = watch.stepAt(nowMs);
      if (stepMs !== 0) return { kind: 'stepped', nowMs, stepMs };
      watch.accept(nowMs);
      return { kind: 'done', result: await work(run) };
    }, stance);

  let isAdapted = false;
  // What was stored before this start may be from a clock that was wrong.
  const adaptOnce = async (): Promise<void> => {
    if (isAdapted) return;
    await database.transaction((run) => adaptToClock(run, 0));
    isAdapted = true;
  };

  const transaction = async <Result>(work: (run: Transaction) => Promise<Result>, stance?: Stance): Promise<Result> => {
    await adaptOnce();
    const attempted = await attempt(work, stance);
    if (attempted.kind === 'done') return attempted.result;
    const { nowMs, stepMs } = attempted;
    await database.transaction((run) => adaptToClock(run, stepMs));
    watch.accept(nowMs);
    onStep(stepMs);
    return transaction(work, stance);
  };

  return { ...database, transaction };
};
