import { setTimeout as delay } from 'node:timers/promises';
import type { Topic } from '../work-store.ts';

const pauseOfASecond = (signal: AbortSignal): Promise<unknown> => delay(1_000, undefined, { signal, ref: false });

export type Notifier = {
  /** Notifies the other processes of these topics soon, together with what is announced meanwhile. */
  announce(topics: Iterable<Topic>): void;
  /** Announces nothing more, and waits until what is under way has ended. */
  close(): Promise<void>;
};

/**
 * Notifies one statement after the other, outside the transactions that made the work: PostgreSQL lets transactions that
 * notify commit only one at a time. A process that dies in between is not heard: the others look by themselves within a
 * minute.
 *
 * @param notify one statement; it throws while the database cannot be reached.
 * @param pause what passes before that is tried again.
 */
export const createNotifier = (
  notify: (topics: readonly Topic[]) => Promise<void>,
  pause: (signal: AbortSignal) => Promise<unknown> = pauseOfASecond,
): Notifier => {
  const waiting = new Set<Topic>();
  const closing = new AbortController();
  const { signal } = closing;
  let notifying: Promise<void> | undefined;

  const notifyAll = async (): Promise<void> => {
    while (waiting.size > 0 && !signal.aborted) {
      const topics = [...waiting];
      waiting.clear();
      try {
        await notify(topics);
      } catch {
        for (const topic of topics) waiting.add(topic);
        await pause(signal).catch(() => undefined);
      }
    }
    notifying = undefined;
  };

  return {
    announce(topics) {
      for (const topic of topics) waiting.add(topic);
      notifying ??= notifyAll();
    },
    async close() {
      closing.abort();
      await notifying;
    },
  };
};
