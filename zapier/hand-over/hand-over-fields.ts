import { maxIntents } from '../../contract/intent.ts';
import { readBoolean } from '../fields/read-boolean.ts';
import { readInteger } from '../fields/read-integer.ts';

/** The labels of the fields that every hand-over has; error messages use them too. */
export const handOverLabels = {
  from: 'Previous Assignee',
  to: 'New Assignee',
  most: 'Most Tasks',
  preview: 'Preview Only',
} as const;

const defaultMaxTasks = 50;

/**
 * As many as one run can move while Topo takes up to about 0.4 s for a reassignment. Measured: 200 took 15 s at 0.25 s
 * each, and at 0.4 s each 193 started in time (`npm run bench:hand-over`).
 */
const maxTasksLimit = maxIntents;

/** Who takes the tasks over. */
export const newAssigneeField = {
  key: 'to_user_id',
  label: handOverLabels.to,
  type: 'string',
  required: true,
  dynamic: 'person_list.id.label',
  search: 'find_person.id',
  helpText: 'Who takes the tasks over. Choose from the list, or map an ID, an e-mail or a name.',
} as const;

/** How many tasks move. */
export const mostTasksField = {
  key: 'most_tasks',
  label: handOverLabels.most,
  type: 'integer',
  required: false,
  default: String(defaultMaxTasks),
  helpText:
    `No more tasks than this in one run, at most ${maxTasksLimit}; those that have waited longest come first. The ` +
    'result says how many are left: run the step again for them.',
} as const;

/** Whether any task moves. */
export const previewField = {
  key: 'preview_only',
  label: handOverLabels.preview,
  type: 'boolean',
  required: false,
  default: 'false',
  helpText:
    'Choose yes to see what would move without changing anything. Without it, “Test step” really hands the tasks over.',
} as const;

type LimitFields = { most_tasks?: unknown; preview_only?: unknown };

/** Reads the limits of a hand-over. */
export const readLimits = ({ most_tasks, preview_only }: LimitFields): { maxTasks: number; isPreview: boolean } => ({
  maxTasks: readInteger(handOverLabels.most, most_tasks, 1, maxTasksLimit) ?? defaultMaxTasks,
  isPreview: readBoolean(handOverLabels.preview, preview_only) ?? false,
});
