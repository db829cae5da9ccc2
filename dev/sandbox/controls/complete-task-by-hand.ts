import { commitIssue } from '../api-issue.ts';
import { readWord } from '../http/read-field.ts';
import { dispositions, isClosed } from '../workspace/task.ts';
import type { Control } from './control.ts';
import { findTaskByHand } from './find-task-by-hand.ts';

/** Completes an open task; `disposition` says what a call came to. */
export const completeTaskByHand: Control = {
  path: '/tasks/:task_id/complete',
  answer: (call) => {
    const { id, status } = findTaskByHand(call).task;
    if (isClosed({ status })) throw commitIssue(`A task that is ${status} cannot be completed.`);
    const { disposition } = call.body;
    return call.user.completeTask(
      id,
      disposition === undefined ? null : readWord('disposition', disposition, dispositions),
    );
  },
};
