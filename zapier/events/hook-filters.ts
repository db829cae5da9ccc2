import { kinds, type TaskEvent } from '../../contract/event.ts';
import type { HookFilters } from '../../contract/hook.ts';
import { matches } from '../../contract/matches.ts';
import { kindOf } from '../../contract/reassignment-kind.ts';
import { unassigned } from '../../contract/task-list.ts';
import { choicesOf } from '../fields/dropdown.ts';
import { readBoolean } from '../fields/read-boolean.ts';
import { readChoices } from '../fields/read-choice.ts';
import { readEnumValues } from '../fields/read-enum-value.ts';
import { readIds } from '../fields/read-id.ts';
import { textsIn } from '../fields/texts-in.ts';
import { isNobody } from '../people/resolve-person.ts';
import { taskPriorityChoices, taskTypeChoices } from '../tasks/task-filters.ts';
import { kindLabels } from '../wording/labels.ts';
import { halted } from '../zapier-error.ts';
import { possibleKinds } from './possible-kinds.ts';

/** The labels of the fields; error messages use them too. */
export const hookFilterLabels = {
  new_assignee_ids: 'New Assignee',
  previous_assignee_ids: 'Previous Assignee',
  task_types: 'Task Type',
  priorities: 'Priority',
  sequence_template_ids: 'Template',
  kinds: 'Kind of Change',
  outcomes: 'Outcome',
  dispositions: 'Outcome of a Call',
  ignore_zapier: 'Ignore Changes Made by Zapier',
} as const;

/** The kinds of change in the words of the list. */
export const kindChoices = choicesOf(kinds, kindLabels);

/** What a task that was closed came to. */
export const outcomeChoices = choicesOf(['completed', 'skipped'], { completed: 'Completed', skipped: 'Skipped' });

/** What a call came to. Topo may add more. */
export const dispositionChoices = choicesOf(['ANSWERED', 'VOICEMAIL_LEFT', 'NO_ANSWER'], {
  ANSWERED: 'Answered',
  VOICEMAIL_LEFT: 'Voicemail left',
  NO_ANSWER: 'No answer',
});

type FieldName = keyof typeof hookFilterLabels;
type Fields = Partial<Record<FieldName, unknown>>;

/** People, and nobody. */
const readAssignees = (label: string, value: unknown): string[] | undefined => {
  const { nobody = [], people = [] } = Object.groupBy(textsIn(value), (text) => (isNobody(text) ? 'nobody' : 'people'));
  const ids = readIds(label, people);
  return nobody.length === 0 ? ids : [...(ids ?? []), unassigned];
};

const present = (filters: HookFilters): HookFilters =>
  Object.fromEntries(Object.entries(filters).filter(([, wanted]) => wanted !== undefined));

const refuseContradiction = (filters: HookFilters): HookFilters => {
  if (possibleKinds(filters).length > 0) return filters;
  const { new_assignee_ids: newLabel, previous_assignee_ids: previousLabel, kinds: kindLabel } = hookFilterLabels;
  throw halted(
    `With these choices the Zap would never run: “${kindLabel}”, “${newLabel}” and “${previousLabel}” contradict each ` +
      'other. A task that belonged to nobody has no previous assignee, and one that belongs to nobody now has no new ' +
      'one. Take one of the choices back.',
  );
};

/**
 * Reads the filters of a Zap. A blank field is no filter.
 *
 * @param labels what the fields are called in the trigger.
 *
 * @throws HaltedError when a field is unusable, or when no change could ever match all filters.
 */
export const readHookFilters = (
  fields: Fields,
  labels: Readonly<Record<FieldName, string>> = hookFilterLabels,
): HookFilters => {
  const read = (field: 'previous_assignee_ids' | 'sequence_template_ids') => readIds(labels[field], fields[field]);
  return refuseContradiction(
    present({
      new_assignee_ids: readAssignees(labels.new_assignee_ids, fields.new_assignee_ids),
      previous_assignee_ids: read('previous_assignee_ids'),
      task_types: readEnumValues(hookFilterLabels.task_types, fields.task_types, taskTypeChoices),
      priorities: readEnumValues(hookFilterLabels.priorities, fields.priorities, taskPriorityChoices),
      sequence_template_ids: read('sequence_template_ids'),
      kinds: readChoices(hookFilterLabels.kinds, fields.kinds, kindChoices),
      outcomes: readChoices(labels.outcomes, fields.outcomes, outcomeChoices),
      dispositions: readEnumValues(labels.dispositions, fields.dispositions, dispositionChoices),
      ignore_sources:
        readBoolean(hookFilterLabels.ignore_zapier, fields.ignore_zapier) === true ? ['zapier'] : undefined,
    }),
  );
};

/** Whether any change of an event matches the filters. A template that nobody could tell matches: a person has sent the event. */
export const matchesHookFilters = (
  filters: HookFilters,
  { type, kind, new_assignee, source, changes, sequence_template_id, is_template_unknown }: TaskEvent,
): boolean => {
  const { sequence_template_ids: _templates, ...others } = filters;
  const applied = is_template_unknown === true ? others : filters;
  return changes.some(({ task, previous_assignee }) =>
    matches(applied, {
      kind: type === 'task.reassigned' ? kindOf(previous_assignee.user_id, new_assignee.user_id) : kind,
      source,
      previousAssigneeId: previous_assignee.user_id,
      newAssigneeId: new_assignee.user_id,
      sequenceTemplateId: sequence_template_id,
      task,
    }),
  );
};
