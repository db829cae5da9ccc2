import { afterEach, expect, test } from '@jest/globals';
import { createSandbox, type SandboxOptions } from '../../../dev/sandbox/create-sandbox.ts';
import type { Task } from '../../../dev/sandbox/workspace/task.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const stranger = '3c90c3cc-0d44-4b50-8888-8dd25736052a';
const startAt = Date.parse('2026-01-31T10:00:00.125Z');

const open = async (options: SandboxOptions = {}) => {
  let elapsedMs = 0;
  const sandbox = createSandbox({ clock: () => new Date(startAt + elapsedMs), ...options });
  const { url, close } = await sandbox.listen();
  closers.push(close);
  const [workspace] = sandbox.workspaces;
  const [anna, ben] = workspace.people.map(({ userId }) => userId);
  if (anna === undefined || ben === undefined) throw new Error('The workspace has too few people.');
  const send = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${workspace.keys.full}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Task & { type: string };
    return { status: response.status, headers: response.headers, answer };
  };
  const patch = (id: string, userId: string, scope?: string) =>
    send('PATCH', `/tasks/${id}/assignee`, { assignee_user_id: userId, ...(scope && { scope }) });
  const advance = (milliseconds: number) => {
    elapsedMs += milliseconds;
  };
  return { sandbox, workspace, anna, ben, send, patch, advance };
};

test('reassigning changes one task’s assignee and updated_at, and nothing else', async () => {
  const { sandbox, anna, ben, patch, advance } = await open();
  const task = sandbox.createTask({ assignee_user_id: anna });
  const sibling = sandbox.createTask({ sequence_id: task.sequence_id, assignee_user_id: anna });
  advance(1000);
  const { status, answer } = await patch(task.id, ben);
  expect(status).toBe(200);
  expect(answer).toEqual({ ...task, assignee_user_id: ben, updated_at: '2026-01-31T10:00:01.125Z' });
  expect(sandbox.task(task.id)).toEqual(answer);
  expect(sandbox.task(sibling.id)).toEqual(sibling);
});

test('an unassigned task can be reassigned', async () => {
  const { sandbox, ben, patch } = await open();
  const task = sandbox.createTask();
  expect(task.assignee_user_id).toBeNull();
  expect((await patch(task.id, ben)).answer.assignee_user_id).toBe(ben);
});

test('scope SEQUENCE moves every open task of the sequence and returns the named one', async () => {
  const { sandbox, anna, ben, patch, advance } = await open();
  const named = sandbox.createTask({ assignee_user_id: anna });
  const { sequence_id } = named;
  const pending = sandbox.createTask({ sequence_id, assignee_user_id: anna });
  const inProgress = sandbox.createTask({ sequence_id, status: 'IN_PROGRESS' });
  const completed = sandbox.createTask({ sequence_id, assignee_user_id: anna, status: 'COMPLETED' });
  const skipped = sandbox.createTask({ sequence_id, assignee_user_id: anna, status: 'SKIPPED' });
  const present = sandbox.createTask({ sequence_id, assignee_user_id: ben });
  const stranger = sandbox.createTask({ assignee_user_id: anna });
  advance(5);
  const { answer } = await patch(named.id, ben, 'SEQUENCE');
  expect(answer.id).toBe(named.id);
  for (const { id } of [named, pending, inProgress]) {
    expect(sandbox.task(id)).toMatchObject({ assignee_user_id: ben, updated_at: answer.updated_at });
  }
  for (const task of [completed, skipped, present, stranger]) expect(sandbox.task(task.id)).toEqual(task);
  expect(sandbox.changes.entries.map(({ taskId }) => taskId).sort()).toEqual(
    [named.id, pending.id, inProgress.id].sort(),
  );
});

test('a reassigned task is the first of the list by updated_at', async () => {
  const { workspace, ben, patch, send } = await open();
  const task = workspace.tasks.find(({ status, assignee_user_id }) => status === 'PENDING' && assignee_user_id !== ben);
  await patch(task?.id ?? '', ben);
  const { answer } = await send('GET', '/tasks?sort_by=updated_at&sort_order=desc&size=1');
  expect(answer).toMatchObject({ items: [{ id: task?.id, assignee_user_id: ben }], total_count: 300 });
});

test('reassigning twice has the same result as once', async () => {
  const { sandbox, anna, ben, patch, advance } = await open();
  const task = sandbox.createTask({ assignee_user_id: anna });
  const once = await patch(task.id, ben);
  advance(1000);
  expect((await patch(task.id, ben)).answer).toEqual(once.answer);
  expect(sandbox.changes.length).toBe(1);
});

test('two changes have the same timestamp while the clock stands still', async () => {
  const { sandbox, anna, ben, patch } = await open();
  const [one, two] = [sandbox.createTask(), sandbox.createTask()];
  const answers = [await patch(one.id, anna), await patch(two.id, ben), await patch(one.id, ben)];
  expect(new Set(answers.map(({ answer }) => answer.updated_at))).toEqual(new Set(['2026-01-31T10:00:00.125Z']));
});

test('the Date header follows the clock of the sandbox', async () => {
  const { send, advance } = await open();
  expect((await send('GET', '/me')).headers.get('date')).toBe('Sat, 31 Jan 2026 10:00:00 GMT');
  advance(60_000);
  expect((await send('GET', '/nowhere')).headers.get('date')).toBe('Sat, 31 Jan 2026 10:01:00 GMT');
});

test('skipping closes a task and reopening opens it again', async () => {
  const { sandbox, anna, send, advance } = await open();
  const task = sandbox.createTask({ assignee_user_id: anna });
  advance(1000);
  const at = '2026-01-31T10:00:01.125Z';
  const skipped = await send('POST', `/tasks/${task.id}/skip`);
  expect(skipped.answer).toEqual({ ...task, status: 'SKIPPED', skipped_at: at, updated_at: at });
  advance(1000);
  const later = '2026-01-31T10:00:02.125Z';
  const reopened = await send('POST', `/tasks/${task.id}/reopen`);
  expect(reopened.answer).toEqual({ ...task, reopened_at: later, updated_at: later });
  expect(sandbox.changes.length).toBe(0);
});

test('a closed task cannot be skipped and an open one cannot be reopened', async () => {
  const { sandbox, send } = await open();
  const [closed, opened] = [sandbox.createTask({ status: 'COMPLETED' }), sandbox.createTask()];
  for (const path of [`/tasks/${closed.id}/skip`, `/tasks/${opened.id}/reopen`]) {
    const { status, answer } = await send('POST', path);
    expect(status).toBe(409);
    expect(answer.type).toBe('CommitIssue');
  }
});

test('a person in Topo reassigns tasks without the API, and may unassign one', async () => {
  const { sandbox, anna, send, advance } = await open();
  const task = sandbox.createTask({ assignee_user_id: anna });
  advance(1000);
  sandbox.reassign(task.id, null);
  const { answer } = await send('GET', `/tasks/${task.id}`);
  expect(answer).toEqual({ ...task, assignee_user_id: null, updated_at: '2026-01-31T10:00:01.125Z' });
  expect(sandbox.changes.last).toEqual({
    taskId: task.id,
    previous: anna,
    next: null,
    at: new Date(startAt + 1000),
    updatedAt: '2026-01-31T10:00:01.125Z',
    by: 'direct',
    scope: 'TASK',
  });
});

test('a person in Topo completes, deletes and creates tasks', async () => {
  const { sandbox, workspace, anna, send, advance } = await open({ taskCount: 4 });
  const task = sandbox.createTask({ type: 'CALL', priority: 'HOT', assignee_user_id: anna });
  expect(workspace.taskCount).toBe(5);
  expect((await send('GET', `/sequences/${task.sequence_id}`)).status).toBe(200);
  advance(1);
  const completed = sandbox.completeTask(task.id);
  const at = '2026-01-31T10:00:00.126Z';
  expect(completed).toEqual({ ...task, status: 'COMPLETED', completed_at: at, updated_at: at });
  sandbox.deleteTask(task.id);
  expect((await send('GET', `/tasks/${task.id}`)).status).toBe(404);
  expect((await send('GET', '/tasks')).answer).toMatchObject({ total_count: 4 });
  expect(workspace.tasks.map(({ id }) => id)).not.toContain(task.id);
});

test('what a call came to is not known unless it is said', () => {
  const sandbox = createSandbox({ taskCount: 0 });
  const [one, two] = [sandbox.createTask({ type: 'CALL' }), sandbox.createTask({ type: 'CALL' })];
  expect(sandbox.completeTask(one.id).disposition).toBeNull();
  expect(sandbox.completeTask(two.id, 'NO_ANSWER').disposition).toBe('NO_ANSWER');
});

test('a task that is made closed says since when', () => {
  const sandbox = createSandbox({ taskCount: 0 });
  const updated_at = '2026-01-31T10:00:00.000Z';
  const neither = { completed_at: null, skipped_at: null };
  expect(sandbox.createTask({ status: 'COMPLETED', updated_at })).toMatchObject({
    ...neither,
    completed_at: updated_at,
  });
  expect(sandbox.createTask({ status: 'SKIPPED', updated_at })).toMatchObject({ ...neither, skipped_at: updated_at });
  expect(sandbox.createTask({ updated_at })).toMatchObject(neither);
});

test('a control throws for a wrong argument', () => {
  const sandbox = createSandbox({ taskCount: 1 });
  const { id } = sandbox.createTask();
  expect(() => sandbox.reassign(stranger, null)).toThrow('no task');
  expect(() => sandbox.createTask({ id })).toThrow('already');
  expect(() => sandbox.createTask({ organization_id: stranger })).toThrow('no workspace');
  expect(() => sandbox.createTask({ created_at: 'yesterday' })).toThrow('ISO 8601');
  expect(() => sandbox.revokeKey('topo_')).toThrow('no such key');
  expect(sandbox.task(stranger)).toBeUndefined();
});

test('a SEQUENCE through the API is recorded as made by the route', async () => {
  const { sandbox, anna, ben, patch } = await open();
  const { id, sequence_id } = sandbox.createTask({ assignee_user_id: anna });
  sandbox.createTask({ sequence_id });
  await patch(id, ben, 'SEQUENCE');
  expect(sandbox.changes.entries).toMatchObject([
    { taskId: id, previous: anna, next: ben, by: 'route', scope: 'SEQUENCE' },
    { previous: null, next: ben, by: 'route', scope: 'SEQUENCE' },
  ]);
  sandbox.changes.clear();
  expect(sandbox.changes.length).toBe(0);
});

test('assumption: reassigning, or reassigning a sibling, may leave updated_at alone', async () => {
  for (const reassigningMovesUpdatedAt of [true, false]) {
    const { sandbox, ben, patch, advance } = await open({
      assumptions: { reassigningMovesUpdatedAt, siblingsMoveUpdatedAt: false },
    });
    const task = sandbox.createTask();
    const sibling = sandbox.createTask({ sequence_id: task.sequence_id });
    advance(1000);
    const { answer } = await patch(task.id, ben, 'SEQUENCE');
    expect(answer.updated_at === task.updated_at).toBe(!reassigningMovesUpdatedAt);
    expect(sandbox.task(sibling.id)).toEqual({ ...sibling, assignee_user_id: ben });
  }
});

test('assumption: a closed task is refused, or reassigned', async () => {
  const refusing = await open();
  const { id } = refusing.sandbox.createTask({ status: 'COMPLETED' });
  expect(await refusing.patch(id, refusing.ben)).toMatchObject({ status: 422, answer: { type: 'BusinessIssue' } });
  const allowing = await open({ assumptions: { closedTask: 'allowed' } });
  const task = allowing.sandbox.createTask({ status: 'COMPLETED' });
  expect(await allowing.patch(task.id, allowing.ben)).toMatchObject({
    status: 200,
    answer: { assignee_user_id: allowing.ben, status: 'COMPLETED' },
  });
});

test.each([
  ['refused', 422, 'BusinessIssue'],
  ['not found', 404, 'NotFoundIssue'],
  ['allowed', 200, 'EMAIL_REPLY'],
] as const)('assumption: an unknown user is %s (%d)', async (unknownUser, status, type) => {
  const { sandbox, patch } = await open({ assumptions: { unknownUser } });
  const { id } = sandbox.createTask({ type: 'EMAIL_REPLY' });
  expect(await patch(id, stranger)).toMatchObject({ status, answer: { type } });
});

test("another workspace's user is unknown", async () => {
  const { sandbox, patch } = await open();
  const { id } = sandbox.createTask();
  expect((await patch(id, sandbox.workspaces[1].people[0]?.userId ?? '')).status).toBe(422);
});

test('assumption: reassigning to the current assignee may move updated_at, and is no change', async () => {
  const { sandbox, ben, patch, advance } = await open({ assumptions: { presentAssignee: 'touched' } });
  const task = sandbox.createTask({ assignee_user_id: ben });
  advance(1000);
  expect((await patch(task.id, ben)).answer).toEqual({ ...task, updated_at: '2026-01-31T10:00:01.125Z' });
  expect(sandbox.changes.length).toBe(0);
});

test('assumption: which statuses are actionable', async () => {
  const { sandbox, ben, patch } = await open({ assumptions: { actionableStatuses: ['PENDING'] } });
  const task = sandbox.createTask();
  const sibling = sandbox.createTask({ sequence_id: task.sequence_id, status: 'IN_PROGRESS' });
  await patch(task.id, ben, 'SEQUENCE');
  expect(sandbox.task(sibling.id)?.assignee_user_id).toBeNull();
  expect((await patch(sibling.id, ben)).status).toBe(422);
});

test('assumption: undocumented routes can be switched off', async () => {
  const { sandbox, send, ben, patch } = await open({
    assumptions: { getTask: false, skipTask: false, getSequence: false },
  });
  const { id, sequence_id } = sandbox.createTask();
  expect((await send('GET', `/tasks/${id}`)).status).toBe(404);
  expect((await send('POST', `/tasks/${id}/skip`)).status).toBe(404);
  expect((await send('GET', `/sequences/${sequence_id}`)).status).toBe(404);
  expect((await patch(id, ben)).status).toBe(200);
});

test('assumption: created_at_after may include its moment, or be ignored', async () => {
  for (const [createdAtAfter, count] of [
    ['exclusive', 1],
    ['inclusive', 2],
    ['ignored', 3],
  ] as const) {
    const { sandbox, send } = await open({ taskCount: 0, assumptions: { createdAtAfter } });
    for (const day of ['01', '02', '03']) sandbox.createTask({ created_at: `2026-01-${day}T00:00:00Z` });
    const { answer } = await send('GET', '/tasks?created_at_after=2026-01-02');
    expect(answer).toMatchObject({ total_count: count });
  }
});

test.each([
  [0, 'Z', '2026-01-31T10:00:00Z'],
  [3, '+02:00', '2026-01-31T12:00:00.125+02:00'],
  [6, '-05:30', '2026-01-31T04:30:00.125000-05:30'],
] as const)('assumption: timestamps with %d digits at %s', async (timestampDigits, timestampOffset, wanted) => {
  const { sandbox, workspace } = await open({ assumptions: { timestampDigits, timestampOffset } });
  const [shape] = [wanted.replaceAll(/\d/g, '0')];
  expect(new Set(workspace.tasks.map((task) => task.updated_at.replaceAll(/\d/g, '0')))).toEqual(new Set([shape]));
  expect(sandbox.createTask().updated_at).toBe(wanted);
});

test('assumption: with six digits, changes within a millisecond differ', async () => {
  const { sandbox, anna, ben } = await open({ assumptions: { timestampDigits: 6 } });
  const { id } = sandbox.createTask();
  const moments = [anna, ben, anna].map((userId) => sandbox.reassign(id, userId).updated_at);
  expect(new Set(moments).size).toBe(3);
  expect([...moments].sort()).toEqual(moments);
});

test('assumption: with no digits, changes within a second are ties', async () => {
  const { sandbox, send, ben, advance } = await open({ taskCount: 0, assumptions: { timestampDigits: 0 } });
  const [one, two] = [sandbox.createTask().id, sandbox.createTask().id];
  const firsts = new Set<string>();
  sandbox.reassign(one, ben);
  advance(500);
  sandbox.reassign(two, ben);
  for (let count = 0; count < 30; count += 1) {
    const { answer } = await send('GET', '/tasks?sort_by=updated_at&sort_order=desc&size=1');
    const [task] = (answer as unknown as { items: Task[] }).items;
    firsts.add(task?.id ?? '');
  }
  expect(firsts).toEqual(new Set([one, two]));
});
