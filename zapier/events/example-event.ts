import { type EventType, inWords, type Person, type TaskEvent } from '../../contract/event.ts';
import type { HookFilters } from '../../contract/hook.ts';
import { nobody } from '../../contract/person.ts';
import { unassigned } from '../../contract/task-list.ts';
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

type Happened = Pick<TaskEvent, 'kind'> & {
  newAssignee: Person;
  previousAssignee: Person;
  came?: Pick<TaskEvent, 'outcome' | 'disposition' | 'open_seconds'>;
};

/** Who has a task that is new or back: somebody or nobody, as the filters say, else the task's assignee. */
const holderOf = (task: Task, { new_assignee_ids: [wanted] = [] }: HookFilters): Person => {
  const id = wanted ?? task.assignee_user_id ?? unassigned;
  return id === unassigned ? nobody : personWith(id);
};

/** What happened to the task, and to whom, in an example that the filters let through. */
const happened: Readonly<Record<EventType, (task: Task, filters: HookFilters) => Happened>> = {
  'task.reassigned': (task, filters) => {
    const [kind = 'reassigned'] = possibleKinds(filters);
    const [newId, previousId] = chooseIds(task, filters);
    return {
      kind,
      newAssignee: kind === 'unassigned' ? nobody : personWith(newId),
      previousAssignee: kind === 'assigned' ? nobody : personWith(previousId),
    };
  },
  'task.created': (task, filters) => ({
    kind: 'created',
    newAssignee: holderOf(task, filters),
    previousAssignee: nobody,
  }),
  'task.reopened': (task, filters) => ({
    kind: 'reopened',
    newAssignee: holderOf(task, filters),
    previousAssignee: nobody,
  }),
  'task.closed': (task, { previous_assignee_ids: [wanted] = [], outcomes, dispositions }) => ({
    kind: 'closed',
    newAssignee: nobody,
    previousAssignee: personWith(wanted ?? task.assignee_user_id ?? sampleEvent.previous_assignee.user_id),
    came: {
      outcome: outcomes?.[0] ?? 'completed',
      disposition: dispositions?.[0] ?? (task.type === 'CALL' ? 'ANSWERED' : null),
      open_seconds: 86_400,
    },
  }),
};

/**
 * The event as it would look if this had just happened to the task, for a workspace without any such event yet. Its ids
 * begin with `evt_example_` and `bat_example_`, its people are those the filters name, and who and what is invented is
 * called “Example Person”, “Example Contact” and so on.
 *
 * @param templateId the template that the task's sequence came from, if it is known.
 */
export const exampleEvent = (
  type: EventType,
  task: Task,
  filters: HookFilters,
  templateId: string | null,
): TaskEvent => {
  const { kind, newAssignee, previousAssignee, came = {} } = happened[type](task, filters);
  const status = type === 'task.closed' ? (came.outcome ?? 'completed').toUpperCase() : task.status;
  const holder = type === 'task.closed' ? previousAssignee : newAssignee;
  const changed = { ...task, status, assignee_user_id: holder.user_id };
  return inWords({
    ...sampleEvent,
    ...came,
    id: `evt_example_${task.id}`,
    type,
    kind,
    occurred_at: task.updated_at,
    detected_at: task.updated_at,
    batch_id: `bat_example_${task.id}`,
    previous_assignee: previousAssignee,
    new_assignee: newAssignee,
    task: changed,
    sequence_template_id: templateId,
    changes: [{ task: changed, previous_assignee: previousAssignee }],
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
