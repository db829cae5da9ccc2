import { writeTakesMs } from '../store/rules.ts';
import type { WorkStore } from '../store/work-store.ts';

/**
 * Calls the listener when a poll may be due: at once, or, of what was announced to be due soon, when it is. Returns a
 * function that ends this.
 */
export const onPolls = ({ onWork }: Pick<WorkStore, 'onWork'>, listener: () => void): (() => void) => {
  let timer: NodeJS.Timeout | undefined;

  /** The next announcement is made while the timer runs, or is due later than it ends. */
  const callLater = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      listener();
    }, writeTakesMs);
  };

  const forgetNow = onWork('poll', listener);
  const forgetSoon = onWork('poll-soon', callLater);
  return () => {
    forgetNow();
    forgetSoon();
    clearTimeout(timer);
  };
};
