import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createSqliteStore } from '../../../webhook-server/store/sqlite/sqlite-store.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import {
  changedTasks,
  listening,
  nextPoll,
  openTasks,
  reassign,
  someoneElse,
  watching,
} from '../../support/workspace-steps.ts';

test('the baseline meets every task and makes no events', async () => {
  const at = await listening();
  expect(await at.events()).toEqual([]);
  expect((await at.tenant.hooks())[0]?.listeningSinceMs).not.toBeNull();
});

test('a reassignment is one event, with the previous and the new person', async () => {
  const at = await listening();
  const [task] = openTasks(at);
  const newAssignee = someoneElse(at, task?.assignee_user_id ?? null);
  at.sandbox.reassign(task?.id ?? '', newAssignee);
  await nextPoll(at);
  await nextPoll(at);
  expect(await at.events()).toMatchObject([
    {
      kind: 'reassigned',
      previous_assignee: { user_id: task?.assignee_user_id },
      new_assignee: { user_id: newAssignee },
      task: { id: task?.id },
    },
  ]);
});

test('a change during the baseline is an event if the task had been read', async () => {
  const at = await watching({ requestsPerMinute: 2 });
  await at.subscribe();
  await at.poll();
  const [oldest] = at.workspace.tasks.filter(({ assignee_user_id }) => assignee_user_id !== null);
  at.sandbox.reassign(oldest?.id ?? '', someoneElse(at, oldest?.assignee_user_id ?? null));
  await at.listen();
  await nextPoll(at);
  expect((await at.events()).map(({ task }) => task.id)).toEqual([oldest?.id]);
});

test('the progress of a baseline is in the log and in /readyz', async () => {
  const at = await watching({ requestsPerMinute: 2 });
  await at.subscribe();
  await at.poll();
  const [progress, ...others] = await at.store.work.progress();
  expect(others).toEqual([]);
  expect(progress).toEqual({ kind: 'baseline', workspaces: 1, rowsRead: 100, totalRows: 300 });
  expect(at.log.lines.join()).toContain('the first reading goes on');
  await at.listen();
  expect(await at.store.work.progress()).toEqual([]);
  expect(at.log.lines.join()).toContain('the first reading is done');
});

test('a new task is no event; its first reassignment is', async () => {
  const at = await listening();
  const [ada, grace] = at.workspace.people;
  const task = at.sandbox.createTask({ assignee_user_id: ada?.userId ?? null });
  await nextPoll(at);
  expect(await at.events()).toEqual([]);
  at.sandbox.reassign(task.id, grace?.userId ?? null);
  await nextPoll(at);
  expect(await at.events()).toHaveLength(1);
});

test('assigned, unassigned and reassigned are told apart', async () => {
  const at = await listening();
  const [task] = openTasks(at);
  const id = task?.id ?? '';
  for (const userId of [null, at.workspace.people[0]?.userId ?? '', at.workspace.people[1]?.userId ?? '']) {
    at.sandbox.reassign(id, userId);
    await nextPoll(at);
  }
  expect((await at.events()).map(({ kind }) => kind)).toEqual(['unassigned', 'assigned', 'reassigned']);
});

test('closing, reopening and other changes are no events', async () => {
  const at = await listening();
  for (const { id } of openTasks(at).slice(0, 5)) at.sandbox.completeTask(id);
  await nextPoll(at);
  expect(await at.events()).toEqual([]);
});

test('a reassigned sequence is one batch', async () => {
  const at = await listening();
  const open = openTasks(at);
  const [first] = open.filter(
    ({ sequence_id }) => open.filter((other) => other.sequence_id === sequence_id).length > 2,
  );
  const hedy = at.workspace.people.at(-1)?.userId ?? '';
  at.sandbox.reassign(first?.id ?? '', hedy, 'SEQUENCE');
  await nextPoll(at);
  const events = await at.events();
  expect(events.length).toBeGreaterThan(2);
  expect(new Set(events.map(({ batch_id }) => batch_id)).size).toBe(1);
  expect(events.every(({ batch_size }) => batch_size === events.length)).toBe(true);
});

test('an idle poll costs one request, whatever the size of the workspace', async () => {
  const at = await listening({ taskCount: 2_000 });
  for (let polls = 0; polls < 4; polls += 1) await nextPoll(at);
  expect(await nextPoll(at)).toBe(1);
});

test('more changes at one moment than a page holds are all detected', async () => {
  const at = await listening({ taskCount: 2_000 });
  const ids = openTasks(at)
    .slice(0, 350)
    .map(({ id, assignee_user_id }) => {
      at.sandbox.reassign(id, someoneElse(at, assignee_user_id));
      return id;
    });
  await nextPoll(at);
  expect(new Set((await at.events()).map(({ task }) => task.id))).toEqual(new Set(ids));
});

test('an idle poll costs one request again once 500 changes have settled', async () => {
  const at = await listening({ taskCount: 2_000 });
  const ids = reassign(at, 500);
  expect(ids).toHaveLength(500);
  expect(await nextPoll(at)).toBeLessThanOrEqual(6);
  await nextPoll(at);
  expect(await nextPoll(at)).toBe(1);
  expect(new Set((await at.events()).map(({ task }) => task.id))).toEqual(new Set(ids));
});

test('a rate limit in the middle of an incremental scan does not restart it', async () => {
  const at = await listening({ taskCount: 2_000 });
  const ids = reassign(at, 450);
  at.passTime(60_000);
  at.sandbox.injectFault({ kind: 'delay', delayMs: 0, times: 2, path: '/v1/tasks' });
  at.sandbox.injectFault({ kind: 'rate limit', retryAfter: 30, path: '/v1/tasks' });
  expect(await at.poll()).toBe(3);
  expect(await at.events()).toEqual([]);
  expect(await at.store.work.msUntilPoll()).toBe(30_000);
  at.passTime(30_000);
  expect(await at.poll()).toBeLessThanOrEqual(3);
  expect(new Set((await at.events()).map(({ task }) => task.id))).toEqual(new Set(ids));
});

test.each([
  [{ kind: 'status', status: 500 } as const],
  [{ kind: 'cut' } as const],
  [{ kind: 'html' } as const],
  [{ kind: 'rate limit' } as const],
])('after %j the workspace is polled again later, and no change is lost', async (fault) => {
  const at = await listening();
  const [id] = reassign(at, 1);
  at.passTime(60_000);
  at.sandbox.injectFault({ ...fault, path: '/v1/tasks' });
  await at.poll();
  expect(await at.events()).toEqual([]);
  const dueInMs = (await at.store.work.msUntilPoll()) ?? 0;
  expect(dueInMs).toBeGreaterThan(0);
  expect(dueInMs).toBeLessThanOrEqual(15_000);
  at.passTime(dueInMs);
  await at.poll();
  expect((await at.events()).map(({ task }) => task.id)).toEqual([id]);
});

test('tasks that are deleted during a scan hide no reassignment', async () => {
  const at = await listening({ taskCount: 1_000 });
  const ids = reassign(at, 350);
  at.passTime(60_000);
  at.sandbox.injectFault({ kind: 'delay', delayMs: 0, times: 2, path: '/v1/tasks' });
  at.sandbox.injectFault({ kind: 'rate limit', retryAfter: 1, path: '/v1/tasks' });
  await at.poll();
  for (const id of ids.slice(-30)) at.sandbox.deleteTask(id);
  at.passTime(5_000);
  await at.poll();
  const told = new Set((await at.events()).map(({ task }) => task.id));
  expect(ids.slice(0, -30).filter((id) => !told.has(id))).toEqual([]);
});

test.each([-3_600_000, 3_600_000])('a server clock that is wrong by %i ms hides no change', async (skewMs) => {
  const at = await listening({ skewMs });
  const ids = reassign(at, 3);
  await nextPoll(at);
  expect((await at.events()).map(({ task }) => task.id)).toEqual(ids);
});

test.each([0, 3, 6] as const)(
  'timestamps with %i digits and an offset are compared rightly',
  async (timestampDigits) => {
    const at = await listening({ assumptions: { timestampDigits, timestampOffset: '+05:30' } });
    const ids = reassign(at, 5);
    await nextPoll(at);
    expect(new Set((await at.events()).map(({ task }) => task.id))).toEqual(new Set(ids));
  },
);

test('a row dated into the future hides no later change', async () => {
  const at = await listening({ taskCount: 1_000 });
  const future = openTasks(at).at(-1);
  at.passTime(24 * 3_600_000);
  at.sandbox.reassign(future?.id ?? '', someoneElse(at, future?.assignee_user_id ?? null));
  at.passTime(-24 * 3_600_000);
  await nextPoll(at);
  const ids = reassign(at, 150);
  await nextPoll(at);
  expect(new Set((await at.events()).map(({ task }) => task.id))).toEqual(new Set([future?.id, ...ids]));
});

test('a change that becomes visible half a minute late is detected, however many came after it', async () => {
  const at = await listening({ taskCount: 1_000 });
  const late = openTasks(at).at(-1);
  const ids = reassign(at, 150);
  at.passTime(15_000);
  await at.poll();
  at.passTime(-45_000);
  at.sandbox.reassign(late?.id ?? '', someoneElse(at, late?.assignee_user_id ?? null));
  at.passTime(60_000);
  await at.poll();
  expect(new Set((await at.events()).map(({ task }) => task.id))).toEqual(new Set([late?.id, ...ids]));
});

test('tasks that are deleted and created during the baseline hide no task from it', async () => {
  const at = await watching({ requestsPerMinute: 1, taskCount: 500 });
  await at.subscribe();
  while ((await at.tenant.hooks())[0]?.listeningSinceMs === null) {
    await at.poll();
    at.passTime(60_000);
    for (const { id } of at.workspace.tasks.slice(0, 3)) {
      at.sandbox.deleteTask(id);
      at.sandbox.createTask({ assignee_user_id: at.workspace.people[0]?.userId ?? null });
    }
  }
  await at.listen();
  const before = at.workspace.tasks.map(({ id, assignee_user_id }) => ({
    id,
    userId: someoneElse(at, assignee_user_id),
  }));
  for (const { id, userId } of before) {
    at.passTime(1);
    at.sandbox.reassign(id, userId);
  }
  for (let polls = 0; polls < 15; polls += 1) await nextPoll(at);
  const told = new Set((await at.events()).map(({ task }) => task.id));
  expect(before.filter(({ id }) => !told.has(id))).toEqual([]);
});

test('changes made while there was no hook are no events', async () => {
  const at = await listening();
  const [hook] = await at.tenant.hooks();
  await at.tenant.endHook(hook?.id ?? '');
  reassign(at, 3);
  at.passTime(7 * 24 * 3_600_000);
  expect(await at.poll()).toBe(0);
  await at.subscribe();
  await at.listen();
  expect(await at.events()).toEqual([]);
  const [id] = reassign(at, 1);
  await nextPoll(at);
  expect((await at.events()).map(({ task }) => task.id)).toEqual([id]);
});

test('changes made during an outage of Topo are detected when it is back', async () => {
  const at = await listening();
  const lift = at.sandbox.injectFault({ kind: 'status', status: 503, times: Number.POSITIVE_INFINITY });
  for (let polls = 0; polls < 5; polls += 1) await nextPoll(at);
  const ids = reassign(at, 3);
  at.passTime(3 * 3_600_000);
  lift();
  await at.poll();
  expect((await at.events()).map(({ task }) => task.id)).toEqual(ids);
});

test('progress never exceeds the number of rows, although some are read again', async () => {
  const at = await watching({ taskCount: 3_000, requestsPerMinute: 5 });
  await at.subscribe();
  let before = 0;
  while ((await at.tenant.hooks())[0]?.listeningSinceMs === null) {
    at.passTime((await at.store.work.msUntilPoll()) ?? 0);
    await at.poll();
    const [progress] = await at.store.work.progress();
    const rowsRead = progress?.rowsRead ?? before;
    expect(rowsRead).toBeGreaterThanOrEqual(before);
    expect(rowsRead).toBeLessThanOrEqual(3_000);
    before = rowsRead;
  }
  expect(at.log.lines.find((line) => line.includes('the first reading is done'))).toContain(
    '"rowsRead":3000,"totalRows":3000',
  );
});

test('a server clock that is set forward hides no change that becomes visible late', async () => {
  const path = join(tempFolder(), 'store.sqlite');
  const at = await listening({
    openStore: async (clock, steadyClock) => createSqliteStore(path, clock, undefined, steadyClock),
  });
  at.passTime(60_000);
  const [late, ...others] = openTasks(at);
  for (const { id, assignee_user_id } of others.slice(0, 130)) {
    at.passTime(1);
    at.sandbox.reassign(id, someoneElse(at, assignee_user_id));
  }
  await nextPoll(at, 15_000);
  at.setClock(61_000);
  await nextPoll(at, 15_000);
  at.passTime(-40_000);
  at.sandbox.reassign(late?.id ?? '', someoneElse(at, late?.assignee_user_id ?? null));
  at.passTime(40_000);
  await nextPoll(at, 15_000);
  expect(await changedTasks(at)).toContain(late?.id);
});
