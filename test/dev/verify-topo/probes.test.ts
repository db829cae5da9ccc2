import { expect, test } from '@jest/globals';
import type { SandboxOptions } from '../../../dev/sandbox/create-sandbox.ts';
import { facts, openWorkspace } from '../../support/verify-topo/verification.ts';

const look = async (assumptions: SandboxOptions['assumptions'] = {}) => {
  const { verifyAll, workspace } = await openWorkspace({ assumptions });
  const run = await verifyAll({ key: workspace.keys.everything }, ['--yes', '--json']);
  expect(run.code).toBe(0);
  return { ...run, workspace };
};

test('a Topo with events of tasks is reported with their names and fields', async () => {
  const { seen } = await look({ taskEvents: ['task.created', 'task.assignee_changed'] });
  expect(seen.get(facts.activities)).toMatchObject({
    verdict: 'as assumed',
    seen:
      'it does: 88 events, with the event_type task.assignee_changed, task.created; items with the fields created_at, ' +
      'event_type, id, organization_id, resource_id, resource_type, sequence_id',
  });
});

test('a Topo without events of tasks is reported as well', async () => {
  const { seen } = await look();
  expect(seen.get(facts.activities)).toMatchObject({
    verdict: 'as assumed',
    seen: 'it exists, and has no event of a task',
  });
});

test.each([
  ['absent', /^it does not exist: Topo answered 404 NotFoundIssue/],
  ['forbidden', /^it exists, and this key may not use it: Topo answered 403 UnauthorizedIssue/],
  ['listed', /^it exists: 200 with items with the fields email, id, name$/],
] as const)('lists of people that are %s are a finding, and never a failure', async (memberLists, wanted) => {
  const { seen, workspace } = await look({ memberLists });
  for (const fact of [facts.users, facts.members]) {
    expect(seen.get(fact)).toMatchObject({ verdict: 'as assumed', seen: expect.stringMatching(wanted) });
  }
  const printed = JSON.stringify([...seen.values()]);
  for (const { name, email } of workspace.people) {
    expect(printed).not.toContain(name);
    expect(printed).not.toContain(email);
  }
});

test('the probes only read', async () => {
  const { verifyAll, workspace, sandbox } = await openWorkspace();
  await verifyAll({ key: workspace.keys.everything }, ['--yes', '--json']);
  const probes = sandbox.requests.entries.filter(({ path }) => /activities|users|members|webhooks/.test(path));
  expect(probes.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /v1/activities',
    'GET /v1/users',
    'GET /v1/members',
  ]);
});
