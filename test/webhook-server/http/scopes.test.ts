import { expect, test } from '@jest/globals';
import { startReceiver } from '../../support/receiver.ts';
import { startHttp } from '../../support/started-http.ts';
import { runApp } from '../../support/zapier-app.ts';

const key = 'topo_live_0123456789abcdef';

/** A Topo that says of every key that it has these scopes. */
const startTopoWith = (scopes: readonly string[]) =>
  startReceiver((response) => {
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ id: 'k', organization_id: 'o', name: 'Key', key_prefix: 'topo_', scopes }));
  });

test.each([
  [['tasks:read', 'tasks:write'], true],
  [['tasks:*'], true],
  [['*'], true],
  [['sequences:*'], false],
  [['tasks'], false],
])('app and server agree on a key with the scopes %j: usable is %s', async (scopes, isUsable) => {
  const { url } = await startTopoWith(scopes);
  const http = await startHttp({ topoUrl: url });
  const target_url = 'https://hooks.zapier.com/hooks/standard/1/2/';
  const subscribed = await http.call('POST', '/hooks', key, { target_url, event: 'task.reassigned' });
  const nudged = await http.call('POST', '/nudges', key, {});
  const app = runApp({ TOPO_API_URL: url }, key);
  if (isUsable) {
    expect([subscribed.status, nudged.status]).toEqual([201, expect.any(Number)]);
    expect(nudged.status).toBeLessThan(300);
    await expect(app.run('authentication.test')).resolves.toBeDefined();
  } else {
    expect([subscribed.status, nudged.status]).toEqual([403, 403]);
    expect(await app.thrownBy('authentication.test')).toMatchObject({ code: 'missing_scope' });
  }
  await http.close();
});

test('a key for everything may narrow a hook by template', async () => {
  const { url } = await startTopoWith(['*']);
  const http = await startHttp({ topoUrl: url });
  const { status } = await http.call('POST', '/hooks', key, {
    target_url: 'https://hooks.zapier.com/hooks/standard/1/2/',
    event: 'task.reassigned',
    filters: { sequence_template_ids: ['3c90c3cc-0d44-4b50-8888-8dd25736052a'] },
  });
  expect(status).toBe(201);
  await http.close();
});

test.each([
  [['tasks:read', 'sequences:read', 'contacts:read'], []],
  [['tasks:*', 'sequences:*'], ['contacts:read']],
  [['tasks:read'], ['sequences:read', 'contacts:read']],
])(
  'a hook of a key with the scopes %j says that %j are missing to know what tasks are about',
  async (scopes, missing) => {
    const { url } = await startTopoWith(scopes);
    const http = await startHttp({ topoUrl: url });
    const target_url = 'https://hooks.zapier.com/hooks/standard/1/2/';
    await http.call('POST', '/hooks', key, { target_url, event: 'task.reassigned' });
    const listed = await http.call('GET', '/hooks', key);
    expect(listed.json).toMatchObject({ items: [{ missing_scopes: missing }] });
    await http.close();
  },
);
