import type { Log } from './log.ts';
import { StoreOutdated } from './store/store.ts';

/** Logs each reason once for as long as something fails, however often it is tried. */
export type OutageLog = {
  failed(error: unknown, message: string): void;
  /** It works again: the next failure is news. */
  recovered(): void;
};

/** @param facts who fails, for each line. */
export const createOutageLog = (log: Log, facts: object): OutageLog => {
  const reasons = new Set<string>();
  return {
    failed(error, message) {
      // The server that ends because of it says so once, for all its parts.
      if (error instanceof StoreOutdated) return;
      const reason = error instanceof Error ? error.message : String(error);
      if (reasons.has(reason)) return;
      reasons.add(reason);
      log.error({ ...facts, error }, message);
    },
    recovered() {
      if (reasons.size === 0) return;
      reasons.clear();
      log.info(facts, 'the store answers again');
    },
  };
};
