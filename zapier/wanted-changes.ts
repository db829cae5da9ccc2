import { kinds, type TaskReassigned } from '../contract/event.ts';
import type { HookFilters } from '../contract/hook.ts';
import { kindOf } from '../contract/kind-of.ts';
import { matches } from '../contract/matches.ts';
import { readChoices, readIds, readWords } from './read-field.ts';

type Fields = Partial<
  Record<'kinds' | 'new_assignee_ids' | 'previous_assignee_ids' | 'task_types' | 'priorities', unknown>
>;

/** The labels of the fields, which their errors name too. */
export const filterLabels = {
  kinds: 'Kind of Change',
  new_assignee_ids: 'New Assignee',
  previous_assignee_ids: 'Previous Assignee',
  task_types: 'Task Type',
  priorities: 'Task Priority',
} as const satisfies Record<keyof Fields, string>;

const present = (filters: HookFilters): HookFilters =>
  Object.fromEntries(Object.entries(filters).filter(([, wanted]) => wanted !== undefined));

/** The filters of a Zap. A blank field is no filter. */
export const readFilters = (fields: Fields): HookFilters => {
  const { kinds: kindLabel, new_assignee_ids: newLabel, previous_assignee_ids: previousLabel } = filterLabels;
  return present({
    kinds: readChoices(kindLabel, fields.kinds, kinds),
    new_assignee_ids: readIds(newLabel, fields.new_assignee_ids),
    previous_assignee_ids: readIds(previousLabel, fields.previous_assignee_ids),
    task_types: readWords(fields.task_types),
    priorities: readWords(fields.priorities),
  });
};

/** Whether any change of an event is one that the filters let through. */
export const isWanted = (
  filters: HookFilters,
  { new_assignee, source, changes, sequence_template_id }: TaskReassigned,
): boolean =>
  changes.some(({ task, previous_assignee }) =>
    matches(filters, {
      kind: kindOf(previous_assignee.user_id, new_assignee.user_id),
      source,
      previousAssigneeId: previous_assignee.user_id,
      newAssigneeId: new_assignee.user_id,
      sequenceTemplateId: sequence_template_id,
      task,
    }),
  );
