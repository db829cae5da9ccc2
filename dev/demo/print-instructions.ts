import { chooseReassignments } from '../local-loop/reassign-in-topo.ts';
import type { Loop } from '../local-loop/start-loop.ts';
import type { Printer } from './printer.ts';

/** A command to paste. It shows a whole key, which opens nothing but the sandbox. */
const curlLine = ({ topoUrl, sandbox }: Loop, taskId: string, userId: string): string =>
  [
    `curl -X PATCH ${topoUrl}/tasks/${taskId}/assignee`,
    `-H 'Authorization: Bearer ${sandbox.workspaces[0].keys.tasksOnly}'`,
    `-H 'Content-Type: application/json'`,
    `-d '{"assignee_user_id": "${userId}", "scope": "TASK"}'`,
  ].join(' ');

/** Says what to try while everything is up. */
export const printInstructions = (loop: Loop, { title, line }: Printer): void => {
  const { people } = loop.sandbox.workspaces[0];
  const [choice] = chooseReassignments(loop, 1);
  if (choice === undefined) return;
  title('Everything is up. Reassign a task as a colleague would, from another terminal:');
  line(`  ${curlLine(loop, choice.taskId, choice.nextUserId)}\n`);
  line('and back again:\n');
  line(`  ${curlLine(loop, choice.taskId, choice.userId)}\n`);
  line('The people of the workspace, for assignee_user_id:\n');
  for (const { userId, name } of people) line(`  ${userId}  ${name}`);
  line('\nEvery run of the Zap is shown here. Ctrl-C stops everything.\n');
};
