import type { Sandbox } from '../sandbox/create-sandbox.ts';
import { drawOne, type Random } from '../sandbox/random.ts';
import type { Hearing } from './undelivered-changes.ts';

/** People who keep reassigning tasks. */
export type Unrest = {
  /** Lets something change, if any task may change now. Resolves when it has. */
  change(): Promise<void>;
};

export type UnrestParts = {
  sandbox: Sandbox;
  random: Random;
  /** Reassigns by the action of the app. It may fail, and may have done it all the same. */
  act: (taskId: string, userId: string) => Promise<unknown>;
  hearing: Hearing;
};

type Deed = 'one' | 'one, by the action' | 'one, to nobody' | 'sequence';

/** A task that nobody has is given to somebody by any of these but the third. */
const deeds: readonly Deed[] = ['one', 'one', 'one', 'one', 'one, by the action', 'one, to nobody', 'sequence'];

/**
 * Changes tasks of the first workspace. What is told is the difference between two looks, so a task changes again only
 * when every hook has heard of its last change: each entry of the journal is one event then, neither more nor less.
 */
export const createUnrest = ({ sandbox, random, act, hearing }: UnrestParts): Unrest => {
  const [workspace] = sandbox.workspaces;
  const inAction = new Set<string>();
  const isFree = (taskId: string): boolean => !inAction.has(taskId) && hearing.isHeard(taskId);

  const byAction = async (taskId: string, userId: string): Promise<void> => {
    inAction.add(taskId);
    try {
      await act(taskId, userId);
    } catch {
      // The journal knows whether Topo has done it.
    } finally {
      inAction.delete(taskId);
    }
  };

  return {
    async change() {
      hearing.look();
      const { tasks, people } = workspace;
      const free = tasks.filter(({ id }) => isFree(id));
      if (free.length === 0) return;
      const task = drawOne(random, free);
      const { userId } = drawOne(
        random,
        people.filter((person) => person.userId !== task.assignee_user_id),
      );
      const deed = drawOne(random, deeds);
      switch (deed) {
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
          const run = tasks.filter(({ sequence_id }) => sequence_id === task.sequence_id);
          sandbox.reassign(task.id, userId, run.every(({ id }) => isFree(id)) ? 'SEQUENCE' : 'TASK');
          break;
        }
        default:
          deed satisfies never;
      }
    },
  };
};
