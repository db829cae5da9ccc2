import { expect, test } from '@jest/globals';
import type { Task } from '../../../dev/sandbox/workspace/task.ts';
import { isReassignment, layRoad } from '../../support/verify-topo/road.ts';
import { facts, openWorkspace, type Seen } from '../../support/verify-topo/verification.ts';

test.each([
  ['refused', 'as assumed', /^Topo answered 422/, 'could not be seen'],
  ['allowed', 'as assumed', /^done, though it is COMPLETED$/, 'as assumed'],
] as const)('a closed task is %s', async (closedTask, verdict, wanted, moment) => {
  const { verify, sandbox, anna, dora } = await openWorkspace({ assumptions: { closedTask } });
  const task = sandbox.createTask({ assignee_user_id: anna, status: 'COMPLETED' });
  const { code, printed } = await verify(['--task', task.id, '--to', dora, '--yes', '--json']);
  const seen = printed
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Seen);
  const find = (fact: string) => seen.find((one) => one.fact === fact);
  expect(find(facts.closed)).toMatchObject({ verdict, seen: expect.stringMatching(wanted) });
  expect(find(facts.moment)).toMatchObject({ verdict: moment });
  expect(code).toBe(0);
  expect(sandbox.task(task.id)?.assignee_user_id).toBe(anna);
});

test('an answer that still names the old assignee is a difference', async () => {
  const { verifyAll, url, anna, assignees, before } = await openWorkspace();
  const { apiUrl } = await layRoad(url, {
    rewrite: (body, request) => (isReassignment(request) ? { ...(body as Task), assignee_user_id: anna } : body),
  });
  const { code, different } = await verifyAll({ apiUrl });
  expect(different).toContain(facts.answer);
  expect(code).toBe(2);
  expect(assignees()).toEqual(before);
});

test('an answer of another shape is a difference, and the task is given back', async () => {
  const { verifyAll, url, assignees, before } = await openWorkspace();
  const { apiUrl } = await layRoad(url, { rewrite: (body, request) => (isReassignment(request) ? {} : body) });
  const { different, code, told } = await verifyAll({ apiUrl });
  expect(different).toContain(facts.answer);
  expect(code).toBe(2);
  expect(told).toContain('Everything is with whom it was before.');
  expect(assignees()).toEqual(before);
});

test('a Date header far from updated_at is reported with the difference', async () => {
  const { verifyAll, url } = await openWorkspace();
  const { apiUrl } = await layRoad(url, { headers: { date: 'Mon, 02 Mar 2026 08:55:00 GMT' } });
  const { code, seen } = await verifyAll({ apiUrl });
  expect(seen.get(facts.clock)).toMatchObject({
    verdict: 'different',
    seen: expect.stringContaining('301.350 s ahead'),
  });
  expect(code).toBe(2);
});

test('a list that does not show the change within a minute is a difference, and a slow list is reported with its delay', async () => {
  for (const [lateMs, verdict, wanted] of [
    [Number.POSITIVE_INFINITY, 'different', /^not on page 1 within 6\d s$/],
    [9_000, 'as assumed', /^in place 1 after \d{4,5} ms$/],
  ] as const) {
    const { verifyAll, url, task, waits } = await openWorkspace();
    let shown: unknown;
    let freshAt = Number.POSITIVE_INFINITY;
    const elapsed = () => waits.reduce((sum, ms) => sum + ms, 0);
    const { apiUrl } = await layRoad(url, {
      rewrite: (body, request) => {
        if (isReassignment(request) && request.path.includes(task.id)) freshAt = elapsed() + lateMs;
        if (!request.path.includes('sort_by=updated_at')) return body;
        shown ??= body;
        return elapsed() >= freshAt ? body : shown;
      },
    });
    const { seen } = await verifyAll({ apiUrl }, ['--yes', '--json']);
    expect(seen.get(facts.firstPage)).toMatchObject({ verdict, seen: expect.stringMatching(wanted) });
  }
});
