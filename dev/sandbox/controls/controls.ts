import { completeTaskByHand } from './complete-task-by-hand.ts';
import type { Control } from './control.ts';
import { createTaskByHand } from './create-task-by-hand.ts';
import { reassignTaskByHand } from './reassign-task-by-hand.ts';

/** What somebody who plays with the sandbox can do in a colleague's place. */
export const controls: readonly Control[] = [createTaskByHand, reassignTaskByHand, completeTaskByHand];
