import { readUuid, readWord } from '../http/read-field.ts';
import { taskPriorities, taskTypes } from '../workspace/task.ts';
import type { Control } from './control.ts';
import { readMember } from './read-member.ts';

/** A new task of the first workspace, of a new sequence run unless one is named, and of nobody unless somebody is. */
export const createTaskByHand: Control = {
  path: '/tasks',
  answer: ({ workspaces: [workspace], user, body }) => {
    const { type, priority, sequence_id, assignee_user_id } = body;
    return user.createTask({
      ...(type !== undefined && { type: readWord('type', type, taskTypes) }),
      ...(priority !== undefined && { priority: readWord('priority', priority, taskPriorities) }),
      ...(sequence_id !== undefined && { sequence_id: readUuid('sequence_id', sequence_id) }),
      ...(assignee_user_id !== undefined && { assignee_user_id: readMember(workspace, assignee_user_id) }),
    });
  },
};
