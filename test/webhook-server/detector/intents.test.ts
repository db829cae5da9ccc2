import { afterEach, expect, test } from '@jest/globals';
import { microseconds } from '../../../topo/microseconds.ts';
import { type WatchedWorkspace, watchWorkspace } from '../../support/watch-workspace.ts';

let at: WatchedWorkspace;
afterEach(() => at.close());

const listening = async (options?: Parameters<typeof watchWorkspace>[0]): Promise<void> => {
  at = await watchWorkspace(options);
  await at.subscribe();
  await at.listen();
};

const openTask = (index = 0) => {
  const task = at.workspace.tasks.filter(({ status, assignee_user_id }) => status === 'PENDING' && assignee_user_id)[
    index
  ];
  if (task === undefined) throw new Error('There is no such task.');
  const to = at.workspace.people.find(({ userId }) => userId !== task.assignee_user_id)?.userId ?? '';
  return { id: task.id, from: task.assignee_user_id ?? '', to, sequenceId: task.sequence_id };
};

let intents = 0;
const announce = async (taskId: string, userId: string, scope: 'TASK' | 'SEQUENCE' = 'TASK') => {
  intents += 1;
  const id = `int_${intents}`;
  await at.tenant.announce([{ id, task_id: taskId, assignee_user_id: userId, scope }]);
  return id;
};

const done = (id: string, updatedAt?: string) =>
  at.tenant.settleIntent(id, { state: 'done', updatedAtUs: updatedAt === undefined ? null : microseconds(updatedAt) });

/** Lets the detector take every turn that falls into the next `ms`. */
const pass = async (ms: number): Promise<number> => {
  let polls = 0;
  let left = ms;
  for (;;) {
    const dueInMs = (await at.store.work.msUntilPoll()) ?? Number.POSITIVE_INFINITY;
    if (dueInMs > left) break;
    at.passTime(dueInMs);
    left -= dueInMs;
    await at.poll();
    polls += 1;
  }
  at.passTime(left);
  return polls;
};

const sources = async () => (await at.events()).map(({ source }) => source);

test('a change whose intent is done has the source Zapier, and is detected at once', async () => {
  await listening();
  const { id, to } = openTask();
  const intent = await announce(id, to);
  const { updated_at } = at.sandbox.reassign(id, to);
  await done(intent, updated_at);
  expect(await at.store.work.msUntilPoll()).toBe(0);
  await at.poll();
  expect(await at.events()).toMatchObject([{ source: 'zapier', task: { id }, new_assignee: { user_id: to } }]);
});

test('a change without an intent has the source Topo', async () => {
  await listening();
  const { id, to } = openTask();
  at.sandbox.reassign(id, to);
  await pass(60_000);
  expect(await sources()).toEqual(['topo']);
});

test('a failed intent marks no change', async () => {
  await listening();
  const { id, to } = openTask();
  const intent = await announce(id, to);
  await at.tenant.settleIntent(intent, { state: 'failed', updatedAtUs: null });
  at.sandbox.reassign(id, to);
  await pass(60_000);
  expect(await sources()).toEqual(['topo']);
});

test('an intent that nobody settles delays its change by three seconds, and does not mark it', async () => {
  await listening();
  const { id, to } = openTask();
  await announce(id, to);
  at.sandbox.reassign(id, to);
  await pass(500);
  expect(await at.events()).toEqual([]);
  await pass(2_900);
  expect(await at.events()).toEqual([]);
  await pass(5_000);
  expect(await sources()).toEqual(['topo']);
});

test('a change that is detected before its intent is settled waits for it', async () => {
  await listening();
  const { id, to } = openTask();
  const intent = await announce(id, to);
  const { updated_at } = at.sandbox.reassign(id, to);
  await pass(1_000);
  expect(await at.events()).toEqual([]);
  await done(intent, updated_at);
  await pass(1_000);
  expect(await sources()).toEqual(['zapier']);
});

test('while a change waits, nothing of its sequence overtakes it', async () => {
  await listening();
  const { id, to, sequenceId } = openTask();
  const sibling = at.sandbox.createTask({ sequence_id: sequenceId, assignee_user_id: to });
  await pass(60_000);
  await announce(id, to);
  at.sandbox.reassign(id, to);
  at.passTime(10);
  at.sandbox.reassign(sibling.id, null);
  await pass(1_000);
  expect(await at.events()).toEqual([]);
  await pass(6_000);
  expect((await at.events()).map(({ task }) => task.id)).toEqual([id, sibling.id]);
});

test('an intent for a sequence covers its other tasks, each once', async () => {
  await listening();
  const open = at.workspace.tasks.filter(({ status, assignee_user_id }) => status === 'PENDING' && assignee_user_id);
  const first = open.find(({ sequence_id }) => open.filter((task) => task.sequence_id === sequence_id).length > 2);
  const to = at.workspace.people.at(-1)?.userId ?? '';
  const intent = await announce(first?.id ?? '', to, 'SEQUENCE');
  const { updated_at } = at.sandbox.reassign(first?.id ?? '', to, 'SEQUENCE');
  await done(intent, updated_at);
  await at.poll();
  const told = await at.events();
  expect(told.length).toBeGreaterThan(2);
  expect(told.every(({ source }) => source === 'zapier')).toBe(true);

  at.passTime(10);
  at.sandbox.reassign(first?.id ?? '', at.workspace.people[0]?.userId ?? '');
  await pass(15_000);
  at.sandbox.reassign(first?.id ?? '', to);
  await pass(15_000);
  expect((await sources()).slice(told.length)).toEqual(['topo', 'topo']);
});

test('an intent for one task covers neither other tasks nor another person', async () => {
  await listening();
  const one = openTask(0);
  const other = openTask(1);
  const intent = await announce(one.id, one.to);
  at.sandbox.reassign(other.id, one.to === other.from ? other.to : one.to);
  const third = at.workspace.people.find(({ userId }) => userId !== one.to && userId !== one.from)?.userId ?? '';
  const { updated_at } = at.sandbox.reassign(one.id, third);
  await done(intent, updated_at);
  await pass(60_000);
  expect(await sources()).toEqual(['topo', 'topo']);
});

test('a change older than Topo’s response does not belong to the intent', async () => {
  await listening();
  const { id, to } = openTask();
  at.sandbox.reassign(id, to);
  at.passTime(5_000);
  const intent = await announce(id, to);
  await done(intent, new Date(Date.parse('2026-03-02T10:00:00Z')).toISOString());
  await pass(60_000);
  expect(await sources()).toEqual(['topo']);
});

test('long after an intent was done, the same change is somebody else’s', async () => {
  await listening();
  const { id, to, from } = openTask();
  const intent = await announce(id, to);
  // Somebody was quicker and moved it back, so that the change of the intent was never seen.
  const { updated_at } = at.sandbox.reassign(id, to);
  at.sandbox.reassign(id, from);
  await done(intent, updated_at);
  await pass(5 * 60_000);
  expect(await at.events()).toEqual([]);
  at.sandbox.reassign(id, to);
  await pass(60_000);
  expect(await sources()).toEqual(['topo']);
});

test('an intent that was settled as done without a change marks no later change', async () => {
  await listening();
  await pass(3_600_000);
  const { id, to } = openTask();
  await done(await announce(id, to));
  await pass(3_600_000);
  at.sandbox.reassign(id, to);
  await pass(60_000);
  expect(await sources()).toEqual(['topo']);
});

test('an intent for the sequence of a new task covers its other tasks, too', async () => {
  await listening();
  const { id, to, sequenceId } = openTask();
  const added = at.sandbox.createTask({ sequence_id: sequenceId, assignee_user_id: null });
  const intent = await announce(added.id, to, 'SEQUENCE');
  const { updated_at } = at.sandbox.reassign(added.id, to, 'SEQUENCE');
  await done(intent, updated_at);
  await at.poll();
  const told = await at.events();
  expect(told.map(({ task }) => task.id)).toContain(id);
  expect(told.every(({ source }) => source === 'zapier')).toBe(true);
});

test('after an outage a change still belongs to its intent', async () => {
  await listening();
  const { id, to } = openTask();
  const lift = at.sandbox.injectFault({ kind: 'status', status: 503, times: Number.POSITIVE_INFINITY });
  const intent = await announce(id, to);
  const { updated_at } = at.sandbox.reassign(id, to);
  await done(intent, updated_at);
  await pass(2 * 3_600_000);
  lift();
  await pass(10 * 60_000);
  expect(await sources()).toEqual(['zapier']);
});

test('the detector polls again and again until it has seen the change of an intent, and no longer', async () => {
  await listening();
  await pass(3_600_000);
  const { id, to } = openTask();
  await announce(id, to);
  expect(await pass(10_000)).toBeGreaterThanOrEqual(4);
  at.sandbox.reassign(id, to);
  await pass(16_000);
  expect(await at.events()).toHaveLength(1);
  expect(await at.store.work.msUntilPoll()).toBeGreaterThan(5_000);
});

test('the detector looks half a minute for the change of an intent, within the budget', async () => {
  await listening();
  await pass(3_600_000);
  const { id, to } = openTask();
  await announce(id, to);
  const polls = await pass(30_000);
  expect(polls).toBeGreaterThanOrEqual(5);
  expect(polls).toBeLessThanOrEqual(10);
  expect(await pass(53_000)).toBeLessThanOrEqual(1);
});

test('a nudge makes the detector poll now, and again until it sees a change', async () => {
  await listening();
  await pass(3_600_000);
  await at.tenant.nudge();
  expect(await at.store.work.msUntilPoll()).toBe(0);
  await at.poll();
  const { id, to } = openTask();
  at.sandbox.reassign(id, to);
  await pass(1_000);
  expect(await sources()).toEqual(['topo']);
  expect(await at.store.work.msUntilPoll()).toBeGreaterThan(5_000);
});

test('an intent of a workspace without hooks causes no request to Topo', async () => {
  at = await watchWorkspace();
  const { id, to } = openTask();
  const intent = await announce(id, to);
  expect(await done(intent)).toBe(true);
  await at.tenant.nudge();
  expect(await at.poll()).toBe(0);
});

test('an intent of another workspace cannot be settled', async () => {
  await listening();
  const { id, to } = openTask();
  const intent = await announce(id, to);
  const other = at.store.tenant(at.sandbox.workspaces[1].organizationId);
  expect(await other.settleIntent(intent, { state: 'failed', updatedAtUs: null })).toBe(false);
  const { updated_at } = at.sandbox.reassign(id, to);
  expect(await done(intent, updated_at)).toBe(true);
  await at.poll();
  expect(await sources()).toEqual(['zapier']);
});

test('an intent is settled once: later settlements change nothing', async () => {
  await listening();
  const { id, to } = openTask();
  const intent = await announce(id, to);
  const { updated_at } = at.sandbox.reassign(id, to);
  await done(intent, updated_at);
  expect(await at.tenant.settleIntent(intent, { state: 'failed', updatedAtUs: null })).toBe(true);
  await at.poll();
  expect(await sources()).toEqual(['zapier']);
});

test('a hook that ignores Zapier’s changes gets the others', async () => {
  at = await watchWorkspace();
  await at.subscribe(undefined, { filters: { ignore_sources: ['zapier'] } });
  await at.listen();
  const mine = openTask(0);
  const intent = await announce(mine.id, mine.to);
  await done(intent, at.sandbox.reassign(mine.id, mine.to).updated_at);
  const theirs = openTask(1);
  at.sandbox.reassign(theirs.id, theirs.to);
  await pass(60_000);
  const claims = await at.store.work.claimDeliveries({ limit: 10, perHook: 8, leaseMs: 1, rateLimits: null });
  expect(claims.map(({ body }) => JSON.parse(body).task.id)).toEqual([theirs.id]);
});

test('where reassigning does not move a sibling’s updated_at, the daily reconciliation still finds it', async () => {
  await listening({ assumptions: { siblingsMoveUpdatedAt: false }, taskCount: 1_000 });
  const open = at.workspace.tasks.filter(({ status, assignee_user_id }) => status === 'PENDING' && assignee_user_id);
  const first = open.find(({ sequence_id }) => open.filter((task) => task.sequence_id === sequence_id).length > 2);
  const to = at.workspace.people.at(-1)?.userId ?? '';
  // So many others are newer that the siblings are on no page of an incremental scan.
  for (let count = 0; count < 250; count += 1) at.sandbox.createTask();
  await pass(5 * 60_000);
  at.sandbox.changes.clear();
  at.sandbox.reassign(first?.id ?? '', to, 'SEQUENCE');
  const moved = at.sandbox.changes.entries.map(({ taskId }) => taskId).sort();
  expect(moved.length).toBeGreaterThan(2);
  await pass(60_000);
  expect((await at.events()).length).toBeLessThan(moved.length);
  at.passTime(24 * 3_600_000);
  await pass(10 * 60_000);
  expect((await at.events()).map(({ task }) => task.id).sort()).toEqual(moved);
  const total = (await at.events()).length;
  at.passTime(24 * 3_600_000);
  await pass(10 * 60_000);
  expect(await at.events()).toHaveLength(total);
});

test('assignees become known people, and events name them once the workspace has named them', async () => {
  await listening();
  const { id, to, from } = openTask();
  expect(await at.tenant.people()).toContainEqual(expect.objectContaining({ user_id: to, name: null, email: null }));
  await at.tenant.namePeople([{ user_id: to, name: 'Grace Hopper', email: 'grace@example.com' }]);
  expect((await at.tenant.people())[0]).toMatchObject({
    user_id: to,
    name: 'Grace Hopper',
    email: 'grace@example.com',
  });
  at.sandbox.reassign(id, to);
  await pass(60_000);
  await at.tenant.namePeople([{ user_id: to, name: 'Somebody else', email: null }]);
  expect((await at.events())[0]).toMatchObject({
    new_assignee: { user_id: to, name: 'Grace Hopper', email: 'grace@example.com' },
    previous_assignee: { user_id: from, name: null, email: null },
  });
  const other = at.store.tenant(at.sandbox.workspaces[1].organizationId);
  expect(await other.people()).toEqual([]);
});
