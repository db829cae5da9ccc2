import { chooseReassignments } from '../local-loop/reassign-in-topo.ts';
import type { Loop } from '../local-loop/start-loop.ts';
import type { Printer } from './printer.ts';

/** Says what to try while everything is up. */
export const printInstructions = (loop: Loop, { title, line }: Printer): void => {
  const [task] = chooseReassignments(loop, 1);
  if (task === undefined) return;
  const tasks = new URL('/sandbox/tasks', loop.topoUrl);
  title('From another terminal, make a task as a colleague would, or give one away and complete it:');
  line(`  curl -X POST ${tasks}`);
  line(`  curl -X POST ${tasks}/${task.taskId}/reassign`);
  line(`  curl -X POST ${tasks}/${task.taskId}/complete`);
  title('In a browser, see what happens, and sign in with this key of the local Topo:');
  line(`  ${loop.server.url}/dashboard`);
  line(`  ${loop.sandbox.workspaces[0].keys.full}`);
  line('\nEvery run of a Zap is shown here. Ctrl-C stops everything.\n');
};
