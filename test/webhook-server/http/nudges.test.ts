import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startHttp } from '../../support/started-http.ts';
import { newHook } from '../../support/store-contract/store-bench.ts';

let http: Awaited<ReturnType<typeof startHttp>>;
beforeAll(async () => {
  http = await startHttp({ limits: { wakeUpsPerMinute: 20, unauthenticatedPerMinute: 5 } });
  for (const organization of [http.organizationId, http.sandbox.workspaces[1].organizationId]) {
    await http.store.tenant(organization).subscribe(newHook());
  }
});
afterAll(() => http.close());

/** Looks at both workspaces, so that nothing is due for a minute. */
const pollAll = async () => {
  http.passTime(10 * 60_000);
  for (const { organizationId, lease } of await http.store.work.claimPolls({ limit: 10, leaseMs: 60_000 })) {
    const outcome = { result: 'done' as const, sawChange: true, readAtMs: http.nowMs(), nextPollInMs: 600_000 };
    await http.store.work.finishPoll({ organizationId, lease, ...outcome });
  }
  http.passTime(60_000);
};
const duePolls = async () =>
  (await http.store.work.claimPolls({ limit: 10, leaseMs: 1 })).map(({ organizationId }) => organizationId);

const replace = async (key = http.keys.full) => (await http.call('POST', '/nudge-address', key)).json.path as string;

beforeEach(pollAll);

describe('the nudge address of a workspace', () => {
  test('is made when it is asked for, shown, replaced and removed', async () => {
    await http.call('DELETE', '/nudge-address', http.keys.full);
    const none = await http.call('GET', '/nudge-address', http.keys.full);
    expect([none.status, none.json.error.message]).toEqual([
      404,
      'This workspace has no nudge address. POST /nudge-address makes one.',
    ]);
    const made = await http.call('POST', '/nudge-address', http.keys.full);
    expect(made.status).toBe(201);
    expect(made.json).toEqual({
      path: expect.stringMatching(/^\/nudges\/ndg_[\w-]{43}$/),
      created_at: new Date(http.nowMs()).toISOString(),
    });
    expect((await http.call('GET', '/nudge-address', http.keys.full)).json).toEqual(made.json);
    expect(await replace()).not.toBe(made.json.path);
    expect((await http.call('POST', made.json.path)).status).toBe(204);
    expect(await duePolls()).toEqual([]);
    expect((await http.call('DELETE', '/nudge-address', http.keys.full)).status).toBe(204);
    expect((await http.call('GET', '/nudge-address', http.keys.full)).status).toBe(404);
  });

  test('is shown only to a key that may nudge', async () => {
    for (const method of ['GET', 'POST', 'DELETE']) {
      expect((await http.call(method, '/nudge-address', http.keys.readOnly)).status).toBe(403);
      expect((await http.call(method, '/nudge-address')).status).toBe(401);
    }
  });
});

describe('a call to a nudge address', () => {
  let path: string;
  let foreignPath: string;
  beforeAll(async () => {
    path = await replace();
    foreignPath = await replace(http.foreignKey);
  });

  test('only takes POST', async () => {
    expect((await http.call('GET', path, http.keys.full)).status).toBe(404);
  });

  test.each([
    ['without a body', undefined, {}],
    ['with JSON', '{"event":"task.updated"}', { 'content-type': 'application/json' }],
    ['with what is no JSON', '{', { 'content-type': 'application/json' }],
    ['with a form', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['with 200 kB', 'x'.repeat(200_000), { 'content-type': 'text/plain' }],
    ['with a key that does not work', '', { authorization: 'Bearer topo_wrong' }],
  ])('makes the server look at that workspace alone: %s', async (_what, body, headers) => {
    const answer = await http.call('POST', path, undefined, body, headers);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(await duePolls()).toEqual([http.organizationId]);
  });

  test('is answered alike when nobody has the address', async () => {
    for (const wrong of [`/nudges/ndg_${'a'.repeat(43)}`, '/nudges/ndg_', '/nudges/x', `${path}x`, '/nudges/%00']) {
      const answer = await http.call('POST', wrong);
      expect([wrong, answer.status, answer.text]).toEqual([wrong, 204, '']);
    }
    expect(await duePolls()).toEqual([]);
  });

  test('is not kept out by strangers at the same network address', async () => {
    const strangers = await Promise.all(Array.from({ length: 10 }, () => http.call('GET', '/people', 'topo_wrong')));
    expect(strangers.map(({ status }) => status)).toContain(429);
    expect((await http.call('POST', path)).status).toBe(204);
    expect(await duePolls()).toEqual([http.organizationId]);
  });

  test('does nothing more above the limit of a minute, and keeps nobody else’s address out', async () => {
    const statuses = await Promise.all(Array.from({ length: 40 }, () => http.call('POST', path)));
    expect(new Set(statuses.map(({ status }) => status))).toEqual(new Set([204]));
    await pollAll();
    expect((await http.call('POST', path)).status).toBe(204);
    expect(await duePolls()).toEqual([]);
    expect((await http.call('POST', foreignPath)).status).toBe(204);
    expect(await duePolls()).toEqual([http.sandbox.workspaces[1].organizationId]);
  });
});
