import { expect, test } from '@jest/globals';
import type { CallTopo } from '../../../webhook-server/topo-port.ts';
import type { WatchedWorkspace } from '../../support/watch-workspace.ts';
import { changedTasks, listening, nextPoll, reassign, watching } from '../../support/workspace-steps.ts';

/** A second workspace with a hook. */
const subscribeOther = async (at: WatchedWorkspace): Promise<void> => {
  const [, { organizationId, keys }] = at.sandbox.workspaces;
  await at.store.tenant(organizationId).subscribe({
    id: 'hok_other',
    targetHash: 'other',
    rateLimitKey: null,
    secretHash: 'other',
    sealedTarget: '',
    sealedSecret: '',
    ...at.sealed(keys.full, organizationId),
    filters: {},
    oncePer: 'task',
    bringsNeededKey: false,
  });
};

test('a workspace with very many tasks does not keep the others waiting', async () => {
  const at = await watching({ taskCount: 6_000 });
  const [, other] = at.sandbox.workspaces;
  const tenant = at.store.tenant(other.organizationId);
  await at.subscribe();
  expect(await at.poll()).toBeLessThanOrEqual(26);
  await subscribeOther(at);
  at.passTime(1);
  await at.poll();
  await at.poll();
  await at.poll();
  expect((await tenant.hooks())[0]?.listeningSinceMs).not.toBeNull();
  expect((await at.tenant.hooks())[0]?.listeningSinceMs).toBeNull();
});

test('an incremental scan over very many changes does not keep other workspaces waiting, and misses none', async () => {
  const at = await listening({ taskCount: 7_000 });
  const ids = reassign(at, 2_550);
  expect(ids).toHaveLength(2_550);
  expect(await nextPoll(at)).toBe(25);
  expect(await at.store.work.msUntilPoll()).toBe(0);
  await at.poll();
  expect((await changedTasks(at)).sort()).toEqual(ids.sort());
});

test('a Retry-After of zero counts as five seconds, and one of years as an hour', async () => {
  const at = await listening();
  for (const [retryAfter, expectedMs] of [
    [0, 5_000],
    [30, 30_000],
    [999_999_999_999, 3_600_000],
  ] as const) {
    at.sandbox.injectFault({ kind: 'rate limit', retryAfter, path: '/v1/tasks' });
    at.passTime((await at.store.work.msUntilPoll()) ?? 0);
    await at.poll();
    expect(await at.store.work.msUntilPoll()).toBe(expectedMs);
  }
});

test.each([1, 3])(
  'in no minute are there more requests than the budget allows, by %i processes',
  async (detectorCount) => {
    const at = await listening({ taskCount: 1_500, requestsPerMinute: 5, detectorCount });
    const times = at.sandbox.requests.entries.map(({ at }) => at.getTime());
    expect(times.length).toBeGreaterThan(15);
    for (const [index, time] of times.entries()) {
      const sixth = times[index + 5];
      if (sixth !== undefined) expect(sixth - time).toBeGreaterThanOrEqual(60_000);
    }
  },
);

test('polls that are requested one by one keep to the budget too, whichever process makes them', async () => {
  const at = await listening({ requestsPerMinute: 5, detectorCount: 3 });
  at.passTime(3_600_000);
  await at.poll();
  const before = at.sandbox.requests.length;
  for (let nudges = 0; nudges < 100; nudges += 1) {
    await at.tenant.nudge();
    await at.poll();
    at.passTime(2_000);
  }
  const times = at.sandbox.requests.entries.slice(before).map(({ at }) => at.getTime());
  expect(times.length).toBeGreaterThanOrEqual(15);
  for (const [index, time] of times.entries()) {
    const sixth = times[index + 5];
    if (sixth !== undefined) expect(sixth - time).toBeGreaterThanOrEqual(60_000);
  }
});

test('a failed poll is repeated after its back-off, whatever the jitter', async () => {
  const at = await listening({ random: 0.123_456_789 });
  at.passTime(3_600_000);
  at.sandbox.injectFault({ kind: 'status', status: 500 });
  expect(await at.poll()).toBe(1);
  expect(await at.poll()).toBe(0);
  at.passTime(15_000);
  expect(await at.poll()).toBe(1);
});

test('a poll with slow pages ends after some seconds, and the next goes on where it was', async () => {
  let passTime = (_ms: number) => {};
  const throughCall =
    (call: CallTopo): CallTopo =>
    (key, request, signal) => {
      passTime(3_000);
      return call(key, request, signal);
    };
  const at = await watching({ taskCount: 1_500, throughCall });
  passTime = at.passTime;
  await at.subscribe();
  const requests: number[] = [];
  for (let polls = 0; polls < 30 && !requests.includes(1); polls += 1) requests.push(await at.poll());
  expect(Math.max(...requests)).toBe(2);
  expect((await at.tenant.hooks())[0]?.listeningSinceMs).not.toBeNull();
});

test('first readings leave places free for workspaces that were read', async () => {
  const at = await listening();
  const ids = Array.from({ length: 8 }, (_, index) => `unread-${index}`);
  for (const id of ids) {
    await at.store.tenant(id).subscribe({
      id,
      targetHash: id,
      rateLimitKey: null,
      secretHash: id,
      sealedTarget: '',
      sealedSecret: '',
      ...at.sealed('topo_unread', id),
      filters: {},
      oncePer: 'task',
      bringsNeededKey: false,
    });
  }
  at.passTime(60_000);
  const claimed = await at.claim(8);
  expect(claimed).toContain(at.workspace.organizationId);
  expect(claimed).toHaveLength(4);
  expect(await at.claim(4)).toEqual([]);
});

test('a workspace in which a change was seen is given back without waiting for those that end later', async () => {
  const at = await listening();
  await subscribeOther(at);
  // The second one is read until it listens, too.
  for (let polls = 0; polls < 10; polls += 1) await nextPoll(at, 15_000);
  reassign(at, 1);
  at.passTime(60_000);
  const detector = at.newDetector({ usual: 1_000, urgent: 0 });
  const claims = await detector.claim(2);
  expect(claims).toHaveLength(2);
  const givenBack: string[] = [];
  const { signal } = new AbortController();
  // The one with the change begins last.
  const hasChanged = ({ organizationId }: (typeof claims)[number]) => organizationId === at.workspace.organizationId;
  const inOrder = [...claims.filter((claim) => !hasChanged(claim)), ...claims.filter(hasChanged)];
  await Promise.all(
    inOrder.map((claim) => detector.run(claim, signal).then(() => givenBack.push(claim.organizationId))),
  );
  expect(givenBack[0]).toBe(at.workspace.organizationId);
  expect(givenBack).toHaveLength(2);
});
