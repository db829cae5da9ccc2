import type { Loop } from '../local-loop/start-loop.ts';
import { fetchHooks } from '../local-server/fetch-hooks.ts';
import type { Zap } from '../local-zapier/zap.ts';
import { assertExactlyOnce } from './count-posts.ts';
import type { Stage } from './run-stages.ts';

const assertUnsubscribed = async ({ server, sandbox }: Loop): Promise<void> => {
  const [hook] = await fetchHooks(server.url, sandbox.workspaces[0].keys.full);
  if (hook?.ended_reason !== 'unsubscribed') {
    throw new Error(`The server says of the hook: ${hook?.state ?? 'unknown'}.`);
  }
};

/** Turns the Zap off, stops everything, and compares the counts. */
export const shutdownStages = (loop: Loop, zap: Zap): Stage[] => [
  {
    name: 'Nothing came twice',
    run: async () => {
      await loop.settled();
      assertExactlyOnce(loop, zap);
      return 'after three more readings of Topo';
    },
  },
  {
    name: 'The Zap is off',
    run: async () => {
      await zap.turnOff();
      await assertUnsubscribed(loop);
      return 'unsubscribed, and the server has ended its hook';
    },
  },
  {
    name: 'Everything stopped',
    run: async () => {
      await loop.close();
      return 'first the server, then Zapier, then Topo';
    },
  },
  {
    name: 'The counts agree',
    run: async () => {
      assertExactlyOnce(loop, zap);
      return `${loop.sandbox.changes.length} reassignments, ${zap.posts.length} POSTs, ${zap.runs.length} runs, each with both people`;
    },
  },
];
