import type { Sandbox } from '../sandbox/create-sandbox.ts';
import { drawOne, type Random } from '../sandbox/random.ts';
import type { UndeliveredChanges } from './undelivered-changes.ts';

export type ReassignerParts = {
  sandbox: Sandbox;
  random: Random;
  /** Reassigns by the app's action. It may fail and still have reassigned the task. */
  act: (taskId: string, userId: string) => Promise<unknown>;
  undelivered: UndeliveredChanges;
};

type Kind = 'one' | 'one, by the action' | 'one, to nobody' | 'sequence';

const kinds: readonly Kind[] = ['one', 'one', 'one', 'one', 'one, by the action', 'one, to nobody', 'sequence'];

/**
 * Creates a function that reassigns a random task of the first workspace, if one is free. The server sees only the net
 * change between two polls, so a task is free when every hook has its last change: then each entry of the journal is
 * exactly one event.
 */
export const createRandomReassigner = ({
  sandbox,
  random,
  act,
  undelivered,
}: ReassignerParts): (() => Promise<void>) => {
  const [workspace] = sandbox.workspaces;
  const inAction = new Set<string>();
  const isFree = (taskId: string): boolean => !inAction.has(taskId) && undelivered.isDelivered(taskId);

  const byAction = async (taskId: string, userId: string): Promise<void> => {
    inAction.add(taskId);
    try {
      await act(taskId, userId);
    } catch {
      // The sandbox's journal knows whether the task was reassigned.
    } finally {
      inAction.delete(taskId);
    }
  };

  return async () => {
    undelivered.update();
    const { tasks, people } = workspace;
    const free = tasks.filter(({ id }) => isFree(id));
    if (free.length === 0) return;
    const task = drawOne(random, free);
    const { userId } = drawOne(
      random,
      people.filter((person) => person.userId !== task.assignee_user_id),
    );
    const kind = drawOne(random, kinds);
    switch (kind) {
      case 'one':
        sandbox.reassign(task.id, userId);
        break;
      case 'one, by the action':
        if (inAction.size === 0) await byAction(task.id, userId);
        break;
      case 'one, to nobody':
        sandbox.reassign(task.id, null);
        break;
      case 'sequence': {
        const siblings = tasks.filter(({ sequence_id }) => sequence_id === task.sequence_id);
        sandbox.reassign(task.id, userId, siblings.every(({ id }) => isFree(id)) ? 'SEQUENCE' : 'TASK');
        break;
      }
      default:
        kind satisfies never;
    }
  };
};
