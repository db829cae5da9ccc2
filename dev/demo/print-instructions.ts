import { chooseReassignments } from '../local-loop/reassign-in-topo.ts';
import type { Loop } from '../local-loop/start-loop.ts';
import type { Narrator } from './printer.ts';

/** A line for a terminal. It holds the whole key: it is a toy of the sandbox, made for pasting. */
const curlLine = ({ topoUrl, sandbox }: Loop, taskId: string, userId: string): string =>
  [
    `curl -X PATCH ${topoUrl}/tasks/${taskId}/assignee`,
    `-H 'Authorization: Bearer ${sandbox.workspaces[0].keys.tasksOnly}'`,
    `-H 'Content-Type: application/json'`,
    `-d '{"assignee_user_id": "${userId}", "scope": "TASK"}'`,
  ].join(' ');

/** Says what to try while everything is up. */
export const invite = (loop: Loop, narrator: Narrator): void => {
  const { people } = loop.sandbox.workspaces[0];
  const [choice] = chooseReassignments(loop, 1);
  if (choice === undefined) return;
  narrator.title('Everything is up. Reassign a task as a colleague would, from another terminal:');
  narrator.say(`  ${curlLine(loop, choice.taskId, choice.nextUserId)}\n`);
  narrator.say('and back again:\n');
  narrator.say(`  ${curlLine(loop, choice.taskId, choice.userId)}\n`);
  narrator.say('The people of the workspace, for assignee_user_id:\n');
  for (const { userId, name } of people) narrator.say(`  ${userId}  ${name}`);
  narrator.say('\nWhat the Zap hears is shown here. Ctrl-C stops everything.\n');
};
