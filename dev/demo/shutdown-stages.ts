import type { Loop } from '../local-loop/start-loop.ts';
import { fetchHooks } from '../local-server/fetch-hooks.ts';
import type { Zap } from '../local-zapier/zap.ts';
import { assertCounted } from './count-posts.ts';
import type { Station } from './run-stages.ts';

const assertUnsubscribed = async ({ server, sandbox }: Loop): Promise<void> => {
  const [hook] = await fetchHooks(server.url, sandbox.workspaces[0].keys.full);
  if (hook?.ended_reason !== 'unsubscribed')
    throw new Error(`The server says of the hook: ${hook?.state ?? 'unknown'}.`);
};

/** Turns the Zap off, stops everything, and counts. */
export const wayBack = (loop: Loop, zap: Zap): Station[] => [
  {
    name: 'Nothing came twice',
    pass: async () => {
      await loop.settled();
      assertCounted(loop, zap);
      return 'the server has read the tasks three times more';
    },
  },
  {
    name: 'The Zap is off',
    pass: async () => {
      await zap.turnOff();
      await assertUnsubscribed(loop);
      return 'unsubscribed, and the server has ended its hook';
    },
  },
  {
    name: 'All is stopped',
    pass: async () => {
      await loop.close();
      return 'the server, Zapier and Topo, in this order';
    },
  },
  {
    name: 'All is counted',
    pass: async () => {
      assertCounted(loop, zap);
      return `${loop.sandbox.changes.length} reassignments, ${zap.posts.length} POSTs, ${zap.runs.length} runs, each with both people`;
    },
  },
];
