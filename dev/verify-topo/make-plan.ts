import { coversScope } from '../../contract/covers-scope.ts';
import { me } from '../../topo/me.ts';
import type { Task } from '../../topo/task.ts';
import type { Ask } from './ask-topo.ts';
import { isOpen, type Plan, type SiblingPlan } from './plan.ts';
import { readTask } from './read-task.ts';
import { readTasks } from './read-tasks.ts';
import type { Flags } from './read-verify-flags.ts';
import type { OwnedTask } from './temporary-reassignments.ts';

export type Planning = { kind: 'plan'; plan: Plan } | { kind: 'impossible'; sentence: string };

const pagesOfNewest = 3;
const pagesOfSequence = 20;

const impossible = (sentence: string): Planning => ({ kind: 'impossible', sentence });

const ownedOf = ({ id, sequence_id: sequenceId, assignee_user_id: ownerId }: Task): OwnedTask[] =>
  ownerId === null ? [] : [{ id, sequenceId, ownerId }];

const planSiblings = async (ask: Ask, { id, sequence_id: sequenceId }: Task): Promise<SiblingPlan> => {
  if (sequenceId === null) return { kind: 'left', why: 'the task belongs to no sequence' };
  const reading = await readTasks(ask, { sequenceId, sortBy: 'created_at' }, { mostPages: pagesOfSequence });
  if (reading.kind !== 'read') return { kind: 'left', why: reading.said };
  const tasks = reading.tasks.filter((task) => task.id !== id);
  if (!tasks.some(isOpen)) return { kind: 'left', why: 'no other task of the sequence is open' };
  const unowned = tasks.find((task) => task.assignee_user_id === null);
  if (unowned !== undefined) {
    return { kind: 'left', why: `task ${unowned.id} of the sequence belongs to nobody and could not be given back` };
  }
  return { kind: 'movable', tasks, owned: tasks.flatMap(ownedOf) };
};

const chooseTemporaryAssignee = async (
  ask: Ask,
  ownerId: string,
  siblings: SiblingPlan | undefined,
): Promise<string | undefined> => {
  const query = { sortBy: 'updated_at', sortOrder: 'desc' } as const;
  const reading = await readTasks(ask, query, { mostPages: pagesOfNewest });
  const seen = reading.kind === 'read' ? reading.tasks.map((task) => task.assignee_user_id) : [];
  const others = seen.filter((userId) => userId !== null && userId !== ownerId);
  // For a person who already has a sibling, one could not see whether scope SEQUENCE moves it.
  const siblingOwners = siblings?.kind === 'movable' ? siblings.tasks.map((task) => task.assignee_user_id) : [];
  return others.find((userId) => !siblingOwners.includes(userId)) ?? others[0] ?? undefined;
};

/** Looks up what the flags leave open, without any write; otherwise a sentence says why nothing can be verified. */
export const makePlan = async (ask: Ask, flags: Flags): Promise<Planning> => {
  const identity = await ask(me());
  if (identity.kind !== 'answered') return impossible(`The key could not be used: ${identity.said}.`);
  const missing = ['tasks:read', 'tasks:write'].filter((scope) => !coversScope(identity.body.scopes, scope));
  if (missing.length > 0) return impossible(`The key lacks ${missing.join(' and ')}, which this needs.`);

  const reading = await readTask(ask, { id: flags.taskId });
  if (reading.kind === 'unknown') return impossible(`The task of --task could not be read: ${reading.said}.`);
  if (reading.kind === 'absent') {
    return impossible(`--task ${flags.taskId} is not there, or not in the workspace of this key.`);
  }
  const { task } = reading;
  const [owned] = ownedOf(task);
  if (owned === undefined) {
    return impossible(
      `--task ${task.id} belongs to nobody, so it could not be given back. Choose one that has a person.`,
    );
  }

  if (flags.temporaryAssigneeId === owned.ownerId) {
    return impossible(`--to ${owned.ownerId} has the task already. Choose somebody else.`);
  }
  const siblings = flags.isSequenceAsked ? await planSiblings(ask, task) : undefined;
  const temporaryAssigneeId =
    flags.temporaryAssigneeId ?? (await chooseTemporaryAssignee(ask, owned.ownerId, siblings));
  if (temporaryAssigneeId === undefined) {
    return impossible('Nobody else is seen among the newest tasks. Name whom to give the task to with --to USER_ID.');
  }
  const { organization_id: organizationId } = identity.body;
  const { isUnknownUserAsked, isEventTypesAsked, webhook } = flags;
  return {
    kind: 'plan',
    plan: {
      organizationId,
      task,
      owned,
      temporaryAssigneeId,
      siblings,
      isUnknownUserAsked,
      isEventTypesAsked,
      webhook,
    },
  };
};
