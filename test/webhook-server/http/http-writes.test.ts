import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ErrorBody } from '../../../contract/error-body.ts';
import { startHttp } from '../../support/started-http.ts';

let http: Awaited<ReturnType<typeof startHttp>>;
beforeAll(async () => {
  http = await startHttp();
});
afterAll(() => http.close());

const taskId = '3c90c3cc-0d44-4b50-8888-8dd25736052a';
const userId = '7b1d2c4e-1111-4222-8333-9444a5556667';

describe('intents', () => {
  const intent = { task_id: taskId, assignee_user_id: userId, scope: 'TASK' };

  test('one is answered with its id, a list with an id for each', async () => {
    const one = await http.call('POST', '/intents', http.keys.full, intent);
    expect(one).toMatchObject({ status: 202, json: { id: expect.stringMatching(/^int_/) } });
    const list = await http.call('POST', '/intents', http.keys.full, [intent, { ...intent, scope: 'SEQUENCE' }]);
    expect(list.status).toBe(202);
    expect(new Set(list.json.items.map(({ id }: { id: string }) => id)).size).toBe(2);
  });

  test('are settled only by their own workspace', async () => {
    const { json } = await http.call('POST', '/intents', http.keys.full, intent);
    const settlement = { state: 'done', updated_at: '2026-03-02T09:00:00.123456+01:00' };
    expect((await http.call('PATCH', `/intents/${json.id}`, http.foreignKey, settlement)).status).toBe(404);
    expect((await http.call('PATCH', `/intents/${json.id}`, http.keys.full, settlement)).status).toBe(204);
    expect((await http.call('PATCH', `/intents/${json.id}`, http.keys.full, { state: 'failed' })).status).toBe(204);
    expect((await http.call('PATCH', '/intents/int_unknown', http.keys.full, settlement)).status).toBe(404);
  });

  test('are settled several at a time, and unknown ids are listed', async () => {
    const { json } = await http.call('POST', '/intents', http.keys.full, [intent, intent]);
    const [first, second] = json.items.map(({ id }: { id: string }) => id);
    const settled = await http.call('PATCH', '/intents', http.keys.full, [
      { id: first, state: 'done', updated_at: '2026-03-02T09:00:00Z' },
      { id: 'int_unknown', state: 'failed' },
      { id: second, state: 'failed' },
    ]);
    expect(settled).toMatchObject({ status: 200, json: { unknown_ids: ['int_unknown'] } });
    const foreign = await http.call('PATCH', '/intents', http.foreignKey, [{ id: first, state: 'failed' }]);
    expect(foreign.json).toEqual({ unknown_ids: [first] });
    const refused = await http.call('PATCH', '/intents', http.keys.full, [{ id: first, state: 'perhaps' }]);
    expect(refused).toMatchObject({ status: 400, json: { error: { field: '0.state' } } });
    expect((await http.call('PATCH', '/intents', http.keys.readOnly, [{ id: first, state: 'done' }])).status).toBe(403);
  });

  test.each([
    [{ ...intent, task_id: 'x' }, 'task_id'],
    [{ ...intent, assignee_user_id: null }, 'assignee_user_id'],
    [{ ...intent, scope: 'ALL' }, 'scope'],
    [{ ...intent, note: 'x' }, 'note'],
    [[intent, { ...intent, task_id: 'x' }], '1.task_id'],
  ])('refuse %j and name the field', async (body, field) => {
    const { status, json } = await http.call('POST', '/intents', http.keys.full, body);
    expect(status).toBe(400);
    expect(ErrorBody.parse(json).error.field).toBe(field);
  });

  test('and nudges need tasks:write', async () => {
    expect((await http.call('POST', '/intents', http.keys.readOnly, intent)).status).toBe(403);
    expect((await http.call('POST', '/nudges', http.keys.readOnly)).status).toBe(403);
    expect((await http.call('POST', '/nudges', http.keys.full)).status).toBe(202);
  });
});

test('a filter by template needs a key with sequences:read', async () => {
  const filters = { sequence_template_ids: [taskId] };
  const without = await http.call('POST', '/hooks', http.keys.tasksOnly, {
    target_url: 'https://hooks.zapier.com/1',
    event: 'task.reassigned',
    filters,
  });
  expect(without.status).toBe(403);
  expect(without.json.error.message).toContain('sequences:read');
  expect(
    (
      await http.call('POST', '/hooks', http.keys.full, {
        target_url: 'https://hooks.zapier.com/1',
        event: 'task.reassigned',
        filters,
      })
    ).status,
  ).toBe(201);
});

test('intents are limited to some a minute for each key', async () => {
  const statuses = await Promise.all(
    Array.from({ length: 260 }, () => http.call('POST', '/nudges', http.foreignKey).then(({ status }) => status)),
  );
  expect(statuses.filter((status) => status === 202).length).toBeGreaterThan(200);
  expect(statuses).toContain(429);
});
