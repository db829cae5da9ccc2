import {
  dispositionOf,
  type EventKind,
  type EventTask,
  type EventType,
  inWords,
  outcomeOf,
  type Person,
  type Source,
  type TaskEvent,
} from '../../../contract/event.ts';
import { nobody } from '../../../contract/person.ts';
import type { TaskFacts } from '../../../contract/task-facts.ts';
import { textIn } from '../../../contract/text-in.ts';
import { toldFacts } from '../../../contract/told-facts.ts';
import type { TaskUrlOf } from '../task-urls.ts';
import type { SeenTask } from '../work-store.ts';
import { batchId, eventId, groupId } from './ids.ts';
import type { Transition } from './transitions.ts';

/** One thing that happened to a task, as it was detected. */
export type Change = {
  id: string;
  type: EventType;
  /** The scan that found it: what it found together is one batch. */
  scanId: string;
  kind: EventKind;
  previousAssigneeId: string | null;
  newAssigneeId: string | null;
  task: EventTask;
  occurredAtUs: number;
  detectedAtMs: number;
  /** The newest hook when it was found: later ones do not hear of it. Absent where nobody noted it. */
  newestHook?: number;
};

/**
 * A change, who made it, and which template its sequence run came from, if anybody asked; `undefined` when somebody asks
 * and it has not been looked up.
 */
export type AttributedChange = Change & { source: Source; sequenceTemplateId: string | null | undefined };

/** A change, and the number of changes of the same scan that moved the same sequence run to the same person. */
export type BatchedChange = AttributedChange & { batchId: string; batchSize: number };

/** Who somebody is, as far as the directory knows. */
export type DescribePerson = (userId: string) => Person;

/** What the task of a change is about, as far as it may be told. */
export type DescribeTask = (change: Pick<Change, 'task'>) => TaskFacts;

/** What an event says beyond the change itself. */
export type Descriptions = { describePerson: DescribePerson; describeTask: DescribeTask; taskUrlOf: TaskUrlOf };

/** What the order of deliveries is kept for: the sequence run, or the task when it has none. */
export const orderKeyOf = ({ task }: Pick<Change, 'task'>): string => task.sequence_id ?? task.id;

/** What happened to a task that a page showed: a new one came when it was made, all else when it last changed. */
export const changeOf = (
  { organizationId, scanId, nowMs }: { organizationId: string; scanId: string; nowMs: number },
  { task, createdAtUs, updatedAtUs }: SeenTask,
  transition: Transition,
): Change => {
  const occurredAtUs = transition.type === 'task.created' ? createdAtUs : updatedAtUs;
  return {
    id: eventId({ organizationId, taskId: task.id, occurredAtUs, ...transition }),
    scanId,
    ...transition,
    task,
    occurredAtUs,
    detectedAtMs: nowMs,
  };
};

/** Names the batch of each change. */
export const inBatches = (changes: readonly AttributedChange[]): BatchedChange[] => {
  const named = changes.map((change) => ({
    ...change,
    batchId: batchId(change.scanId, orderKeyOf(change), change.type, change.newAssigneeId),
  }));
  const sizes = new Map<string, number>();
  for (const change of named) sizes.set(change.batchId, (sizes.get(change.batchId) ?? 0) + 1);
  return named.map((change) => ({ ...change, batchSize: sizes.get(change.batchId) ?? 1 }));
};

const createdAtOf = ({ task, occurredAtUs }: Change): string =>
  textIn(task['created_at']) ?? new Date(occurredAtUs / 1000).toISOString();

/** What a task that was closed came to. */
const closing = ({ type, task, occurredAtUs }: Change): Pick<TaskEvent, 'outcome' | 'disposition' | 'open_seconds'> => {
  const createdAtMs = Date.parse(textIn(task['created_at']) ?? '');
  const openMs = occurredAtUs / 1000 - createdAtMs;
  return {
    outcome: outcomeOf({ type, task }),
    disposition: dispositionOf(task),
    ...(Number.isFinite(openMs) ? { open_seconds: Math.max(0, Math.round(openMs / 1000)) } : {}),
  };
};

/**
 * The event that tells one change, or several of one batch together.
 *
 * @param first the earliest of the changes.
 */
export const eventOf = (
  first: BatchedChange,
  others: readonly BatchedChange[],
  { describePerson, describeTask, taskUrlOf }: Descriptions,
): TaskEvent => {
  const personOf = (userId: string | null): Person => (userId === null ? nobody : describePerson(userId));
  const changes = [first, ...others];
  const { contact, sequence_template } = toldFacts(describeTask(first));
  const templateId = first.sequenceTemplateId ?? sequence_template.id;
  return inWords({
    id:
      others.length === 0
        ? first.id
        : groupId(
            changes.map(({ id }) => id),
            first.occurredAtUs,
          ),
    type: first.type,
    kind: first.kind,
    occurred_at: first.type === 'task.created' ? createdAtOf(first) : first.task.updated_at,
    ...(first.type === 'task.closed' ? closing(first) : {}),
    detected_at: new Date(first.detectedAtMs).toISOString(),
    source: first.source,
    batch_id: first.batchId,
    batch_size: first.batchSize,
    previous_assignee: personOf(first.previousAssigneeId),
    new_assignee: personOf(first.newAssigneeId),
    task: first.task,
    sequence_template_id: templateId,
    changes: changes.map(({ task, previousAssigneeId }) => ({ task, previous_assignee: personOf(previousAssigneeId) })),
    changes_count: changes.length,
    contact,
    sequence_template: { ...sequence_template, id: templateId },
    task_url: taskUrlOf(first.task.id),
  });
};
