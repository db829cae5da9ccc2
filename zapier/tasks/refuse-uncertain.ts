import type { TaskListPage } from '../../contract/task-list.ts';
import { halted, throttled } from '../zapier-error.ts';

/** Topo may need its time for a look of the server's: it takes 10 s for one to catch up, and 5 s for a last look. */
export const lookTimeoutMs = 18_000;

/** Zapier runs the step again after this. */
export const againInSeconds = 30;

const inThousands = (amount: number): string => amount.toLocaleString('en');

/** Whether the webhook server knows every task, as Topo showed it not long ago. */
export const isCertain = ({ is_complete, is_current }: TaskListPage): boolean => is_complete && is_current;

/** @throws HaltedError or ThrottledError with a sentence when the webhook server does not know every task. */
export const refuseUnread = ({ is_complete, is_current, progress }: TaskListPage): void => {
  if (!is_complete) {
    const { rows_read = 0, total_rows = 0 } = progress ?? {};
    const far = total_rows === 0 ? '' : ` (${inThousands(rows_read)} of ${inThousands(total_rows)})`;
    throw halted(`The webhook server is still reading your tasks${far}. Run this again in some minutes.`);
  }
  if (!is_current) {
    throw throttled(
      'The webhook server has not read your tasks for some minutes, and is catching up. Zapier tries again.',
      againInSeconds,
    );
  }
};

/**
 * “There is none”, or “these are all”, must be certain, or it is not said.
 *
 * @param needsFacts whether it rests on what tasks are about.
 * @throws HaltedError or ThrottledError with a sentence when it is not.
 */
export const refuseUncertain = (page: TaskListPage, needsFacts: boolean): void => {
  refuseUnread(page);
  if (!needsFacts || page.are_facts_complete) return;
  throw halted(
    'The webhook server does not know yet what some of your tasks are about, and one of them may be meant. Run this again ' +
      'in some minutes, or look for the task in Topo.',
  );
};
