import { defineTrigger, type ZObject } from 'zapier-platform-core';
import { largestPage } from '../topo/list.ts';
import type { Task } from '../topo/task.ts';
import { holderLabel } from '../zapier/labels.ts';
import { fetchOpenTasks } from '../zapier/open-tasks.ts';

type Choice = { id: string; label: string };

/** Topo lists no users, so people are found by the tasks that they hold. A dropdown must open within seconds. */
const mostPages = 3;

const fetchNewestOpenTasks = async (z: ZObject): Promise<{ tasks: Task[]; isComplete: boolean }> => {
  const found = new Map<string, Task>();
  for (let page = 1; page <= mostPages; page += 1) {
    const { tasks, hasMore } = await fetchOpenTasks(z, page, largestPage);
    for (const task of tasks) found.set(task.id, task);
    if (!hasMore) return { tasks: [...found.values()], isComplete: true };
  }
  return { tasks: [...found.values()], isComplete: false };
};

const countByHolder = (tasks: readonly Task[]): [string, number][] => {
  const counts = new Map<string, number>();
  for (const { assignee_user_id: id } of tasks) if (id !== null) counts.set(id, (counts.get(id) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one);
};

/** Fills the dropdowns of people: whoever holds one of the newest open tasks, those with most tasks first. */
const perform = async (z: ZObject): Promise<Choice[]> => {
  const { tasks, isComplete } = await fetchNewestOpenTasks(z);
  return countByHolder(tasks).map(([id, held]) => ({ id, label: holderLabel(id, held, isComplete) }));
};

const sample: Choice = {
  id: '1a2b3c4d-6e7f-4a8b-9c0d-e1f2a3b4c5d6',
  label: 'Unnamed person 1a2b3c4d, holds 12 open tasks',
};

export default defineTrigger({
  key: 'person_list',
  noun: 'Person',
  display: {
    label: 'List of People',
    description: 'Triggers when a dropdown of people is opened.',
    hidden: true,
  },
  operation: {
    type: 'polling',
    perform,
    sample,
    outputFields: [
      { key: 'id', label: 'Person', type: 'string', primary: true },
      { key: 'label', label: 'Description', type: 'string' },
    ],
  },
});
