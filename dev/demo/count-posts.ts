import { cleanedRequestOf } from '../local-zapier/raw-request.ts';
import type { Zap } from '../local-zapier/zap.ts';
import type { Zaps } from './create-zaps.ts';
import type { Change } from './plan-life.ts';
import { type Event, readEvent } from './read-event.ts';

/** Whether an event tells of this change, with both people. */
export const isEventOf = (event: Event | undefined, { type, taskId, previous, next }: Change): boolean =>
  event?.type === type && event.taskId === taskId && event.previous === previous && event.next === next;

/** How many POSTs to the Zap's catch URLs tell of this change. */
export const countPosts = ({ posts }: Zap, change: Change): number =>
  posts.filter(({ request }) => isEventOf(readEvent(cleanedRequestOf(request.content)), change)).length;

/** Throws unless every change made exactly one POST and one run, and nothing else did. Returns how many there were. */
export const assertExactlyOnce = (zaps: Zaps, changes: readonly Change[]): { posts: number; runs: number } => {
  for (const change of changes) {
    const posts = countPosts(zaps[change.trigger], change);
    if (posts !== 1) throw new Error(`A catch URL got ${posts} POSTs for a change instead of one.`);
  }
  const all = Object.values(zaps);
  const posts = all.flatMap((zap) => zap.posts).length;
  const runs = all.flatMap((zap) => zap.runs).length;
  const failedRuns = all.flatMap((zap) => zap.failedRuns).length;
  if (posts !== changes.length) throw new Error(`${changes.length} changes made ${posts} POSTs.`);
  if (runs !== changes.length) throw new Error(`${changes.length} changes made ${runs} runs.`);
  if (failedRuns > 0) throw new Error(`${failedRuns} POSTs failed in the Zaps.`);
  return { posts, runs };
};
