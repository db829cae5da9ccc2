import { expect, test } from '@jest/globals';
import type { WorkStore } from '../../../webhook-server/store/work-store.ts';
import { listening, nextPoll, openTasks, someoneElse } from '../../support/workspace-steps.ts';

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
  for (let polls = 0; polls < 4; polls += 1) await nextPoll(at);
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
