import { randomUUID } from 'node:crypto';
import type { Loop } from '../local-loop/start-loop.ts';
import type { Trigger } from './create-zaps.ts';

type Person = Loop['sandbox']['workspaces'][0]['people'][number];

/** Something that happens to the task, the trigger that starts for it, and who has the task before and after. */
export type Change = { trigger: Trigger; type: string; taskId: string; previous: string | null; next: string | null };

/** What becomes of one task: it is made for the first holder, goes to the second and the third, and is completed. */
export type Life = {
  taskId: string;
  holders: readonly [Person, Person, Person];
  made: Change;
  movedByAction: Change;
  movedInTopo: Change;
  completed: Change;
};

/** Plans the life of a task that is not there yet. Throws when the workspace has fewer than three people. */
export const planLife = ({ sandbox }: Loop): Life => {
  const { people } = sandbox.workspaces[0];
  const [first, second] = people;
  const third = people.at(-1);
  if (first === undefined || second === undefined || third === undefined || third === second) {
    throw new Error('The workspace has too few people.');
  }
  const taskId = randomUUID();
  const moved = { trigger: 'task_reassigned', type: 'task.reassigned', taskId } as const;
  return {
    taskId,
    holders: [first, second, third],
    made: { trigger: 'new_task', type: 'task.created', taskId, previous: null, next: first.userId },
    movedByAction: { ...moved, previous: first.userId, next: second.userId },
    movedInTopo: { ...moved, previous: second.userId, next: third.userId },
    completed: { trigger: 'task_closed', type: 'task.closed', taskId, previous: third.userId, next: null },
  };
};

/** All that happens, in order. */
export const changesOf = ({ made, movedByAction, movedInTopo, completed }: Life): Change[] => [
  made,
  movedByAction,
  movedInTopo,
  completed,
];
