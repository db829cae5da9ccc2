import { expect, test } from '@jest/globals';
import type { WorkStore } from '../../../webhook-server/store/work-store.ts';
import type { WatchedWorkspace } from '../../support/watch-workspace.ts';
import { changedTasks, listening, nextPoll, openTasks, reassign, someoneElse } from '../../support/workspace-steps.ts';

/** Counts how often a page was compared with what is stored. */
const countComparisons = () => {
  const counted = { comparisons: 0 };
  const throughStore = (store: WorkStore): WorkStore => ({
    ...store,
    isKnown(organizationId, rows) {
      counted.comparisons += 1;
      return store.isKnown(organizationId, rows);
    },
  });
  return { counted, throughStore };
};

const settled = async (options: Parameters<typeof listening>[0] = {}) => {
  const { counted, throughStore } = countComparisons();
  const at = await listening({ assumptions: { tiesAreShuffled: false }, ...options, throughStore });
  for (let polls = 0; polls < 8; polls += 1) await nextPoll(at);
  counted.comparisons = 0;
  return { at, counted };
};

test('a page that came back byte for byte is not compared again, and a change in it is told', async () => {
  const { at, counted } = await settled();
  expect(await nextPoll(at)).toBe(1);
  expect(counted.comparisons).toBe(0);
  const [task] = openTasks(at);
  const userId = someoneElse(at, task?.assignee_user_id ?? null);
  at.sandbox.reassign(task?.id ?? '', userId);
  await nextPoll(at);
  expect((await at.events()).map(({ new_assignee }) => new_assignee.user_id)).toEqual([userId]);
});

test('a page that another process found without news is compared again once something was stored since', async () => {
  const { at, counted } = await settled({ detectorCount: 2 });
  // Both have seen the page; what one of them stores the other does not know.
  expect([await nextPoll(at), await nextPoll(at)]).toEqual([1, 1]);
  expect(counted.comparisons).toBe(0);
  const claim = (await at.store.work.claimPolls({ limit: 1, leaseMs: 60_000 }))[0];
  expect(claim).toBeUndefined();
  at.passTime(60_000);
  const [found] = await at.store.work.claimPolls({ limit: 1, leaseMs: 60_000 });
  if (found === undefined) throw new Error('The workspace is not due.');
  const { organizationId, lease } = found;
  await at.store.work.recordFacts({ organizationId, lease }, { leaseMs: 60_000 });
  await at.store.work.finishPoll({ organizationId, lease, result: 'done', nextPollInMs: 0, sawChange: false });
  await at.poll();
  expect(counted.comparisons).toBe(1);
});

/** How many rows each of the next polls asks for: so far apart, in milliseconds. */
const rowsAskedFor = async (at: WatchedWorkspace, polls: number, apartMs = 60_000): Promise<number[]> => {
  const before = at.sandbox.requests.length;
  for (let poll = 0; poll < polls; poll += 1) await nextPoll(at, apartMs);
  return at.sandbox.requests.entries.slice(before).map(({ query }) => Number(query.get('size')));
};

test('without news a poll asks for a few rows, and for a whole page once in five minutes', async () => {
  const { at } = await settled();
  const asked = await rowsAskedFor(at, 20);
  expect(asked.filter((rows) => rows === 100)).toHaveLength(4);
  expect(asked.filter((rows) => rows === 20)).toHaveLength(16);
  expect(asked.lastIndexOf(100) - asked.indexOf(100)).toBe(15);
});

test('more changes than a few rows show are all told by the same poll', async () => {
  const { at } = await settled();
  for (let polls = 0; polls < 5 && (await rowsAskedFor(at, 1))[0] !== 100; polls += 1);
  const changed = reassign(at, 130);
  expect(await nextPoll(at)).toBeLessThanOrEqual(4);
  expect((await changedTasks(at)).toSorted()).toEqual(changed.toSorted());
});

/** A workspace of which a whole page was read less than a minute ago, and in which so much has just changed. */
const changedJustNow = async (changes: number): Promise<WatchedWorkspace> => {
  const { at } = await settled();
  for (let polls = 0; polls < 5 && (await rowsAskedFor(at, 1))[0] !== 100; polls += 1);
  reassign(at, changes);
  await nextPoll(at);
  return at;
};

test('where little has just changed, the next polls ask for a few rows, as long as they come soon', async () => {
  const at = await changedJustNow(3);
  expect(await rowsAskedFor(at, 2, 15_000)).toEqual([20, 20]);
  const [task] = openTasks(at);
  at.sandbox.reassign(task?.id ?? '', someoneElse(at, task?.assignee_user_id ?? null));
  expect(await rowsAskedFor(at, 1, 15_000)).toEqual([20]);
  expect(await changedTasks(at)).toContain(task?.id);
  expect(await rowsAskedFor(at, 1, 25_000)).toEqual([100]);
});

test('where so much has just changed that a few rows would show nothing else, the next poll asks for a whole page', async () => {
  expect(await rowsAskedFor(await changedJustNow(17), 1, 15_000)).toEqual([100]);
});

test('where `updated_at` does not move, a change on the newest page is told within five minutes, and any other within a day', async () => {
  const assumptions = { tiesAreShuffled: false, reassigningMovesUpdatedAt: false };
  const { at } = await settled({ assumptions, taskCount: 1_000 });
  const newestFirst = at.workspace.tasks.toSorted((one, other) => other.updated_at.localeCompare(one.updated_at));
  const isOpen = (task: (typeof newestFirst)[number]) => openTasks(at).some(({ id }) => id === task.id);
  const near = newestFirst.slice(20, 100).find(isOpen);
  const far = newestFirst.slice(300).find(isOpen);
  for (const task of [near, far]) {
    at.sandbox.reassign(task?.id ?? '', someoneElse(at, task?.assignee_user_id ?? null));
  }
  for (let polls = 0; polls < 5; polls += 1) await nextPoll(at);
  expect(await changedTasks(at)).toEqual([near?.id]);
  at.passTime(24 * 3_600_000);
  for (let polls = 0; polls < 5; polls += 1) await nextPoll(at);
  expect((await changedTasks(at)).toSorted()).toEqual([near?.id, far?.id].toSorted());
});
