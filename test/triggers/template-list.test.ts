import { expect, test } from '@jest/globals';
import { templateLabel } from '../../zapier/wording/labels.ts';
import { startReceiver } from '../support/receiver.ts';
import { startTopo } from '../support/topo-sandbox.ts';
import { runApp } from '../support/zapier-app.ts';

const perform = 'triggers.template_list.operation.perform';
const id = '6f1e2d3c-4b5a-4968-8776-a5b4c3d2e1f0';

test('every template is listed once, by name, with its status where it is not running', async () => {
  const { app, workspace } = await startTopo();
  const idOf = new Map(workspace.templates.map((template) => [template.name, template.id]));
  expect(await app.run(perform)).toEqual([
    { id: idOf.get('Conference Leads'), label: 'Conference Leads (paused)' },
    { id: idOf.get('Founders in Europe'), label: 'Founders in Europe' },
    { id: idOf.get('Heads of Sales'), label: 'Heads of Sales' },
    { id: idOf.get('Trial Follow-up'), label: 'Trial Follow-up' },
  ]);
});

test('the list continues page by page until its end', async () => {
  const { app, sandbox } = await startTopo();
  await app.run(perform, { meta: { page: 0 } });
  expect(await app.run(perform, { meta: { page: 1 } })).toEqual([]);
  const asked = sandbox.requests.entries.map(({ path, query }) => [path, query.get('page'), query.get('size')]);
  expect(asked).toEqual([
    ['/v1/sequence-templates', '1', '100'],
    ['/v1/sequence-templates', '2', '100'],
  ]);
});

test('a key without the scope is an error that names it and the other scopes of a new key', async () => {
  const { url, workspace } = await startTopo();
  const thrown = await runApp({ TOPO_API_URL: url }, workspace.keys.tasksOnly).thrownBy(perform);
  expect(thrown).toMatchObject({ name: 'AppError', status: 403 });
  expect(thrown.message).toMatch(
    /lacks the scope sequences:read\. .*tasks:read, tasks:write and sequences:read in Topo/,
  );
  expect(thrown.message).toContain('Settings → Developers → API Keys');
});

test('a workspace without templates has an empty list', async () => {
  const topo = await startReceiver((response) => {
    const list = { items: [], total_count: 0, total_pages: 0, has_more: false };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(list));
  });
  expect(await runApp({ TOPO_API_URL: topo.url }, 'topo_key').run(perform)).toEqual([]);
});

test.each([
  [{ id, name: ' Heads of Sales ', status: 'ACTIVE' }, 'Heads of Sales'],
  [{ id, name: 'Heads of Sales' }, 'Heads of Sales'],
  [{ id, name: null, status: 'ARCHIVED' }, 'Unnamed template 6f1e2d3c (archived)'],
  [{ id, name: '  ', status: null }, 'Unnamed template 6f1e2d3c'],
  [{ id, name: 'Agencies', status: 'ON_HOLD' }, 'Agencies (on hold)'],
])('the label of %j is “%s”', (template, label) => {
  expect(templateLabel(template)).toBe(label);
});
