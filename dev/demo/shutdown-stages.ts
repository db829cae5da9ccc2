import type { Loop } from '../local-loop/start-loop.ts';
import { fetchHooks } from '../local-server/fetch-hooks.ts';
import { assertExactlyOnce } from './count-posts.ts';
import type { Zaps } from './create-zaps.ts';
import type { Change } from './plan-life.ts';
import type { Stage } from './run-stages.ts';

const assertUnsubscribed = async ({ server, sandbox }: Loop, count: number): Promise<void> => {
  const hooks = await fetchHooks(server.url, sandbox.workspaces[0].keys.full);
  const ended = hooks.filter(({ ended_reason }) => ended_reason === 'unsubscribed');
  if (ended.length !== count) throw new Error(`The server has ended ${ended.length} of ${count} hooks.`);
};

/** Turns the Zaps off, stops everything, and compares the counts. */
export const shutdownStages = (loop: Loop, zaps: Zaps, changes: readonly Change[]): Stage[] => [
  {
    name: 'Nothing came twice',
    run: async () => {
      await loop.settled();
      assertExactlyOnce(zaps, changes);
      return 'after three more readings of Topo';
    },
  },
  {
    name: 'The Zaps are off',
    run: async () => {
      const all = Object.values(zaps);
      for (const zap of all) await zap.turnOff();
      await assertUnsubscribed(loop, all.length);
      return 'unsubscribed, and the server has ended their hooks';
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
      const { posts, runs } = assertExactlyOnce(zaps, changes);
      return `${changes.length} changes, ${posts} POSTs, ${runs} runs, each with the right people`;
    },
  },
];
