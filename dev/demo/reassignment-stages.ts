import { chooseReassignments, reassignInTopo } from '../local-loop/reassign-in-topo.ts';
import type { Loop } from '../local-loop/start-loop.ts';
import { waitUntil } from '../local-server/wait-until.ts';
import type { Zap } from '../local-zapier/zap.ts';
import { countPosts, isEventOf } from './count-posts.ts';
import { formatLastChange, formatRun, lastChange } from './format-reassignment.ts';
import { readReassignment } from './read-reassignment.ts';
import type { Stage } from './run-stages.ts';

const awaitRun = async (loop: Loop, zap: Zap): Promise<string> => {
  const change = lastChange(loop);
  const findRun = () => zap.runs.find(({ output }) => isEventOf(readReassignment(output), change));
  await waitUntil('the Zap heard it', () => findRun() !== undefined);
  const run = findRun();
  const posts = countPosts(zap, change);
  if (run === undefined || posts !== 1) throw new Error(`The catch URL got ${posts} POSTs instead of one.`);
  return `${formatRun(loop, run)}, one POST`;
};

/** Turns the Zap on, then reassigns one task by the app's action and one in Topo, and waits until the Zap ran for each. */
export const reassignmentStages = (loop: Loop, zap: Zap): Stage[] => {
  const { sandbox, connection } = loop;
  const [byAction, byColleague] = chooseReassignments(loop, 2);
  if (byAction === undefined || byColleague === undefined) throw new Error('The workspace has too few open tasks.');
  return [
    { name: 'Connection tested', run: () => connection.label() },
    {
      name: 'The Zap is on',
      run: async () => {
        await zap.turnOn();
        return `“${zap.name}” subscribed to Task Reassigned`;
      },
    },
    {
      name: 'The server listens',
      run: async () => {
        await loop.listening();
        return `it has read all ${sandbox.workspaces[0].taskCount} tasks once`;
      },
    },
    {
      name: 'An action ran',
      run: async () => {
        const { taskId: task_id, nextUserId: assignee_user_id } = byAction;
        await connection.act('reassign_task', { task_id, assignee_user_id, scope: 'TASK' });
        return `${formatLastChange(loop)}, by Reassign Task in another Zap`;
      },
    },
    { name: 'Heard the action', run: () => awaitRun(loop, zap) },
    {
      name: 'A colleague acted',
      run: async () => {
        await reassignInTopo(loop, byColleague);
        return `${formatLastChange(loop)}, in Topo`;
      },
    },
    { name: 'Heard the colleague', run: () => awaitRun(loop, zap) },
  ];
};
