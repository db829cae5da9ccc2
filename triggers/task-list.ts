import { type Bundle, defineTrigger, type ZObject } from 'zapier-platform-core';
import { startDeadline } from '../zapier/deadline.ts';
import { type Choice, choiceOutputFields } from '../zapier/fields/dropdown.ts';
import { openDirectory } from '../zapier/people/directory.ts';
import { listOpenTasks } from '../zapier/tasks/list-open-tasks.ts';
import { lookUpFacts } from '../zapier/tasks/look-up-facts.ts';
import { readTaskFilters } from '../zapier/tasks/task-filters.ts';
import { taskLabel } from '../zapier/tasks/task-label.ts';

/** As many as one can look through, and few enough to look up the facts of each. */
const pageSize = 30;

/** Fills the dropdown “Task”: the open tasks, newest first, filtered by the step’s fields for type, priority and template. */
const perform = async (z: ZObject, { inputData, meta }: Bundle): Promise<Choice[]> => {
  const deadline = startDeadline(() => performance.now());
  const from = (meta.page ?? 0) * pageSize;
  const { tasks } = await listOpenTasks(z, readTaskFilters(inputData), from + pageSize, deadline);
  const shown = tasks.slice(from);
  const [factsOf, personOf] = await Promise.all([
    lookUpFacts(z, shown, deadline),
    openDirectory(z, deadline).resolveNames(shown.map(({ assignee_user_id }) => assignee_user_id)),
  ]);
  const nowMs = Date.now();
  return shown.map((task) => {
    const { assignee_user_id: userId } = task;
    const assignee = userId === null ? null : { ...personOf(userId), user_id: userId };
    return { id: task.id, label: taskLabel(task, { facts: factsOf(task), assignee, nowMs }) };
  });
};

const sample: Choice = {
  id: '8d2b6c1e-5f0a-4c67-9d43-2b7a1f90e6c5',
  label: 'Call · Ada Moreau, Initech · Trial Follow-up · Hot · 3 days old · Kim Lindqvist',
};

export default defineTrigger({
  key: 'task_list',
  noun: 'Task',
  display: {
    label: 'List of Open Tasks',
    description: 'Triggers when a dropdown of tasks is opened.',
    hidden: true,
  },
  operation: {
    type: 'polling',
    perform,
    canPaginate: true,
    sample,
    outputFields: choiceOutputFields('Task'),
  },
});
