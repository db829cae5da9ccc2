import { inWords, type Person, type TaskEvent } from '../../contract/event.ts';
import type { HookFilters } from '../../contract/hook.ts';
import { nobody } from '../../contract/person.ts';
import type { Task } from '../../topo/task.ts';
import type { PersonOf } from '../people/directory.ts';
import type { FactsOf } from '../tasks/known-facts.ts';
import { sampleEvent } from './event-output.ts';
import { pairsOf, possibleKinds } from './possible-kinds.ts';

const invented: readonly string[] = [sampleEvent.new_assignee.user_id, sampleEvent.previous_assignee.user_id];

const isInvented = ({ user_id }: Person): boolean => user_id !== null && invented.includes(user_id);

/** The editor shows with them what a Zap will get to know. */
const inventedFacts = {
  contact: {
    ...sampleEvent.contact,
    name: 'Example Contact',
    email: 'contact@example.com',
    company: 'Example Company',
  },
  sequence_template: { name: 'Example Template' },
};

const personWith = (userId: string): Person => {
  const person = { user_id: userId, name: null, email: null };
  return isInvented(person) ? { ...person, name: 'Example Person', email: 'example.person@example.com' } : person;
};

/** Who takes over from whom: the people the filters name, else the task's assignee, else an invented person. */
const chooseIds = (task: Task, filters: HookFilters): [string, string] => {
  const [kim, robin] = [sampleEvent.new_assignee.user_id, sampleEvent.previous_assignee.user_id];
  const current = task.assignee_user_id === null ? [] : [task.assignee_user_id];
  const newIds = filters.new_assignee_ids ?? [...current, kim, robin];
  const previousIds = filters.previous_assignee_ids ?? [robin, kim];
  return pairsOf(newIds, previousIds)[0] ?? [kim, robin];
};

/**
 * The event as it would look if this task had just been reassigned, for a workspace without any such event yet. Its ids
 * begin with `evt_example_` and `bat_example_`, its people are those the filters name, and who and what is invented is
 * called “Example Person”, “Example Contact” and so on.
 *
 * @param templateId the template that the task's sequence came from, if it is known.
 */
export const exampleEvent = (task: Task, filters: HookFilters, templateId: string | null): TaskEvent => {
  const [kind = 'reassigned'] = possibleKinds(filters);
  const [newId, previousId] = chooseIds(task, filters);
  const newAssignee = kind === 'unassigned' ? nobody : personWith(newId);
  const previousAssignee = kind === 'assigned' ? nobody : personWith(previousId);
  const reassigned = { ...task, assignee_user_id: newAssignee.user_id };
  return inWords({
    ...sampleEvent,
    id: `evt_example_${task.id}`,
    kind,
    occurred_at: task.updated_at,
    detected_at: task.updated_at,
    batch_id: `bat_example_${task.id}`,
    previous_assignee: previousAssignee,
    new_assignee: newAssignee,
    task: reassigned,
    sequence_template_id: templateId,
    changes: [{ task: reassigned, previous_assignee: previousAssignee }],
    ...inventedFacts,
    sequence_template: { ...inventedFacts.sequence_template, id: templateId },
  });
};

/** What is known of the people and the tasks in examples. */
type Known = { personOf: PersonOf; factsOf: FactsOf };

/** The example with the names, the contact and the template that are known; what is not known stays as it is. */
export const completeExample = (example: TaskEvent, { personOf, factsOf }: Known): TaskEvent => {
  const named = (person: Person): Person => (isInvented(person) ? person : personOf(person.user_id));
  const previousAssignee = named(example.previous_assignee);
  const facts = factsOf(example.task.id);
  const template = facts.sequenceTemplate ?? example.sequence_template;
  return inWords({
    ...example,
    previous_assignee: previousAssignee,
    new_assignee: named(example.new_assignee),
    sequence_template_id: template.id,
    changes: [{ task: example.task, previous_assignee: previousAssignee }],
    contact: facts.contact ?? example.contact,
    sequence_template: template,
  });
};
