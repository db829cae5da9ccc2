import type { EventType, TaskEvent } from '../../contract/event.ts';
import type { HookFilters } from '../../contract/hook.ts';
import { listTasks } from '../../topo/list-tasks.ts';
import type { RunWithDirectory } from '../people/directory.ts';
import { callTopo } from '../request/call-topo.ts';
import { askKnownFacts } from '../tasks/known-facts.ts';
import { sampleTask } from '../tasks/task-output.ts';
import { completeExample, exampleEvent } from './example-event.ts';
import { matchesHookFilters } from './hook-filters.ts';

/** The editor shows this many samples. */
const maxExamples = 3;

/** Topo does not say which of several templates a task came from, so each template takes a request of its own. */
const maxTemplates = 3;

const fetchOfTemplate = async (
  { z, deadline }: RunWithDirectory,
  type: EventType,
  filters: HookFilters,
  templateId: string | null,
): Promise<TaskEvent[]> => {
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
  return tasks.map((task) => exampleEvent(type, task, filters, templateId));
};

/** The example for a workspace without a matching task: only the values of the filters are real. */
const inventExample = (event: EventType, filters: HookFilters, templateId: string | null): TaskEvent => {
  const { task_types: [type = sampleTask.type] = [], priorities: [priority = sampleTask.priority] = [] } = filters;
  return exampleEvent(event, { ...sampleTask, type, priority }, filters, templateId);
};

/** The examples with what the webhook server knows of their people and tasks. */
const complete = async (run: RunWithDirectory, examples: readonly TaskEvent[]): Promise<TaskEvent[]> => {
  const people = examples.flatMap(({ previous_assignee, new_assignee }) => [previous_assignee, new_assignee]);
  const [personOf, factsOf] = await Promise.all([
    run.directory.resolveNames(people.map(({ user_id }) => user_id)),
    askKnownFacts(
      run,
      examples.map(({ task }) => task.id),
    ),
  ]);
  return examples.map((example) => completeExample(example, { personOf, factsOf }));
};

/** At least one event of this type that matches the filters, built from the workspace's own tasks, newest first. */
export const fetchExampleEvents = async (
  run: RunWithDirectory,
  type: EventType,
  filters: HookFilters,
): Promise<TaskEvent[]> => {
  const [first = null, ...others] = filters.sequence_template_ids ?? [];
  const templateIds = [first, ...others].slice(0, maxTemplates);
  const found = await Promise.all(templateIds.map((templateId) => fetchOfTemplate(run, type, filters, templateId)));
  const examples = (await complete(run, found.flat()))
    .filter((example) => matchesHookFilters(filters, example))
    .sort((one, other) => Date.parse(other.occurred_at) - Date.parse(one.occurred_at));
  return examples.length > 0 ? examples.slice(0, maxExamples) : complete(run, [inventExample(type, filters, first)]);
};
