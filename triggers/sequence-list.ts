import { type Bundle, defineTrigger, type ZObject } from 'zapier-platform-core';
import { startDeadline } from '../zapier/deadline.ts';
import { type Choice, choiceOutputFields } from '../zapier/fields/dropdown.ts';
import { listOpenTasks } from '../zapier/tasks/list-open-tasks.ts';
import { lookUpFacts } from '../zapier/tasks/look-up-facts.ts';
import { sequenceLabel } from '../zapier/tasks/sequence-label.ts';

/** Each page comes from this many open tasks: few enough to look up the facts of each. */
const pageSize = 30;

/** Fills the dropdown “Contact’s Sequence”: the sequence runs of the open tasks, newest task first. */
const perform = async (z: ZObject, { meta }: Bundle): Promise<Choice[]> => {
  const deadline = startDeadline(() => performance.now());
  const from = (meta.page ?? 0) * pageSize;
  const { tasks } = await listOpenTasks(z, {}, from + pageSize, deadline);
  const earlier = new Set(tasks.slice(0, from).map(({ sequence_id }) => sequence_id));
  const shown = tasks.slice(from).filter(({ sequence_id }) => !earlier.has(sequence_id));
  const factsOf = await lookUpFacts(z, shown, deadline);
  const bySequence = new Map(shown.map((task) => [task.sequence_id, task]));
  return [...bySequence].flatMap(([id, task]) =>
    id === null ? [] : [{ id, label: sequenceLabel(id, factsOf(task)) }],
  );
};

const sample: Choice = {
  id: 'c4e19d72-0b36-4f58-a1d9-6e8b7c5a4f32',
  label: 'Ada Moreau, Initech · Trial Follow-up',
};

export default defineTrigger({
  key: 'sequence_list',
  noun: 'Sequence',
  display: {
    label: 'List of Contacts’ Sequences',
    description: 'Triggers when a dropdown of contacts’ sequences is opened.',
    hidden: true,
  },
  operation: {
    type: 'polling',
    perform,
    canPaginate: true,
    sample,
    outputFields: choiceOutputFields('Sequence'),
  },
});
