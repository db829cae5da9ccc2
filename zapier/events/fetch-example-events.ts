import type { ZObject } from 'zapier-platform-core';
import type { TaskReassigned } from '../../contract/event.ts';
import type { HookFilters } from '../../contract/hook.ts';
import { listTasks } from '../../topo/list-tasks.ts';
import type { Deadline } from '../deadline.ts';
import { callTopo } from '../request/call-topo.ts';
import { sampleTask } from '../tasks/task-output.ts';
import { exampleEvent } from './example-event.ts';
import { matchesHookFilters } from './hook-filters.ts';

/** The editor shows this many samples. */
const maxExamples = 3;

/** Topo does not say which of several templates a task came from, so each template takes a request of its own. */
const maxTemplates = 3;

const fetchOfTemplate = async (
  z: ZObject,
  filters: HookFilters,
  templateId: string | null,
  deadline: Deadline,
): Promise<TaskReassigned[]> => {
  const { task_types: types, priorities } = filters;
  const { items: tasks } = await callTopo(
    z,
    listTasks({
      size: maxExamples,
      sortBy: 'updated_at',
      sortOrder: 'desc',
      ...(types === undefined ? {} : { types }),
      ...(priorities === undefined ? {} : { priorities }),
      ...(templateId === null ? {} : { sequenceTemplateIds: [templateId] }),
    }),
    { deadline },
  );
  return tasks.map((task) => exampleEvent(task, filters, templateId));
};

/** The example for a workspace without a matching task: only the values of the filters are real. */
const inventExample = (filters: HookFilters, templateId: string | null): TaskReassigned => {
  const { task_types: [type = sampleTask.type] = [], priorities: [priority = sampleTask.priority] = [] } = filters;
  return exampleEvent({ ...sampleTask, type, priority }, filters, templateId);
};

/** At least one event that matches the filters, built from the workspace's own tasks, newest first. */
export const fetchExampleEvents = async (
  z: ZObject,
  filters: HookFilters,
  deadline: Deadline,
): Promise<TaskReassigned[]> => {
  const [first = null, ...others] = filters.sequence_template_ids ?? [];
  const templateIds = [first, ...others].slice(0, maxTemplates);
  const found = await Promise.all(templateIds.map((templateId) => fetchOfTemplate(z, filters, templateId, deadline)));
  const examples = found
    .flat()
    .filter((example) => matchesHookFilters(filters, example))
    .sort((one, other) => Date.parse(other.occurred_at) - Date.parse(one.occurred_at));
  return examples.length > 0 ? examples.slice(0, maxExamples) : [inventExample(filters, first)];
};
