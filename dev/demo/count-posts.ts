import type { Loop } from '../local-loop/start-loop.ts';
import { cleanedRequestOf } from '../local-zapier/raw-request.ts';
import type { Zap } from '../local-zapier/zap.ts';
import { readEvent, type ToldEvent } from './read-reassignment.ts';

type Change = { readonly taskId: string; readonly previous: string | null; readonly next: string | null };

/** Whether an event tells of this change, with both people. */
export const tellsOf = (event: ToldEvent | undefined, { taskId, previous, next }: Change): boolean =>
  event?.taskId === taskId && event.previous === previous && event.next === next;

/** How many POSTs to the Zap's catch URLs told of this change. */
export const countPosts = ({ posts }: Zap, change: Change): number =>
  posts.filter(({ request }) => tellsOf(readEvent(cleanedRequestOf(request.content)), change)).length;

/** Throws when a reassignment in Topo did not make exactly one POST and one run, or when there were others. */
export const assertCounted = ({ sandbox }: Loop, zap: Zap): void => {
  for (const change of sandbox.changes) {
    const posts = countPosts(zap, change);
    if (posts !== 1) throw new Error(`The catch URL got ${posts} POSTs for a reassignment instead of one.`);
  }
  const { length: changes } = sandbox.changes;
  if (zap.posts.length !== changes) throw new Error(`${changes} reassignments made ${zap.posts.length} POSTs.`);
  if (zap.runs.length !== changes) throw new Error(`${changes} reassignments made ${zap.runs.length} runs.`);
  if (zap.failedRuns.length > 0) throw new Error(`${zap.failedRuns.length} POSTs failed in the Zap.`);
};
