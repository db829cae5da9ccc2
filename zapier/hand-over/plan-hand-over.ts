import type { ZObject } from 'zapier-platform-core';
import { unassigned } from '../../contract/task-list.ts';
import type { Sequence } from '../../topo/get-sequence.ts';
import { isOpen } from '../../topo/is-open.ts';
import type { Task } from '../../topo/task.ts';
import type { Deadline } from '../deadline.ts';
import type { PersonOf } from '../people/directory.ts';
import { personLabel } from '../people/person-label.ts';
import { lookUpSequences } from '../tasks/look-up-facts.ts';
import { isAssignedTo } from '../tasks/read-before-reassigning.ts';
import type { TaskFilters } from '../tasks/task-filters.ts';
import type { Candidate, PlannedTask } from './candidate.ts';
import type { HandOverOrder } from './hand-over-request.ts';

/** The sequence runs of the named tasks, by id; none when the order does not filter by template. */
export const sequencesOf = async (
  z: ZObject,
  { taskIds, filters }: HandOverOrder,
  candidates: readonly Candidate[],
  deadline: Deadline,
): Promise<ReadonlyMap<string, Sequence>> => {
  if (taskIds === undefined || filters.sequenceTemplateIds === undefined) return new Map();
  return lookUpSequences(
    z,
    candidates.flatMap(({ task }) => task ?? []),
    deadline,
  );
};

type Lookups = { personOf: PersonOf; sequences: ReadonlyMap<string, Sequence> };

const nameOf = (userId: string, personOf: PersonOf): string => personLabel({ ...personOf(userId), user_id: userId });

const isAmong = (wanted: readonly string[] | undefined, value: string | null | undefined): boolean =>
  wanted === undefined || (value !== null && value !== undefined && wanted.includes(value));

const reasonFilteredOut = ({ filters }: HandOverOrder, task: Task, { sequences }: Lookups): string | undefined => {
  const unwanted = 'Its type, priority or template is not one of those chosen.';
  const { types, priorities, sequenceTemplateIds } = filters;
  if (!isAmong(types, task.type) || !isAmong(priorities, task.priority)) return unwanted;
  if (sequenceTemplateIds === undefined) return undefined;
  const sequence = sequences.get(task.sequence_id ?? '');
  if (task.sequence_id !== null && sequence === undefined) {
    return (
      'Topo does not tell which template it belongs to, so it was left alone. To choose by template among tasks of a ' +
      'list, the API key needs the scope sequences:read.'
    );
  }
  return isAmong(sequenceTemplateIds, sequence?.sequence_template_id?.toLowerCase()) ? undefined : unwanted;
};

/** Why a task stays where it is, as a sentence; `undefined` when it should move. */
const reasonToSkip = (order: HandOverOrder, task: Task | null, lookups: Lookups): string | undefined => {
  const { fromId, toId, filters, mustBeRead = false } = order;
  if (task === null) {
    if (mustBeRead) return 'Topo does not show this task any more, so it was left alone.';
    return fromId === undefined && Object.keys(filters).length === 0
      ? undefined
      : 'Topo does not tell what this task is or who has it, so it was left alone.';
  }
  if (!isOpen(task)) return 'It is done or skipped already.';
  if (isAssignedTo(task, toId)) return `It is with ${nameOf(toId, lookups.personOf)} already.`;
  if (fromId !== undefined && !isAssignedTo(task, fromId)) {
    const { assignee_user_id: assigneeId } = task;
    if (fromId === unassigned && assigneeId !== null) return `${nameOf(assigneeId, lookups.personOf)} has it.`;
    return `It is not with ${nameOf(fromId, lookups.personOf)}: ${assigneeId === null ? 'nobody has it' : `${nameOf(assigneeId, lookups.personOf)} has it`}.`;
  }
  return reasonFilteredOut(order, task, lookups);
};

/** What is left to check: Topo has filtered the tasks that it listed itself, and a task keeps its template. */
const uncheckedFilters = ({ taskIds, fromId, filters }: HandOverOrder): TaskFilters => {
  if (taskIds !== undefined) return filters;
  const { sequenceTemplateIds: _checked, ...changing } = filters;
  return fromId === unassigned ? changing : {};
};

/** Decides for each candidate whether it moves. */
export const planHandOver = (
  order: HandOverOrder,
  candidates: readonly Candidate[],
  lookups: Lookups,
): PlannedTask[] => {
  const checked = { ...order, filters: uncheckedFilters(order) };
  return candidates.map((candidate) => {
    const reason = reasonToSkip(checked, candidate.task, lookups);
    return { ...candidate, plan: reason === undefined ? { kind: 'move' } : { kind: 'skip', reason } };
  });
};
