import { type Bundle, defineTrigger, type ZObject } from 'zapier-platform-core';
import { taskLabel } from '../zapier/labels.ts';
import { fetchOpenTasks } from '../zapier/open-tasks.ts';

type Choice = { id: string; label: string };

/** Fifty of each open status: a page of the dropdown that is quick to read. */
const pageSize = 50;

/** Fills the dropdown “Task”: the open tasks, newest first within each page. */
const perform = async (z: ZObject, { meta }: Bundle): Promise<Choice[]> => {
  const { tasks } = await fetchOpenTasks(z, (meta.page ?? 0) + 1, pageSize);
  const nowMs = Date.now();
  return tasks.map((task) => ({ id: task.id, label: taskLabel(task, nowMs) }));
};

const sample: Choice = {
  id: '8d2b6c1e-5f0a-4c67-9d43-2b7a1f90e6c5',
  label: 'Call · Hot · 3 days old · unassigned · 8d2b6c1e',
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
    outputFields: [
      { key: 'id', label: 'Task', type: 'string', primary: true },
      { key: 'label', label: 'Description', type: 'string' },
    ],
  },
});
