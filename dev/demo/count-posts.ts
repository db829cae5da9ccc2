import type { Loop } from '../local-loop/start-loop.ts';
import { cleanedRequestOf } from '../local-zapier/raw-request.ts';
import type { Zap } from '../local-zapier/zap.ts';
import { type Reassignment, readReassignment } from './read-reassignment.ts';

type Change = Omit<Reassignment, 'taskType'>;

/** Whether an event reports this change, with both people. */
export const isEventOf = (event: Reassignment | undefined, { taskId, previous, next }: Change): boolean =>
  event?.taskId === taskId && event.previous === previous && event.next === next;

/** How many POSTs to the Zap's catch URLs report this change. */
export const countPosts = ({ posts }: Zap, change: Change): number =>
  posts.filter(({ request }) => isEventOf(readReassignment(cleanedRequestOf(request.content)), change)).length;

/** Throws unless every reassignment in Topo made exactly one POST and one run, and nothing else did. */
export const assertExactlyOnce = ({ sandbox }: Loop, zap: Zap): void => {
  for (const change of sandbox.changes) {
    const posts = countPosts(zap, change);
    if (posts !== 1) throw new Error(`The catch URL got ${posts} POSTs for a reassignment instead of one.`);
  }
  const { length: changes } = sandbox.changes;
  if (zap.posts.length !== changes) throw new Error(`${changes} reassignments made ${zap.posts.length} POSTs.`);
  if (zap.runs.length !== changes) throw new Error(`${changes} reassignments made ${zap.runs.length} runs.`);
  if (zap.failedRuns.length > 0) throw new Error(`${zap.failedRuns.length} POSTs failed in the Zap.`);
};
