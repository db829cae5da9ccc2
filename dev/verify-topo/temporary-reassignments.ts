import { type ReassignScope, reassignTask } from '../../topo/reassign-task.ts';
import { Task } from '../../topo/task.ts';
import type { Ask, CallOutcome, Wait } from './ask-topo.ts';
import { readTask } from './read-task.ts';

/** A task and its original assignee. */
export type OwnedTask = { id: string; sequenceId: string | null; ownerId: string };

export type TemporaryReassignment = {
  task: OwnedTask;
  temporaryAssigneeId: string;
  scope: ReassignScope;
  /** Other tasks that the write may move. */
  siblings?: readonly OwnedTask[];
};

/** A task that could not be given back to its owner; `reason` is a sentence. */
export type NotRestored = { task: OwnedTask; reason: string };

/** Reassigns tasks for a check, and gives them back. */
export type TemporaryReassignments = {
  /** Reassigns a task, after noting its owner. */
  reassign(reassignment: TemporaryReassignment): Promise<CallOutcome<Task>>;
  /** Gives every task back to its owner, with retries, and returns those for which that failed. */
  restoreAll(): Promise<NotRestored[]>;
};

export type TemporaryReassignmentsOptions = {
  /** For reassigning: aborts when the program is interrupted. */
  ask: Ask;
  /** For giving back: an interruption does not abort it. */
  askUninterrupted: Ask;
  wait: Wait;
};

/** A task that may be away from its owner. */
type Pending = { task: OwnedTask; temporaryAssigneeIds: Set<string> };

const mostAttempts = 7;
const firstPauseMs = 500;

/** A write whose answer was lost may still take effect within this time, and must not undo the restoring. */
const lateWriteMs = 3_000;

const isUncertain = (outcome: CallOutcome<Task>): boolean =>
  outcome.kind === 'unanswered' || (outcome.kind === 'refused' && outcome.status >= 500);

export const createTemporaryReassignments = ({
  ask,
  askUninterrupted,
  wait,
}: TemporaryReassignmentsOptions): TemporaryReassignments => {
  const pendings = new Map<string, Pending>();
  let mayArriveLate = false;

  const note = (task: OwnedTask, temporaryAssigneeId: string): void => {
    const pending = pendings.get(task.id) ?? { task, temporaryAssigneeIds: new Set() };
    pending.temporaryAssigneeIds.add(temporaryAssigneeId);
    pendings.set(task.id, pending);
  };

  /** One attempt; `undefined` when the task is with its owner, `isFinal` when another attempt would be wrong. */
  const tryToRestore = async ({
    task,
    temporaryAssigneeIds,
  }: Pending): Promise<{ reason: string; isFinal: boolean } | undefined> => {
    const reading = await readTask(askUninterrupted, { id: task.id, sequence_id: task.sequenceId });
    if (reading.kind === 'absent') return { reason: 'It is no longer there.', isFinal: true };
    const presentId = reading.kind === 'read' ? reading.task.assignee_user_id : null;
    if (presentId === task.ownerId) return undefined;
    if (presentId !== null && !temporaryAssigneeIds.has(presentId)) {
      return { reason: `Somebody else has given it to ${presentId} meanwhile, so it was left there.`, isFinal: true };
    }

    const outcome = await askUninterrupted(reassignTask({ taskId: task.id, assigneeId: task.ownerId, scope: 'TASK' }));
    if (outcome.kind !== 'answered') return { reason: `${outcome.said}.`, isFinal: false };
    const answeredId = outcome.body.assignee_user_id;
    if (answeredId === task.ownerId) return undefined;
    return { reason: `Topo took the request and answered that ${answeredId} has it.`, isFinal: false };
  };

  const restoreOne = async (pending: Pending): Promise<NotRestored[]> => {
    for (let attempt = 1; ; attempt += 1) {
      const failure = await tryToRestore(pending);
      if (failure === undefined) {
        pendings.delete(pending.task.id);
        return [];
      }
      if (failure.isFinal || attempt === mostAttempts) return [{ task: pending.task, reason: failure.reason }];
      await wait(firstPauseMs * 2 ** (attempt - 1));
    }
  };

  return {
    async reassign({ task, temporaryAssigneeId, scope, siblings = [] }) {
      for (const each of [task, ...siblings]) note(each, temporaryAssigneeId);
      // The answer is held against the documentation, timestamps included.
      const call = { ...reassignTask({ taskId: task.id, assigneeId: temporaryAssigneeId, scope }), answer: Task };
      const outcome = await ask(call);
      mayArriveLate ||= isUncertain(outcome);
      return outcome;
    },

    async restoreAll() {
      if (mayArriveLate && pendings.size > 0) await wait(lateWriteMs);
      mayArriveLate = false;
      const notRestored: NotRestored[] = [];
      for (const pending of [...pendings.values()]) notRestored.push(...(await restoreOne(pending)));
      return notRestored;
    },
  };
};
