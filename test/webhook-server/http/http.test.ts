import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ErrorBody } from '../../../contract/error-body.ts';
import { Hook, Subscribed } from '../../../contract/hook.ts';
import { startHttp } from '../../support/started-http.ts';

let http: Awaited<ReturnType<typeof startHttp>>;
beforeAll(async () => {
  http = await startHttp();
});
afterAll(() => http.close());

let targets = 0;
const newTarget = () => {
  targets += 1;
  return `https://hooks.zapier.com/hooks/standard/1/zap${targets}/`;
};
const request = (change: Record<string, unknown> = {}) => ({
  target_url: newTarget(),
  event: 'task.reassigned',
  ...change,
});

describe('subscribing', () => {
  test('answers the hook and its secret', async () => {
    const body = request();
    const { status, json } = await http.call('POST', '/hooks', http.keys.full, body);
    expect(status).toBe(201);
    expect(Subscribed.parse(json)).toMatchObject({
      state: 'active',
      filters: {},
      once_per: 'task',
      listening_since: null,
    });
    expect(json.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(json.target).toBe(`hooks.zapier.com/…${body.target_url.slice(-4)}`);
  });

  test('answers the same hook for the same target again', async () => {
    const body = request();
    const first = await http.call('POST', '/hooks', http.keys.full, body);
    const again = await http.call('POST', '/hooks', http.keys.tasksOnly, { ...body, once_per: 'sequence' });
    expect(again.status).toBe(200);
    expect(again.json).toMatchObject({ id: first.json.id, secret: first.json.secret, once_per: 'sequence' });
  });

  test('needs a key with tasks:read', async () => {
    const without = await http.call('POST', '/hooks', http.keys.noTasks, request());
    expect(without.status).toBe(403);
    expect(without.json.error).toMatchObject({ code: 'forbidden' });
    expect(without.json.error.message).toContain('tasks:read');
    expect((await http.call('POST', '/hooks', http.keys.readOnly, request())).status).toBe(201);
  });

  test.each([
    [{ target_url: undefined }, 'target_url'],
    [{ target_url: 'not a url' }, 'target_url'],
    [{ target_url: 7 }, 'target_url'],
    [{ target_url: 'https://evil.example/' }, 'target_url'],
    [{ target_url: 'http://hooks.zapier.com/1' }, 'target_url'],
    [{ target_url: `https://hooks.zapier.com/${'x'.repeat(3000)}` }, 'target_url'],
    [{ event: 'task.exploded' }, 'event'],
    [{ event: undefined }, 'event'],
    [{ once_per: 'day' }, 'once_per'],
    [{ filters: { kinds: ['moved'] } }, 'filters.kinds.0'],
    [{ filters: { kinds: [] } }, 'filters.kinds'],
    [{ filters: { new_assignee_ids: ['ada'] } }, 'filters.new_assignee_ids.0'],
    [{ filters: { sequence_template_ids: ['x'] } }, 'filters.sequence_template_ids.0'],
    [{ filters: { sequence_ids: ['x'] } }, 'filters.sequence_ids'],
    [{ filters: [] }, 'filters'],
    [{ colour: 'red' }, 'colour'],
  ])('refuses %j and names the field', async (change, field) => {
    const { status, json } = await http.call('POST', '/hooks', http.keys.full, { ...request(), ...change });
    expect(status).toBe(400);
    expect(ErrorBody.parse(json).error).toMatchObject({ code: 'invalid_request', field });
    expect(json.error.message).toContain(field);
  });

  test.each(['[]', '"text"', 'null', '{"a":', '', '{"__proto__":{"target_url":"x"}}'])(
    'refuses the body %s',
    async (body) => {
      const { status, json } = await http.call('POST', '/hooks', http.keys.full, body);
      expect(status).toBe(400);
      ErrorBody.parse(json);
    },
  );

  test('refuses a body that is not JSON, and one that is too large', async () => {
    const form = await http.call('POST', '/hooks', http.keys.full, 'a=b', {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(form).toMatchObject({ status: 415, json: { error: { code: 'unsupported_media_type' } } });
    const large = await http.call('POST', '/hooks', http.keys.full, JSON.stringify({ a: 'x'.repeat(200_000) }));
    expect(large).toMatchObject({ status: 413, json: { error: { code: 'payload_too_large' } } });
  });

  test('the caller is checked before the body', async () => {
    expect((await http.call('POST', '/hooks', undefined, request())).status).toBe(401);
  });
});

describe('listing', () => {
  test('shows the hooks of the caller’s workspace, without secrets and whole targets', async () => {
    const { json } = await http.call('POST', '/hooks', http.keys.full, request());
    const listed = await http.call('GET', '/hooks', http.keys.readOnly);
    expect(listed.status).toBe(200);
    expect(Hook.parse(listed.json.items[0]).id).toBe(json.id);
    expect(listed.text).not.toMatch(/whsec_|standard\/1/);
    expect((await http.call('GET', '/hooks', http.foreignKey)).json).toEqual({ items: [] });
  });
});

describe('unsubscribing', () => {
  const subscribed = async () => (await http.call('POST', '/hooks', http.keys.full, request())).json;
  const stateOf = async (id: string) => {
    const { json } = await http.call('GET', '/hooks', http.keys.full);
    return json.items.find((hook: { id: string }) => hook.id === id)?.state;
  };

  test('works with the key, and twice', async () => {
    const { id } = await subscribed();
    expect((await http.call('DELETE', `/hooks/${id}`, http.keys.full)).status).toBe(204);
    expect((await http.call('DELETE', `/hooks/${id}`, http.keys.full)).status).toBe(204);
    expect(await stateOf(id)).toBe('ended');
  });

  test('works with the hook’s own secret, and twice', async () => {
    const { id, secret } = await subscribed();
    expect((await http.call('DELETE', `/hooks/${id}`, secret)).status).toBe(204);
    expect((await http.call('DELETE', `/hooks/${id}`, secret)).status).toBe(204);
    expect(await stateOf(id)).toBe('ended');
  });

  test('does nothing to a hook of another workspace, or with the secret of another hook', async () => {
    const { id } = await subscribed();
    const other = await subscribed();
    expect((await http.call('DELETE', `/hooks/${id}`, http.foreignKey)).status).toBe(204);
    expect((await http.call('DELETE', `/hooks/${id}`, other.secret)).status).toBe(401);
    expect((await http.call('DELETE', `/hooks/${id}`, 'whsec_unknown')).status).toBe(401);
    expect((await http.call('DELETE', `/hooks/${id}`)).status).toBe(401);
    expect(await stateOf(id)).toBe('active');
    expect(await stateOf(other.id)).toBe('active');
  });

  test('a hook that never existed is gone, too', async () => {
    expect((await http.call('DELETE', '/hooks/hok_unknown', http.keys.full)).status).toBe(204);
  });
});

describe('events', () => {
  test.each([
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=x', 'limit'],
    ['before=evt_unknown', 'before'],
    ['kinds=moved', 'kinds.0'],
    ['new_assignee_ids=ada', 'new_assignee_ids.0'],
    ['colour=red', 'colour'],
  ])('refuses ?%s and names the field', async (query, field) => {
    const { status, json } = await http.call('GET', `/events?${query}`, http.keys.full);
    expect(status).toBe(400);
    expect(ErrorBody.parse(json).error.field).toBe(field);
  });

  test('are an empty page for a workspace without history', async () => {
    const { status, json } = await http.call('GET', '/events?kinds=reassigned&kinds=assigned&limit=3', http.keys.full);
    expect([status, json]).toEqual([200, { items: [], has_more: false }]);
  });
});

describe('callers', () => {
  test.each([
    ['no key', undefined],
    ['an unknown key', 'topo_unknown'],
    ['a key with line breaks', 'topo\tx'],
  ])('%s is 401', async (_what, key) => {
    const { status, json } = await http.call('GET', '/hooks', key);
    expect(status).toBe(401);
    expect(ErrorBody.parse(json).error.code).toBe('unauthorized');
  });

  test('Topo is asked about a key every five minutes, and about a refused key every minute', async () => {
    const asked = () => http.sandbox.requests.count(({ path }) => path === '/v1/me');
    const calls = async (key: string) => {
      const before = asked();
      await Promise.all([1, 2, 3].map(() => http.call('GET', '/hooks', key)));
      return asked() - before;
    };
    http.passTime(300_000);
    expect(await calls(http.keys.full)).toBe(1);
    http.passTime(299_999);
    expect(await calls(http.keys.full)).toBe(0);
    http.passTime(1);
    expect(await calls(http.keys.full)).toBe(1);

    expect(await calls('topo_wrong')).toBe(1);
    http.passTime(59_999);
    expect(await calls('topo_wrong')).toBe(0);
    http.passTime(1);
    expect(await calls('topo_wrong')).toBe(1);
  });

  test('while Topo cannot be asked, whoever it accepted within a day may read, and hears 503 to all else', async () => {
    await http.call('GET', '/hooks', http.keys.full);
    http.passTime(300_000);
    http.sandbox.injectFault({ kind: 'status', status: 500, path: '/v1/me' });
    expect((await http.call('GET', '/hooks', http.keys.full)).status).toBe(200);
    expect((await http.call('DELETE', '/workspace', http.keys.full)).status).toBe(503);
    http.passTime(10_000);
    expect((await http.call('POST', '/nudges', http.keys.full)).status).toBeLessThan(300);
  });

  test('while Topo cannot be asked the tasks are listed as they are known, and nothing is noted', async () => {
    const [, { organizationId, keys }] = http.sandbox.workspaces;
    await http.call('GET', '/hooks', keys.full);
    http.passTime(300_000);
    http.sandbox.injectFault({ kind: 'status', status: 500, path: '/v1/me' });
    const { status, json } = await http.call('GET', '/tasks?look=first', keys.full);
    expect([status, json.is_current]).toEqual([200, false]);
    expect((await http.call('GET', '/tasks/counts', keys.full)).status).toBe(200);
    expect((await http.call('POST', '/nudges', keys.full)).status).toBe(503);
    const workspace = http.store.tenant(organizationId);
    expect(await workspace.health()).toBeUndefined();
    http.passTime(10_000);
    await http.call('GET', '/tasks?look=never', keys.full);
    expect(await workspace.health()).toMatchObject({ isWatched: true });
  });

  test('while Topo cannot be asked the answer is 503 after a day, and it is not cached', async () => {
    await http.call('GET', '/hooks', http.keys.full);
    http.passTime(24 * 3_600_000);
    http.sandbox.injectFault({ kind: 'status', status: 500, path: '/v1/me' });
    const { status, json, headers } = await http.call('GET', '/hooks', http.keys.full);
    expect(status).toBe(503);
    expect(json.error.code).toBe('topo_unavailable');
    expect(headers.get('retry-after')).toBe('10');
    expect((await http.call('GET', '/hooks', http.keys.full)).status).toBe(200);
  });

  test('an address that tries very many keys is limited before Topo is asked; known keys go on', async () => {
    await http.call('GET', '/hooks', http.keys.full);
    const before = http.sandbox.requests.length;
    let limited = 0;
    for (let tries = 0; tries < 140; tries += 1) {
      const { status, json } = await http.call('GET', '/hooks', `topo_guess_${tries}`);
      if (status === 429) limited += 1;
      ErrorBody.parse(json);
    }
    expect(limited).toBeGreaterThan(0);
    expect(http.sandbox.requests.length - before).toBeLessThanOrEqual(120);
    expect((await http.call('GET', '/hooks', http.keys.full)).status).toBe(200);
  });
});

describe('every answer', () => {
  test('has a request id, also in its error', async () => {
    const { status, json, headers } = await http.call('GET', '/nowhere');
    expect(status).toBe(404);
    expect(json.error.request_id).toBe(headers.get('x-request-id'));
    expect(json.error.code).toBe('not_found');
  });

  test('tells neither the framework nor a stack', async () => {
    const { headers, text } = await http.call('GET', '/%E0%A4%A');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(text).not.toMatch(/\.ts|\.js|node_modules/);
    ErrorBody.parse(JSON.parse(text));
  });

  test('health needs no key', async () => {
    expect((await http.call('GET', '/healthz')).json).toEqual({ status: 'alive' });
    expect((await http.call('GET', '/readyz')).json).toEqual({ status: 'ready', readings: [] });
  });

  test('leaves no key, secret or target in the log', () => {
    const log = http.log.lines.join('\n');
    expect(log).toContain('/hooks');
    expect(log).not.toMatch(/whsec_|hooks\.zapier\.com|topo_(sandbox|guess|wrong|unknown)/);
  });
});
