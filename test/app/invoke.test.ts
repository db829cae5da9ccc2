// Slow: it runs Zapier's command line on the built app.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import app from '../../index.ts';
import { startReceiver } from '../support/receiver.ts';
import { first, startTopo } from '../support/topo-sandbox.ts';
import { builtAppFolder, runZapier } from '../support/zapier-command.ts';

/** A sandbox with a task that Anna holds, and Ben. */
const startWithTask = async () => {
  const { sandbox, workspace, url } = await startTopo({ taskCount: 20 });
  const anna = first(workspace.people);
  const ben = first(workspace.people.slice(1));
  const task = sandbox.createTask({ assignee_user_id: anna.userId });
  const folder = builtAppFolder();
  const contact = { id: 'c1', name: 'Ada Moreau', email: 'ada@initech.example', company: 'Initech' };
  const nobody = { user_id: null, name: null, email: null };
  const tasks = {
    items: [{ task, assignee: nobody, contact, sequence_template: null }],
    ...{ next: null, as_of: null, progress: null, is_current: true, is_complete: true, are_facts_complete: true },
  };
  const server = await startReceiver((response, { path }) =>
    response.end(JSON.stringify(path.startsWith('/tasks') ? tasks : { items: [] })),
  );

  type Given = { apiKey?: string; serverUrl?: string };

  /** What `zapier-platform invoke` prints. The variables are those that a developer has in `.env`. */
  const invoke = (type: string, key: string, inputData: Record<string, unknown> = {}, given: Given = {}) =>
    runZapier(folder, ['invoke', type, key, '--non-interactive', '--inputData', JSON.stringify(inputData)], {
      authData_api_key: given.apiKey ?? workspace.keys.full,
      TOPO_API_URL: url,
      ...(given.serverUrl === undefined ? {} : { WEBHOOK_SERVER_URL: given.serverUrl }),
    });

  return { sandbox, workspace, url, serverUrl: server.url, folder, anna, ben, task, invoke };
};

type World = Awaited<ReturnType<typeof startWithTask>>;

type Invocation = {
  type: 'create' | 'search';
  key: string;
  inputData: (world: World) => Record<string, unknown>;
  /** What the printed JSON holds, when the invocation is over. */
  prints: (world: World) => unknown;
  /** How many changes of an assignee it makes. */
  changes: number;
  /** Whether there is a webhook server, which knows one task about Ada Moreau. */
  needsServer?: true;
};

/** One line for each action and search. */
const invocations: Invocation[] = [
  {
    type: 'create',
    key: 'reassign_task',
    inputData: ({ task, ben }) => ({ task_id: task.id, assignee_user_id: ben.userId, scope: 'TASK' }),
    prints: ({ task, ben }) => expect.objectContaining({ id: task.id, assignee_user_id: ben.userId }),
    changes: 1,
  },
  {
    type: 'create',
    key: 'hand_over_tasks',
    inputData: ({ anna, ben, task }) => ({ from_user_id: anna.userId, to_user_id: ben.userId, task_ids: [task.id] }),
    prints: ({ task }) => expect.objectContaining({ moved_count: 1, give_back: [task.id], left_count: 0 }),
    changes: 1,
  },
  {
    type: 'create',
    key: 'reassign_contact_tasks',
    inputData: ({ ben }) => ({ contact_email: 'ada@initech.example', to_user_id: ben.userId }),
    prints: ({ task }) => expect.objectContaining({ moved_count: 1, give_back: [task.id], left_count: 0 }),
    changes: 1,
    needsServer: true,
  },
  {
    type: 'search',
    key: 'find_task',
    inputData: ({ anna, task }) => ({ assignee_user_id: anna.userId, sequence_id: task.sequence_id }),
    prints: ({ task }) => expect.arrayContaining([expect.objectContaining({ id: task.id })]),
    changes: 0,
  },
  {
    type: 'search',
    key: 'find_person',
    inputData: ({ anna }) => ({ person: anna.userId }),
    prints: ({ anna }) => [expect.objectContaining({ id: anna.userId, open_tasks: expect.any(Number) })],
    changes: 0,
  },
];

type Steps = Record<string, { display: { hidden?: boolean } }>;
const { creates = {}, searches = {} } = app as unknown as { creates?: Steps; searches?: Steps };

test.each([
  ['create', creates],
  ['search', searches],
] as const)('every %s that people see has a line here', (type, steps) => {
  const seen = Object.keys(steps).filter((key) => steps[key]?.display.hidden !== true);
  expect(invocations.filter((each) => each.type === type).map(({ key }) => key)).toEqual(seen);
});

test.each(invocations)('invoke $type $key prints what the step answers', async (invocation) => {
  const { type, key, inputData, prints, changes, needsServer = false } = invocation;
  const world = await startWithTask();
  const printed = await world.invoke(type, key, inputData(world), needsServer ? { serverUrl: world.serverUrl } : {});
  expect(JSON.parse(printed)).toEqual(prints(world));
  expect(world.sandbox.changes.length).toBe(changes);
});

test('invoke auth test prints whose key it is', async () => {
  const { workspace, invoke } = await startWithTask();
  expect(JSON.parse(await invoke('auth', 'test'))).toMatchObject({ organization_id: workspace.organizationId });
});

test('invoke auth label prints the connection’s name, with .env.example filled in as .env', async () => {
  const { workspace, url, folder } = await startWithTask();
  const filledIn = readFileSync('.env.example', 'utf8')
    .replace(/^authData_api_key=.*$/m, `authData_api_key=${workspace.keys.full}`)
    .replace(/^TOPO_API_URL=.*$/m, `TOPO_API_URL=${url}`);
  writeFileSync(join(folder, '.env'), filledIn);
  const label = await runZapier(folder, ['invoke', 'auth', 'label', '--non-interactive']);
  expect(label).toMatch(/^Full access \(topo_sandbox_northwind_\w+…\)\n$/);
  expect(label).not.toContain(workspace.keys.full);
});

test('a key that Topo does not know fails, with what to do next and without the key', async () => {
  const { invoke } = await startWithTask();
  const failed = await invoke('auth', 'test', {}, { apiKey: 'topo_nobody' }).catch(String);
  expect(failed).toMatch(/Topo does not accept this API key.* Make\s.*a new key/s);
  expect(failed).not.toContain('topo_nobody');
});
