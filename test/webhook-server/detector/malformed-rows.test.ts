import { describe, expect, test } from '@jest/globals';
import { changedTasks, listening, nextPoll, openTasks, someoneElse, watching } from '../../support/workspace-steps.ts';

type At = Awaited<ReturnType<typeof listening>>;

const unusable = [
  { updated_at: null },
  { updated_at: '2026-03-02T09:00:00' },
  { updated_at: '' },
  { updated_at: undefined },
  { created_at: null },
  { created_at: '2026-03-02' },
  { assignee_user_id: undefined },
  { assignee_user_id: 17 },
  { assignee_user_id: '' },
  { id: undefined },
  { id: '' },
];

const usable = [
  { completed_at: '' },
  { skipped_at: 'yesterday' },
  { sequence_id: undefined },
  { sequence_id: '' },
  { type: null },
  { type: 'BRAND_NEW', priority: 'COLD', status: 'ASLEEP', disposition: 'HUM' },
  { organization_id: null },
  { reopen_reason: { rule: 1 } },
  { due_at: [] },
];

const taskAt = (at: At, index: number) => {
  const task = openTasks(at)[index];
  if (task === undefined) throw new Error('There is no such task.');
  return task;
};

const move = (at: At, { id, assignee_user_id }: { id: string; assignee_user_id: string | null }): void => {
  at.passTime(1);
  at.sandbox.reassign(id, someoneElse(at, assignee_user_id));
};

const warnings = ({ log }: At) => log.lines.filter((line) => line.includes('Topo returns tasks without'));

const moveEvery = (at: At, tasks: readonly { id: string; assignee_user_id: string | null }[]) => {
  for (const task of tasks) move(at, task);
};

describe.each(unusable.map((fields) => [fields]))('a task with %p', (fields) => {
  test('is skipped, counted and named once, and the other tasks are told', async () => {
    const at = await listening();
    const [bad, good] = [taskAt(at, 0), taskAt(at, 1)];
    const repair = at.sandbox.malform(bad.id, fields);
    move(at, good);
    move(at, bad);
    await nextPoll(at);
    expect(await changedTasks(at)).toEqual([good.id]);
    expect((await at.tenant.hooks())[0]?.unusableTasks).toBe(1);
    for (let polls = 0; polls < 5; polls += 1) expect(await nextPoll(at)).toBe(1);
    expect(warnings(at)).toHaveLength(1);
    expect(warnings(at)[0]?.includes(bad.id)).toBe(!('id' in fields));

    repair();
    await nextPoll(at);
    expect((await changedTasks(at)).toSorted()).toEqual([good.id, bad.id].toSorted());
  });

  test('outlives a daily reconciliation, and what happened to it meanwhile is told once it is repaired', async () => {
    const at = await listening();
    const bad = taskAt(at, 0);
    const repair = at.sandbox.malform(bad.id, fields);
    at.passTime(24 * 3_600_000);
    for (let polls = 0; polls < 4; polls += 1) await nextPoll(at);
    move(at, bad);
    repair();
    await nextPoll(at);
    expect(await changedTasks(at)).toEqual([bad.id]);
  });
});

test.each(usable.map((fields) => [fields]))('a task with %p is told like any other', async (fields) => {
  const at = await listening();
  const task = taskAt(at, 0);
  at.sandbox.malform(task.id, fields);
  move(at, task);
  await nextPoll(at);
  expect(await changedTasks(at)).toEqual([task.id]);
  expect((await at.tenant.hooks())[0]?.unusableTasks).toBe(0);
});

test('more malformed rows than a page holds keep no reading and no change from its end', async () => {
  const at = await watching();
  const doomed = at.workspace.tasks.slice(90, 230);
  for (const { id } of doomed) at.sandbox.malform(id, { created_at: null, updated_at: null });
  await at.subscribe();
  await at.listen();
  expect((await at.tenant.hooks())[0]?.unusableTasks).toBe(140);

  moveEvery(at, at.workspace.tasks.slice(0, 10));
  moveEvery(at, doomed);
  await nextPoll(at);
  expect((await changedTasks(at)).toSorted()).toEqual(
    at.workspace.tasks
      .slice(0, 10)
      .map(({ id }) => id)
      .toSorted(),
  );
  const costs = [await nextPoll(at), await nextPoll(at)];
  expect(Math.max(...costs)).toBeLessThanOrEqual(3);

  const last = at.workspace.tasks.at(-1);
  if (last !== undefined) move(at, last);
  moveEvery(at, doomed);
  await nextPoll(at);
  expect(await changedTasks(at)).toContain(last?.id);
});

test('a workspace whose newest task is malformed is read, and listens', async () => {
  const at = await watching();
  const newest = at.workspace.tasks.toSorted((one, other) => (one.updated_at < other.updated_at ? 1 : -1))[0];
  at.sandbox.malform(newest?.id ?? '', { updated_at: null });
  await at.subscribe();
  await at.listen();
  const good = openTasks(at).find(({ id }) => id !== newest?.id);
  move(at, good ?? taskAt(at, 0));
  await nextPoll(at);
  expect(await changedTasks(at)).toEqual([good?.id]);
});

test('a workspace of malformed rows alone is read, and the first row that can be used is met', async () => {
  const at = await watching({ taskCount: 130 });
  const repairs = at.workspace.tasks.map(({ id }) => at.sandbox.malform(id, { updated_at: null }));
  await at.subscribe();
  await at.listen();
  expect((await at.tenant.hooks())[0]?.unusableTasks).toBe(130);
  for (const repair of repairs) repair();
  await nextPoll(at);
  const good = taskAt(at, 0);
  move(at, good);
  await nextPoll(at);
  expect(await changedTasks(at)).toEqual([good.id]);
});

test('what the daily reconciliation finds repaired is compared with what it was, and no longer counted', async () => {
  const at = await listening();
  const bad = taskAt(at, 0);
  const repair = at.sandbox.malform(bad.id, { updated_at: null });
  move(at, bad);
  await nextPoll(at);
  expect((await at.tenant.hooks())[0]?.unusableTasks).toBe(1);
  moveEvery(at, openTasks(at).slice(1, 130));
  for (let polls = 0; polls < 4; polls += 1) await nextPoll(at);
  repair();
  at.passTime(24 * 3_600_000);
  for (let polls = 0; polls < 4; polls += 1) await nextPoll(at);
  expect(await changedTasks(at)).toContain(bad.id);
  expect((await at.tenant.hooks())[0]?.unusableTasks).toBe(0);
});
