import type { Workspace } from '../workspace/workspace.ts';
import type { Control } from './control.ts';
import { findTaskByHand } from './find-task-by-hand.ts';
import { readMember } from './read-member.ts';

/** The next member of the workspace: the first one after the last, and after nobody. */
const nextMember = ({ people }: Workspace, userId: string | null): string | null => {
  const position = people.findIndex((person) => person.userId === userId);
  return people[(position + 1) % people.length]?.userId ?? null;
};

/** Gives a task to somebody, to nobody with null, and to the next member of the workspace when nobody is named. */
export const reassignTaskByHand: Control = {
  path: '/tasks/:task_id/reassign',
  answer: (call) => {
    const { task, workspace } = findTaskByHand(call);
    const { assignee_user_id: wanted } = call.body;
    const userId = wanted === undefined ? nextMember(workspace, task.assignee_user_id) : readMember(workspace, wanted);
    return call.user.reassign(task.id, userId);
  },
};
