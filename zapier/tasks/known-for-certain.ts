import type { TaskListPage } from '../../contract/task-list.ts';
import { halted, throttled } from '../zapier-error.ts';

/** Topo may need its time for a look of the server's: it takes 10 s for one to catch up, and 5 s for a last look. */
export const lookTimeoutMs = 18_000;

/** Zapier runs the step again after this. */
export const againInSeconds = 30;

/** Stops the run where the server may not know all tasks, or not as they are now. */
export const requireReading = ({ is_complete, is_current, progress }: TaskListPage): void => {
  if (!is_complete) {
    const far = progress === null ? '' : ` (${progress.rows_read} of ${progress.total_rows})`;
    throw halted(
      `The webhook server is still reading the tasks of your workspace${far}, so nobody can say yet which tasks this ` +
        'contact has. Run this again in some minutes.',
    );
  }
  if (!is_current) {
    throw throttled(
      'The webhook server has not read your tasks for some minutes, and is catching up. Zapier tries again.',
      againInSeconds,
    );
  }
};

/** Where no task about a contact was found: “there is none” must be certain, or it is not said. */
export const requireFacts = ({ are_facts_complete }: Pick<TaskListPage, 'are_facts_complete'>): void => {
  if (are_facts_complete) return;
  throw halted(
    'No task about this contact was found, but the webhook server does not know yet whom some tasks are about. Run this ' +
      'again in some minutes, or look for the task in Topo.',
  );
};
