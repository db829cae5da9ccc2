import { enterPeople } from '../local-loop/enter-people.ts';
import { reassignInTopo } from '../local-loop/reassign-in-topo.ts';
import type { Loop } from '../local-loop/start-loop.ts';
import { waitUntil } from '../local-server/wait-until.ts';
import { countPosts, isEventOf } from './count-posts.ts';
import type { Zaps } from './create-zaps.ts';
import { formatRun } from './format-run.ts';
import type { Change, Life } from './plan-life.ts';
import { readEvent } from './read-event.ts';
import type { Stage } from './run-stages.ts';

/** Waits until the Zap of a change ran for it, and tells what it received. */
const hearing = (zaps: Zaps, change: Change): Stage => {
  const zap = zaps[change.trigger];
  const findRun = () => zap.runs.find(({ output }) => isEventOf(readEvent(output), change));
  return {
    name: zap.name,
    run: async () => {
      await waitUntil('the Zap heard it', () => findRun() !== undefined);
      const run = findRun();
      const posts = countPosts(zap, change);
      if (run === undefined || posts !== 1) throw new Error(`The catch URL got ${posts} POSTs instead of one.`);
      return `one POST, ${formatRun(run)}`;
    },
  };
};

/** Connects, names the people on the server, and turns the Zaps on. */
export const preparationStages = (loop: Loop, zaps: Zaps): Stage[] => [
  { name: 'Connection tested', run: () => loop.connection.label() },
  {
    name: 'People named',
    run: async () => `the server knows the names of ${await enterPeople(loop)} colleagues`,
  },
  {
    name: 'The Zaps are on',
    run: async () => {
      for (const zap of Object.values(zaps)) await zap.turnOn();
      return Object.values(zaps)
        .map(({ name }) => name)
        .join(', ');
    },
  },
  {
    name: 'The server listens',
    run: async () => {
      await loop.listening();
      return `it has read all ${loop.sandbox.workspaces[0].taskCount} tasks once`;
    },
  },
];

/** Makes a task, moves it by the app's action and in Topo, and completes it; waits each time until a Zap ran for it. */
export const lifeStages = (loop: Loop, zaps: Zaps, life: Life): Stage[] => {
  const { sandbox, connection } = loop;
  const { taskId, holders } = life;
  const [first, second, third] = holders;
  return [
    {
      name: 'Made in Topo',
      run: async () => {
        // Named here, because the template of a run that is made up differs each time.
        const [template] = sandbox.workspaces[0].templates;
        const { id: sequence_id } = sandbox.createSequence(template && { templateId: template.id });
        const task = { id: taskId, sequence_id, assignee_user_id: first.userId };
        sandbox.createTask({ ...task, type: 'CALL', priority: 'HOT' });
        return `a call for ${first.name}`;
      },
    },
    hearing(zaps, life.made),
    {
      name: 'An action ran',
      run: async () => {
        const fields = { task_id: taskId, assignee_user_id: second.userId, scope: 'TASK' };
        await connection.act('reassign_task', fields);
        return `Reassign Task, in another Zap, gave it to ${second.name}`;
      },
    },
    hearing(zaps, life.movedByAction),
    {
      name: 'A colleague acted',
      run: async () => {
        await reassignInTopo(loop, { taskId, nextUserId: third.userId });
        return `gave it to ${third.name}, in Topo`;
      },
    },
    hearing(zaps, life.movedInTopo),
    {
      name: 'Completed in Topo',
      run: async () => {
        sandbox.completeTask(taskId, 'ANSWERED');
        return `by ${third.name}: the call was answered`;
      },
    },
    hearing(zaps, life.completed),
  ];
};
