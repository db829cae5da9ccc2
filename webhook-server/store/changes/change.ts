import {
  type EventTask,
  inWords,
  type Kind,
  type Person,
  type Source,
  type TaskReassigned,
} from '../../../contract/event.ts';
import { nobody } from '../../../contract/person.ts';
import { kindOf } from '../../../contract/reassignment-kind.ts';
import type { TaskFacts } from '../../../contract/task-facts.ts';
import { toldFacts } from '../../../contract/told-facts.ts';
import type { TaskUrlOf } from '../task-urls.ts';
import type { SeenTask } from '../work-store.ts';
import { batchId, eventId, groupId } from './ids.ts';

/** One task whose assignee changed, as it was detected. */
export type Change = {
  id: string;
  /** The scan that found it: what it found together is one batch. */
  scanId: string;
  kind: Kind;
  previousAssigneeId: string | null;
  newAssigneeId: string | null;
  task: EventTask;
  occurredAtUs: number;
  detectedAtMs: number;
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

/** The change that leads from the assignee in the snapshot to the one that a page showed. */
export const changeOf = (
  { organizationId, scanId, nowMs }: { organizationId: string; scanId: string; nowMs: number },
  { task, assigneeId, updatedAtUs }: SeenTask,
  previousAssigneeId: string | null,
): Change => ({
  id: eventId({
    organizationId,
    taskId: task.id,
    previousAssigneeId,
    newAssigneeId: assigneeId,
    occurredAtUs: updatedAtUs,
  }),
  scanId,
  kind: kindOf(previousAssigneeId, assigneeId),
  previousAssigneeId,
  newAssigneeId: assigneeId,
  task,
  occurredAtUs: updatedAtUs,
  detectedAtMs: nowMs,
});

/** Names the batch of each change. */
export const inBatches = (changes: readonly AttributedChange[]): BatchedChange[] => {
  const named = changes.map((change) => ({
    ...change,
    batchId: batchId(change.scanId, orderKeyOf(change), change.newAssigneeId),
  }));
  const sizes = new Map<string, number>();
  for (const change of named) sizes.set(change.batchId, (sizes.get(change.batchId) ?? 0) + 1);
  return named.map((change) => ({ ...change, batchSize: sizes.get(change.batchId) ?? 1 }));
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
): TaskReassigned => {
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
    type: 'task.reassigned',
    kind: first.kind,
    occurred_at: first.task.updated_at,
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
