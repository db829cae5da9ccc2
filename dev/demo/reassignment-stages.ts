import { chooseReassignments, reassignInTopo } from '../local-loop/reassign-in-topo.ts';
import type { Loop } from '../local-loop/start-loop.ts';
import { waitUntil } from '../local-server/wait-until.ts';
import type { Zap } from '../local-zapier/zap.ts';
import { countPosts, tellsOf } from './count-posts.ts';
import { lastChange, tellChange, tellRun } from './format-reassignment.ts';
import { readEvent } from './read-reassignment.ts';
import type { Station } from './run-stages.ts';

const hearLastChange = async (loop: Loop, zap: Zap): Promise<string> => {
  const change = lastChange(loop);
  const heard = () => zap.runs.find(({ output }) => tellsOf(readEvent(output), change));
  await waitUntil('the Zap heard it', () => heard() !== undefined);
  const run = heard();
  const posts = countPosts(zap, change);
  if (run === undefined || posts !== 1) throw new Error(`The catch URL got ${posts} POSTs instead of one.`);
  return `${tellRun(loop, run)}, one POST`;
};

/** Everything up to the moment when both kinds of reassignment were heard. */
export const wayThere = (loop: Loop, zap: Zap): Station[] => {
  const { sandbox, connection } = loop;
  const [byAction, byColleague] = chooseReassignments(loop, 2);
  if (byAction === undefined || byColleague === undefined) throw new Error('The workspace has too few open tasks.');
  return [
    { name: 'Connection tested', pass: () => connection.label() },
    {
      name: 'The Zap is on',
      pass: async () => {
        await zap.turnOn();
        return `“${zap.name}” subscribed to Task Reassigned`;
      },
    },
    {
      name: 'The server listens',
      pass: async () => {
        await loop.listening();
        return `the first reading of ${sandbox.workspaces[0].taskCount} tasks is done`;
      },
    },
    {
      name: 'An action ran',
      pass: async () => {
        const { taskId: task_id, nextUserId: assignee_user_id } = byAction;
        await connection.act('reassign_task', { task_id, assignee_user_id, scope: 'TASK' });
        return `${tellChange(loop)}, by Reassign Task in another Zap`;
      },
    },
    { name: 'Heard the action', pass: () => hearLastChange(loop, zap) },
    {
      name: 'A colleague acted',
      pass: async () => {
        await reassignInTopo(loop, byColleague);
        return `${tellChange(loop)}, in Topo`;
      },
    },
    { name: 'Heard the colleague', pass: () => hearLastChange(loop, zap) },
  ];
};
