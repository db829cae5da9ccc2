import { describe, expect, test } from '@jest/globals';
import { unknownFacts } from '../../contract/task-facts.ts';
import { startDeadline } from '../../zapier/deadline.ts';
import { handOver } from '../../zapier/hand-over/hand-over.ts';
import { type HandOverOutput, handOverOutput } from '../../zapier/hand-over/hand-over-output.ts';
import type { ChosenTasks, HandOverOrder } from '../../zapier/hand-over/hand-over-request.ts';
import { openDirectory } from '../../zapier/people/directory.ts';
import { idsOf, outcomesOf, pathOf, perform, reasonFor, run, settledIn, zero } from '../support/handing-over.ts';
import { type Office, startOffice } from '../support/office.ts';
import { startRealLoop } from '../support/real-loop.ts';
import type { startReceiver } from '../support/receiver.ts';
import { runApp, runInApp } from '../support/zapier-app.ts';

describe('a failed task does not spoil the report of the others', () => {
  test.each([
    ['Topo’s rules forbid it', { kind: 'status', status: 422 }, /^Topo’s rules forbid this.*request_id is/],
    ['it conflicts', { kind: 'status', status: 409 }, /^Topo refused because it conflicts/],
    ['it is gone', { kind: 'status', status: 404 }, /^Topo cannot find/],
    ['Topo cannot read it', { kind: 'status', status: 400 }, /^Topo could not read the request/],
    ['Topo has a problem', { kind: 'status', status: 500 }, /^Topo has a problem of its own.*may have been made/],
    ['a gateway answers', { kind: 'html' }, /^Topo has a problem of its own \(status 502\)/],
    ['a page comes back', { kind: 'html', status: 200 }, /not JSON/],
    ['the connection ends', { kind: 'cut' }, /^Topo cannot be reached.*may have been made/],
    ['it is redirected', { kind: 'html', status: 302 }, /redirect/],
  ] as const)('when %s', async (_what, fault, says) => {
    const { app, sandbox, createTasks, holderOf, holder, taker } = await startOffice();
    const ids = idsOf(createTasks(6));
    const failing = ids[2] ?? '';
    sandbox.injectFault({ ...fault, method: 'PATCH', path: pathOf(failing) });
    const output = await run(app, { from_user_id: holder.userId, to_user_id: taker.userId });
    expect(output).toMatchObject({ ...zero, moved_count: 5, failed_count: 1 });
    expect(output.give_back).toEqual(ids.filter((id) => id !== failing));
    expect(output.give_back.map(holderOf)).toEqual(output.give_back.map(() => taker.userId));
    expect(reasonFor(output, failing)).toMatch(says);
    expect(reasonFor(output, failing)).not.toMatch(/What happened|[<{]/);
  });

  test.each([
    ['the connection ends', { kind: 'cut' }],
    ['a gateway answers', { kind: 'html' }],
    ['Topo has a problem', { kind: 'status', status: 500 }],
    ['a page comes back', { kind: 'html', status: 200 }],
  ] as const)(
    'and one that moved although %s is known to have moved, so that it is given back',
    async (_what, fault) => {
      const { app, sandbox, createTasks, holder, taker, server } = await startOffice();
      const ids = idsOf(createTasks(3));
      sandbox.injectFault({ ...fault, afterwards: true, method: 'PATCH', path: pathOf(ids[1] ?? '') });
      const output = await run(app, { from_user_id: holder.userId, to_user_id: taker.userId });
      expect(output).toMatchObject({ ...zero, moved_count: 3, give_back: ids });
      expect(settledIn(server.told()).map(({ state }) => state)).toEqual(['done', 'done', 'done']);
    },
  );

  test('even the first of them', async () => {
    const { app, sandbox, createTasks, holder, taker } = await startOffice();
    const ids = idsOf(createTasks(2));
    sandbox.injectFault({ kind: 'status', status: 422, method: 'PATCH', path: pathOf(ids[0] ?? '') });
    const output = await run(app, { from_user_id: holder.userId, to_user_id: taker.userId });
    expect(outcomesOf(output)).toEqual({ [ids[0] ?? '']: 'failed', [ids[1] ?? '']: 'moved' });
  });

  test('when all tasks fail, there is still a report', async () => {
    const { app, sandbox, createTasks, holder, taker } = await startOffice();
    createTasks(3);
    sandbox.injectFault({ kind: 'status', status: 422, method: 'PATCH', times: 3 });
    const output = await run(app, { from_user_id: holder.userId, to_user_id: taker.userId });
    expect(output).toMatchObject({ ...zero, failed_count: 3, give_back: [] });
  });
});

describe('when Topo wants no more requests', () => {
  test.each([
    ['429', { kind: 'rate limit' }, /^Topo asked for fewer requests/],
    ['429 with Retry-After', { kind: 'rate limit', retryAfter: 30 }, /^Topo asked for fewer requests/],
    ['429 until a date', { kind: 'rate limit', retryAfter: new Date('2030-01-01T00:00:00Z') }, /^Topo asked for fewer/],
    ['a gateway’s 429', { kind: 'html', status: 429 }, /^Topo asked for fewer requests/],
    ['503', { kind: 'status', status: 503 }, /^Topo was not available/],
    ['401', { kind: 'status', status: 401 }, /^Topo refused the API key/],
    ['403', { kind: 'status', status: 403 }, /^Topo refused the API key/],
  ] as const)('%s in the middle keeps the report and says what is left', async (_what, fault, says) => {
    const { app, sandbox, createTasks, holderOf, writes, holder, taker, server } = await startOffice();
    const ids = idsOf(createTasks(20));
    for (const id of ids.slice(5)) sandbox.injectFault({ ...fault, method: 'PATCH', path: pathOf(id) });
    const output = await run(app, { from_user_id: holder.userId, to_user_id: taker.userId });
    expect(output).toMatchObject({ ...zero, moved_count: 5, left_count: 15 });
    expect(output.give_back).toEqual(ids.slice(0, 5));
    expect(output.left_tasks).toEqual(ids.slice(5));
    for (const id of ids.slice(5)) expect(reasonFor(output, id)).toMatch(says);
    expect(ids.map(holderOf)).toEqual([...Array(5).fill(taker.userId), ...Array(15).fill(holder.userId)]);
    expect(output.summary).toMatch(/^5 tasks moved .*, 15 left for another run\.$/);
    // Four are under way at once: no more than those go on.
    expect(writes().length).toBeLessThanOrEqual(9);
    const settled = settledIn(server.told());
    expect(settled.filter(({ state }) => state === 'done')).toHaveLength(5);
    expect(settled.filter(({ state }) => state === 'failed')).toHaveLength(15);

    sandbox.clearFaults();
    const rest = await run(app, { task_ids: output.left_tasks, from_user_id: holder.userId, to_user_id: taker.userId });
    expect(rest).toMatchObject({ ...zero, moved_count: 15 });
  });

  test.each([
    ['429', { kind: 'rate limit', retryAfter: 9 }, { name: 'ThrottledError', delay: 9 }],
    ['429 without Retry-After', { kind: 'rate limit' }, { name: 'ThrottledError' }],
    ['503', { kind: 'status', status: 503 }, { name: 'ThrottledError' }],
    ['401', { kind: 'status', status: 401 }, { name: 'ExpiredAuthError' }],
    ['403', { kind: 'status', status: 403 }, { name: 'AppError', status: 403 }],
  ] as const)('%s at the very first write is an error, as nothing is lost', async (_what, fault, expected) => {
    const { app, sandbox, createTasks, holder, taker, server } = await startOffice();
    createTasks(5);
    sandbox.injectFault({ ...fault, method: 'PATCH', times: Number.POSITIVE_INFINITY });
    const inputData = { from_user_id: holder.userId, to_user_id: taker.userId };
    const thrown = await app.thrownBy(perform, { inputData });
    expect(thrown).toMatchObject(expected);
    expect(thrown.message).toMatch(/request_id/);
    expect(thrown.message).not.toContain('What happened');
    expect(sandbox.changes).toHaveLength(0);
    const settled = settledIn(server.told());
    expect(settled.map(({ state }) => state)).toEqual(Array(5).fill('failed'));
  });

  test('a real key without tasks:write', async () => {
    const { appWith, createTasks, holder, taker } = await startOffice();
    createTasks(1);
    const inputData = { from_user_id: holder.userId, to_user_id: taker.userId };
    const thrown = await appWith('readOnly').thrownBy(perform, { inputData });
    expect(thrown.message).toMatch(/lacks the scope tasks:write.*Settings → Developers/);
  });

  test.each([
    ['a person', (office: Office) => ({ from_user_id: office.holder.userId })],
    ['a list', (_office: Office, ids: string[]) => ({ task_ids: ids })],
  ])('429 before anything was read of %s is an error, and nothing was written', async (_what, inputOf) => {
    const office = await startOffice();
    const ids = idsOf(office.createTasks(3));
    office.sandbox.injectFault({ kind: 'rate limit', retryAfter: 6, times: Number.POSITIVE_INFINITY });
    const inputData = { to_user_id: office.taker.userId, ...inputOf(office, ids) };
    expect(await office.app.thrownBy(perform, { inputData })).toMatchObject({ name: 'ThrottledError', delay: 6 });
    expect(office.writes()).toEqual([]);
  });

  test('a 429 while the list is read moves what was read and leaves the rest', async () => {
    const { app, sandbox, createTasks, taker } = await startOffice();
    const ids = idsOf(createTasks(12));
    for (const id of ids.slice(6)) sandbox.injectFault({ kind: 'rate limit', method: 'GET', path: `/v1/tasks/${id}` });
    const output = await run(app, { task_ids: ids, to_user_id: taker.userId });
    expect(output).toMatchObject({ ...zero, moved_count: 6, left_count: 6 });
    expect(output.left_tasks).toEqual(ids.slice(6));
    for (const id of ids.slice(6)) expect(reasonFor(output, id)).toMatch(/^Topo asked for fewer requests/);
  });
});

describe('when the time is over', () => {
  /** A hand-over on a clock that the test moves; it stands still while requests are made. */
  const runOnClock = (
    office: Office,
    nowMs: () => number,
    chosen: ChosenTasks = { fromId: office.holder.userId, taskIds: undefined },
  ) => {
    const given: HandOverOrder = {
      ...chosen,
      toId: office.taker.userId,
      filters: {},
      maxTasks: 200,
      isPreview: false,
    };
    return runInApp(office.variables, office.workspace.keys.full, async (z) => {
      const deadline = startDeadline(nowMs);
      const directory = openDirectory(z, deadline);
      const result = await handOver({ z, directory, deadline, nowMs }, given);
      return handOverOutput(result, { personOf: await directory.resolveNames([]), factsOf: () => unknownFacts });
    });
  };

  test('no write starts after 20 seconds, and what was not started is left', async () => {
    const office = await startOffice();
    const ids = idsOf(office.createTasks(30));
    const nowMs = () => (office.sandbox.changes.length < 10 ? 0 : 20_000);
    const output = (await runOnClock(office, nowMs).run()) as HandOverOutput;
    expect(output.moved_count).toBeGreaterThanOrEqual(10);
    expect(output.moved_count).toBeLessThanOrEqual(13);
    expect(output.left_count).toBe(30 - output.moved_count);
    expect(output.left_tasks).toEqual(ids.slice(output.moved_count));
    expect(reasonFor(output, output.left_tasks[0] ?? '')).toBe('The time of this step was over before its turn came.');
    expect(office.writes()).toHaveLength(output.moved_count);
  });

  test('a millisecond before it still does', async () => {
    const office = await startOffice();
    office.createTasks(2);
    const nowMs = () => (office.sandbox.requests.length === 0 ? 0 : 19_999);
    expect(await runOnClock(office, nowMs).run()).toMatchObject({ moved_count: 2 });
  });

  test('Zapier repeats a run that could not start anything', async () => {
    const office = await startOffice();
    office.createTasks(2);
    const nowMs = () => (office.sandbox.requests.length < 2 ? 0 : 20_000);
    const thrown = await runOnClock(office, nowMs).thrown();
    expect(thrown.name).toBe('ThrottledError');
    expect(thrown.message).toMatch(/time of this step was over/);
    expect(office.writes()).toEqual([]);
  });

  test('reading a long list takes only its share of the time, so that some of it moves', async () => {
    const office = await startOffice();
    const ids = idsOf(office.createTasks(40));
    // A request takes a second: 40 reads alone would be longer than a run.
    const nowMs = () => office.sandbox.requests.length * 1_000;
    const output = (await runOnClock(office, nowMs, { fromId: undefined, taskIds: ids }).run()) as HandOverOutput;
    expect(output.moved_count).toBeGreaterThan(3);
    expect(output.moved_count + output.left_count).toBe(40);
    expect(output.left_tasks).toEqual(ids.filter((id) => !output.give_back.includes(id)));
    expect(reasonFor(output, ids[39] ?? '')).toBe('The time of this step was over before its turn came.');
  });

  test('settlements are batched for a second during the run', async () => {
    const office = await startOffice();
    office.createTasks(40);
    // Forty writes in ten seconds.
    const nowMs = () => office.sandbox.changes.length * 250;
    await runOnClock(office, nowMs).run();
    const [announced, ...settlements] = office.server.told();
    expect(announced).toMatchObject({ method: 'POST', path: '/intents' });
    expect(settlements.every(({ method, path }) => method === 'PATCH' && path === '/intents')).toBe(true);
    expect(settlements.length).toBeGreaterThan(3);
    expect(settlements.length).toBeLessThanOrEqual(11);
    expect(settledIn(settlements)).toHaveLength(40);
  });

  test('afterwards the step does not wait for the webhook server', async () => {
    const office = await startOffice();
    office.createTasks(1);
    const nowMs = () => (office.sandbox.changes.length === 0 ? 0 : 25_000);
    expect(await runOnClock(office, nowMs).run()).toMatchObject({ moved_count: 1 });
    expect(office.server.told().map(({ method }) => method)).toEqual(['POST']);
  });
});

describe('the webhook server', () => {
  test('is the real one, and marks the event as made by Zapier', async () => {
    const loop = await startRealLoop();
    const [holder, taker] = loop.workspace.people;
    const ids = Array.from({ length: 3 }, () => loop.sandbox.createTask({ assignee_user_id: holder?.userId ?? '' }).id);
    await loop.turnOn('triggers.task_reassigned', '/handed-over');
    const output = await run(loop.app, { task_ids: ids, to_user_id: taker?.userId });
    expect(output).toMatchObject({ ...zero, moved_count: 3 });
    const events = (await loop.received('/handed-over', 3)).map(({ body }) => JSON.parse(body));
    expect(events.map(({ task }) => task.id).sort()).toEqual([...ids].sort());
    expect(events.map(({ source }) => source)).toEqual(['zapier', 'zapier', 'zapier']);
  });

  test('receives all tasks in one list before the first write, and the result of each', async () => {
    const { app, sandbox, createTasks, holderOf, holder, taker, server } = await startOffice();
    const ids = idsOf(createTasks(5));
    const [done] = createTasks(1, { status: 'COMPLETED' });
    sandbox.injectFault({ kind: 'status', status: 422, method: 'PATCH', path: pathOf(ids[1] ?? '') });
    let holders: unknown;
    const { answer } = server.receiver;
    server.receiver.answer = (response, request) => {
      if (request.method === 'POST') holders = ids.map(holderOf);
      answer(response, request);
    };
    await run(app, { task_ids: [...ids, done?.id], to_user_id: taker.userId });
    expect(holders).toEqual(ids.map(() => holder.userId));
    const [announced, ...settlements] = server.told();
    expect(announced).toEqual({
      method: 'POST',
      path: '/intents',
      json: ids.map((id) => ({ task_id: id, assignee_user_id: taker.userId, scope: 'TASK' })),
    });
    expect(settlements).toHaveLength(1);
    const settled = settledIn(settlements).sort((one, other) => (one.id < other.id ? -1 : 1));
    expect(settled).toEqual(
      ids.map((id, position) =>
        position === 1
          ? { id: 'int_2', state: 'failed' }
          : { id: `int_${position + 1}`, state: 'done', updated_at: sandbox.task(id)?.updated_at },
      ),
    );
  });

  type Answer = Awaited<ReturnType<typeof startReceiver>>['answer'];
  const answers: [string, Answer][] = [
    ['answers an error', (response) => response.writeHead(500).end('{"error":{}}')],
    ['answers no JSON', (response) => response.end('<html>')],
    ['answers nothing of use', (response) => response.writeHead(202).end('{}')],
    ['answers too few', (response) => response.writeHead(202).end('{"items":[{"id":"int_1"}]}')],
    ['ends the connection', (response) => response.destroy()],
    ['redirects', (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
    ['hangs', () => undefined],
  ];
  test.each(answers)('that %s never fails the action', async (_what, answer) => {
    const { app, createTasks, holder, taker, server } = await startOffice();
    createTasks(3);
    server.receiver.answer = answer;
    const output = await run(app, { from_user_id: holder.userId, to_user_id: taker.userId });
    expect(output).toMatchObject({ moved_count: 3, new_assignee: { user_id: taker.userId, name: null } });
    expect(output.summary).toMatch(/^3 tasks moved from Unnamed person [0-9a-f]{8} to Unnamed person [0-9a-f]{8}\.$/);
  });

  test.each([{}, { WEBHOOK_SERVER_URL: 'http://127.0.0.1:1' }, { WEBHOOK_SERVER_URL: 'nonsense' }])(
    'need not be there (%j)',
    async (variables) => {
      const { url, workspace, createTasks, holder, taker } = await startOffice();
      createTasks(2);
      const app = runApp({ TOPO_API_URL: url, ...variables }, workspace.keys.full);
      expect(await run(app, { from_user_id: holder.userId, to_user_id: taker.userId })).toMatchObject({
        moved_count: 2,
      });
    },
  );
});

test('a task that Topo returns malformed is reported as skipped, and the others move', async () => {
  const { app, sandbox, createTasks, holder, taker, holderOf } = await startOffice();
  const [bad = '', ...good] = idsOf(createTasks(4));
  sandbox.malform(bad, { updated_at: null });
  const output = await run(app, { from_user_id: holder.userId, to_user_id: taker.userId });
  expect(output).toMatchObject({ ...zero, moved_count: 3, skipped_count: 1, give_back: good });
  expect(reasonFor(output, bad)).toMatch(/incomplete/);
  expect(holderOf(bad)).toBe(holder.userId);
});

test('a task that moved is not called failed because Topo’s answer has no usable timestamps', async () => {
  const { app, sandbox, createTasks, taker, server } = await startOffice();
  const [bad = ''] = idsOf(createTasks(1));
  sandbox.malform(bad, { updated_at: null, created_at: '2026-03-02' });
  const output = await run(app, { task_ids: [bad], to_user_id: taker.userId });
  expect(output).toMatchObject({ ...zero, moved_count: 1, give_back: [bad] });
  expect(settledIn(server.told())).toMatchObject([{ state: 'done' }]);
});
