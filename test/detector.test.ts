import { afterEach, expect, test } from '@jest/globals';
import { type WatchedWorkspace, watchWorkspace } from './support/watched-workspace.ts';

let watched: WatchedWorkspace;
afterEach(() => watched.close());

const listening = async (options?: Parameters<typeof watchWorkspace>[0]): Promise<WatchedWorkspace> => {
  watched = await watchWorkspace(options);
  await watched.subscribe();
  await watched.listen();
  return watched;
};

const openTasks = ({ workspace }: WatchedWorkspace) =>
  workspace.tasks.filter(({ status, assignee_user_id }) => status === 'PENDING' && assignee_user_id !== null);

const someoneElse = ({ workspace }: WatchedWorkspace, userId: string | null): string =>
  workspace.people.find((person) => person.userId !== userId)?.userId ?? '';

/** The tasks of all events, told page by page. */
const changedTasks = async ({ tenant }: WatchedWorkspace): Promise<string[]> => {
  const ids: string[] = [];
  let before: string | undefined;
  for (;;) {
    const page = await tenant.events({ limit: 1000, before });
    ids.push(...(page?.items ?? []).map(({ task }) => task.id));
    before = page?.items.at(-1)?.id;
    if (page?.has_more !== true) return ids;
  }
};

/** Reassigns the first open tasks, each at a moment of its own. */
const reassign = (at: WatchedWorkspace, count: number): string[] =>
  openTasks(at)
    .slice(0, count)
    .map(({ id, assignee_user_id }) => {
      at.passTime(1);
      at.sandbox.reassign(id, someoneElse(at, assignee_user_id));
      return id;
    });

const nextPoll = async (at: WatchedWorkspace): Promise<number> => {
  at.passTime(60_000);
  return at.poll();
};

test('the first reading meets every task and tells nobody', async () => {
  const at = await listening();
  expect(await at.events()).toEqual([]);
  expect((await at.tenant.hooks())[0]?.listeningSinceMs).not.toBeNull();
});

test('a reassignment is told once, with the previous and the new person', async () => {
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

test('a change during the first reading is told, if the task had been read', async () => {
  watched = await watchWorkspace({ requestsPerMinute: 2 });
  await watched.subscribe();
  await watched.poll();
  const [oldest] = watched.workspace.tasks.filter(({ assignee_user_id }) => assignee_user_id !== null);
  watched.sandbox.reassign(oldest?.id ?? '', someoneElse(watched, oldest?.assignee_user_id ?? null));
  await watched.listen();
  await nextPoll(watched);
  expect((await watched.events()).map(({ task }) => task.id)).toEqual([oldest?.id]);
});

test('how far a first reading has come is told, in the log and for /readyz', async () => {
  watched = await watchWorkspace({ requestsPerMinute: 2 });
  await watched.subscribe();
  await watched.poll();
  const [progress, ...others] = await watched.store.work.progress();
  expect(others).toEqual([]);
  expect(progress).toEqual({ kind: 'baseline', workspaces: 1, rowsRead: 100, totalRows: 300 });
  expect(watched.log.lines.join()).toContain('the first reading goes on');
  await watched.listen();
  expect(await watched.store.work.progress()).toEqual([]);
  expect(watched.log.lines.join()).toContain('the first reading is done');
});

test('a task that is new is no event; its first reassignment is', async () => {
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

test('what closes, reopens or changes otherwise is no event', async () => {
  const at = await listening();
  for (const { id } of openTasks(at).slice(0, 5)) at.sandbox.completeTask(id);
  await nextPoll(at);
  expect(await at.events()).toEqual([]);
});

test('a sequence that is reassigned is one batch', async () => {
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

test('more changes at one moment than a page holds are all told', async () => {
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

test('a rate limit in the middle of a walk does not start it over', async () => {
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
])('after %j the workspace is polled again later, and nothing is lost', async (fault) => {
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

test('tasks that are deleted while they are read hide no reassignment', async () => {
  const at = await listening({ taskCount: 1_000 });
  const ids = reassign(at, 350);
  at.passTime(60_000);
  at.sandbox.injectFault({ kind: 'delay', delayMs: 0, times: 2, path: '/v1/tasks' });
  at.sandbox.injectFault({ kind: 'rate limit', retryAfter: 1, path: '/v1/tasks' });
  await at.poll();
  for (const id of ids.slice(-30)) at.sandbox.deleteTask(id);
  at.passTime(1_000);
  await at.poll();
  const told = new Set((await at.events()).map(({ task }) => task.id));
  expect(ids.slice(0, -30).filter((id) => !told.has(id))).toEqual([]);
});

test.each([-3_600_000, 3_600_000])('a clock of ours that is wrong by %i ms hides nothing', async (skewMs) => {
  const at = await listening({ skewMs });
  const ids = reassign(at, 3);
  await nextPoll(at);
  expect((await at.events()).map(({ task }) => task.id)).toEqual(ids);
});

test.each([0, 3, 6] as const)(
  'timestamps with %i digits and an offset are compared rightly',
  async (timestampDigits) => {
    const at = await listening({ habits: { timestampDigits, timestampOffset: '+05:30' } });
    const ids = reassign(at, 5);
    await nextPoll(at);
    expect(new Set((await at.events()).map(({ task }) => task.id))).toEqual(new Set(ids));
  },
);

test('a row that is dated into the future hides nothing that comes after it', async () => {
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

test('a change that becomes visible half a minute late is told, however much came after it', async () => {
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

test('tasks that are deleted and made while the first reading goes on hide no task from it', async () => {
  watched = await watchWorkspace({ requestsPerMinute: 1, taskCount: 500 });
  const at = watched;
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

test('what happened while nobody listened is not told', async () => {
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

test('what happened during an outage of Topo is told when it is back', async () => {
  const at = await listening();
  const lift = at.sandbox.injectFault({ kind: 'status', status: 503, times: Number.POSITIVE_INFINITY });
  for (let polls = 0; polls < 5; polls += 1) await nextPoll(at);
  const ids = reassign(at, 3);
  at.passTime(3 * 3_600_000);
  lift();
  await at.poll();
  expect((await at.events()).map(({ task }) => task.id)).toEqual(ids);
});

test('a key that is refused is replaced by one that works, and what happened meanwhile is told', async () => {
  const at = await listening();
  at.sandbox.revokeKey(at.workspace.keys.full);
  const [id] = reassign(at, 1);
  await nextPoll(at);
  expect(at.log.lines.some((line) => line.includes('Topo refuses the key'))).toBe(true);
  expect(at.log.lines.join('\n')).not.toContain(at.workspace.keys.full);
  await at.tenant.renewKey(at.sealed(at.workspace.keys.readOnly));
  await at.poll();
  expect((await at.events()).map(({ task }) => task.id)).toEqual([id]);
});

test('of several keys of a workspace any working one serves', async () => {
  const at = await listening();
  await at.subscribe(at.workspace.keys.readOnly, { targetHash: 'another' });
  await at.subscribe(at.workspace.keys.tasksOnly, { targetHash: 'a third' });
  at.sandbox.revokeKey(at.workspace.keys.full);
  at.sandbox.revokeKey(at.workspace.keys.readOnly);
  const [id] = reassign(at, 1);
  await nextPoll(at);
  expect(await at.store.work.msUntilPoll()).toBe(0);
  await at.poll();
  await at.poll();
  expect((await at.events()).map(({ task }) => task.id)).toEqual([id]);
  expect((await at.tenant.hooks())[0]?.keyRefusedSinceMs).toBeNull();
  at.sandbox.revokeKey(at.workspace.keys.tasksOnly);
  await nextPoll(at);
  await at.poll();
  expect((await at.tenant.hooks())[0]?.keyRefusedSinceMs).toBe(at.nowMs());
});

test('a key that is refused for a day ends the hooks, and their targets are told', async () => {
  const at = await listening();
  at.sandbox.revokeKey(at.workspace.keys.full);
  await nextPoll(at);
  expect((await at.tenant.hooks())[0]).toMatchObject({ ended: null, keyRefusedSinceMs: at.nowMs() });
  at.passTime(23 * 3_600_000);
  await at.poll();
  expect((await at.tenant.hooks())[0]?.ended).toBeNull();
  at.passTime(3_600_000);
  await at.poll();
  expect((await at.tenant.hooks())[0]?.ended?.reason).toBe('key refused');
  const claimFarewells = () => at.store.work.claimFarewells({ limit: 10, againInMs: 3_600_000, mostAttempts: 2 });
  expect(await claimFarewells()).toMatchObject([{ hookId: 'hok_1', reason: 'key refused' }]);
  expect(await claimFarewells()).toEqual([]);
  expect(await nextPoll(at)).toBe(0);
});

test('a poll that the budget put off says nothing about a refused key', async () => {
  const at = await listening({ requestsPerMinute: 1 });
  at.sandbox.revokeKey(at.workspace.keys.full);
  await nextPoll(at);
  const sinceMs = (await at.tenant.hooks())[0]?.keyRefusedSinceMs;
  expect(sinceMs).toBe(at.nowMs());
  at.passTime(30_000);
  expect(await at.poll()).toBe(0);
  expect((await at.tenant.hooks())[0]?.keyRefusedSinceMs).toBe(sinceMs);
});

test('a poll that the server’s end cuts short says nothing about a refused key', async () => {
  const at = await listening();
  at.sandbox.revokeKey(at.workspace.keys.full);
  await nextPoll(at);
  const sinceMs = (await at.tenant.hooks())[0]?.keyRefusedSinceMs;
  at.passTime(60_000);
  await at.poll(AbortSignal.abort());
  expect((await at.tenant.hooks())[0]?.keyRefusedSinceMs).toBe(sinceMs);
});

test('the key of a hook still serves when the one that took its place is refused', async () => {
  const at = await listening();
  await at.subscribe(at.workspace.keys.tasksOnly, { bringsNeededKey: true });
  at.sandbox.revokeKey(at.workspace.keys.tasksOnly);
  const [id] = reassign(at, 1);
  await nextPoll(at);
  await at.poll();
  expect((await at.events()).map(({ task }) => task.id)).toEqual([id]);
});

test('a workspace with very many tasks leaves the others their turn', async () => {
  watched = await watchWorkspace({ taskCount: 6_000 });
  const at = watched;
  const [, other] = at.sandbox.workspaces;
  const { organizationId } = other;
  const tenant = at.store.tenant(organizationId);
  await at.subscribe();
  expect(await at.poll()).toBeLessThanOrEqual(26);
  await tenant.subscribe({
    id: 'hok_other',
    targetHash: 'other',
    paceKey: null,
    secretHash: 'other',
    sealedTarget: '',
    sealedSecret: '',
    ...at.sealed(other.keys.full, organizationId),
    filters: {},
    oncePer: 'task',
    bringsNeededKey: false,
  });
  at.passTime(1);
  await at.poll();
  await at.poll();
  await at.poll();
  expect((await tenant.hooks())[0]?.listeningSinceMs).not.toBeNull();
  expect((await at.tenant.hooks())[0]?.listeningSinceMs).toBeNull();
});

test('a walk over very many changes leaves the others their turn, and tells every change', async () => {
  const at = await listening({ taskCount: 7_000 });
  const ids = reassign(at, 2_550);
  expect(ids).toHaveLength(2_550);
  expect(await nextPoll(at)).toBe(25);
  expect(await at.store.work.msUntilPoll()).toBe(0);
  await at.poll();
  expect((await changedTasks(at)).sort()).toEqual(ids.sort());
}, 30_000);

test('a Retry-After of nothing is still a second, and one of years an hour', async () => {
  const at = await listening();
  for (const [retryAfter, expectedMs] of [
    [0, 1_000],
    [30, 30_000],
    [999_999_999_999, 3_600_000],
  ] as const) {
    at.sandbox.injectFault({ kind: 'rate limit', retryAfter, path: '/v1/tasks' });
    at.passTime((await at.store.work.msUntilPoll()) ?? 0);
    await at.poll();
    expect(await at.store.work.msUntilPoll()).toBe(expectedMs);
  }
});

test('progress never tells of more rows than there are, however often some are read again', async () => {
  watched = await watchWorkspace({ taskCount: 3_000, requestsPerMinute: 5 });
  const at = watched;
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

test.each([1, 3])(
  'in no minute are there more requests than the budget allows, by %i processes',
  async (detectorCount) => {
    watched = await watchWorkspace({ taskCount: 1_500, requestsPerMinute: 5, detectorCount });
    await watched.subscribe();
    await watched.listen();
    const times = watched.sandbox.requests.entries.map(({ at }) => at.getTime());
    expect(times.length).toBeGreaterThan(15);
    for (const [index, time] of times.entries()) {
      const sixth = times[index + 5];
      if (sixth !== undefined) expect(sixth - time).toBeGreaterThanOrEqual(60_000);
    }
  },
);

test('polls that are asked for one by one keep the budget too, whichever process makes them', async () => {
  watched = await watchWorkspace({ requestsPerMinute: 5, detectorCount: 3 });
  const at = watched;
  await at.subscribe();
  await at.listen();
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

test('a poll that fails is repeated after its back-off, whatever chance adds to it', async () => {
  watched = await watchWorkspace({ random: 0.123_456_789 });
  const at = watched;
  await at.subscribe();
  await at.listen();
  at.passTime(3_600_000);
  at.sandbox.injectFault({ kind: 'status', status: 500 });
  expect(await at.poll()).toBe(1);
  expect(await at.poll()).toBe(0);
  at.passTime(15_000);
  expect(await at.poll()).toBe(1);
});
