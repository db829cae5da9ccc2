import { describe, expect, test } from '@jest/globals';
import { unknownFacts } from '../../contract/task-facts.ts';
import { toldFacts } from '../../contract/told-facts.ts';
import type { Task } from '../../dev/sandbox/workspace/task.ts';
import { type Office, startOffice } from '../support/office.ts';
import { startReceiver } from '../support/receiver.ts';
import { runApp } from '../support/zapier-app.ts';

const perform = 'searches.find_task.operation.perform';

type Found = Task & { assignee: { user_id: string | null; name: string | null; email: string | null } };

const find = async (app: Office['app'], inputData: Record<string, unknown> = {}): Promise<Found[]> =>
  (await app.run(perform, { inputData })) as Found[];

const idsOf = (tasks: readonly { id: string }[]): string[] => tasks.map(({ id }) => id);

describe('a task is found by', () => {
  test.each([
    ['person, as an ID', ({ taker }: Office) => ({ assignee_user_id: taker.userId })],
    ['person, as an e-mail', ({ taker }: Office) => ({ assignee_user_id: taker.email })],
    ['person, as a name', ({ taker }: Office) => ({ assignee_user_id: taker.name })],
    ['type', () => ({ task_types: 'call' })],
    ['several types', () => ({ task_types: ['CALL', 'LINKEDIN_REPLY'] })],
    ['priority', () => ({ priorities: ['Extra'] })],
    ['status', () => ({ status: 'in progress' })],
    [
      'several of them',
      ({ taker }: Office) => ({ assignee_user_id: taker.email, priorities: 'EXTRA', status: 'IN_PROGRESS' }),
    ],
  ])('%s', async (_what, inputOf) => {
    const office = await startOffice();
    const wanted = office.createTask({
      type: 'CALL',
      priority: 'EXTRA',
      status: 'IN_PROGRESS',
      assignee_user_id: office.taker.userId,
    });
    office.createTasks(3);
    const { userId: user_id, name, email } = office.taker;
    expect(await find(office.app, inputOf(office))).toEqual([
      {
        ...wanted,
        ...toldFacts(unknownFacts),
        type_label: 'Call',
        priority_label: 'Extra',
        assignee: { user_id, name, email },
      },
    ]);
  });

  test('template', async () => {
    const { app, createTasks, workspace } = await startOffice();
    const tasks = createTasks(12);
    const [template] = workspace.templates;
    const fitting = tasks.filter(({ sequence_id: id }) => workspace.sequences.get(id)?.templateId === template?.id);
    expect(fitting.length).toBeGreaterThan(0);
    expect(fitting.length).toBeLessThan(12);
    expect(idsOf(await find(app, { sequence_template_ids: [template?.id] }))).toEqual(idsOf(fitting).reverse());
  });

  test('sequence', async () => {
    const { app, createTask, createTasks } = await startOffice();
    const task = createTask();
    const sibling = createTask({ sequence_id: task.sequence_id });
    createTasks(3);
    const sequence_id = ` ${task.sequence_id.toUpperCase()}`;
    expect(idsOf(await find(app, { sequence_id }))).toEqual([sibling.id, task.id]);
  });

  test('nothing in particular', async () => {
    const { app, createTasks, asked, server } = await startOffice();
    const tasks = createTasks(3);
    expect(idsOf(await find(app))).toEqual(idsOf(tasks).reverse());
    expect(asked()).toEqual(['GET /v1/tasks', 'GET /v1/tasks', 'GET /v1/tasks']);
    expect(server.receiver.received.map(({ path }) => path)).toEqual([expect.stringMatching(/^\/tasks\?/), '/people']);
  });
});

describe('the best match is first', () => {
  test('open tasks before closed ones, and newer before older', async () => {
    const { app, createTask } = await startOffice();
    const done = createTask({ status: 'COMPLETED' });
    const older = createTask({ status: 'IN_PROGRESS' });
    const newer = createTask();
    const skipped = createTask({ status: 'SKIPPED' });
    expect(idsOf(await find(app))).toEqual(idsOf([newer, older, skipped, done]));
  });

  test('an open task older than hundreds of closed ones is found', async () => {
    const { app, createTask, createTasks } = await startOffice();
    const open = createTask();
    createTasks(230, { status: 'COMPLETED' });
    const found = await find(app);
    expect(found[0]?.id).toBe(open.id);
    expect(found).toHaveLength(20);
  });

  test('a closed task is found when no open one matches', async () => {
    const { app, createTask, createTasks } = await startOffice();
    createTasks(3);
    const done = createTask({ type: 'CALL', status: 'COMPLETED' });
    expect(idsOf(await find(app, { task_types: 'CALL' }))).toEqual([done.id]);
  });
});

describe('created after', () => {
  test.each(['exclusive', 'inclusive', 'ignored'] as const)(
    'a moment is later than it, not at it, whatever Topo’s own filter does (%s)',
    async (createdAtAfter) => {
      const { app, createTask } = await startOffice({ assumptions: { createdAtAfter } });
      createTask({ created_at: '2026-03-04T14:29:59.999Z' });
      createTask({ created_at: '2026-03-04T14:30:00.000Z' });
      const after = createTask({ created_at: '2026-03-04T14:30:00.001Z' });
      expect(idsOf(await find(app, { created_after: '2026-03-04T14:30:00Z' }))).toEqual([after.id]);
      expect(idsOf(await find(app, { created_after: ' 2026-03-04T15:30:00.000+01:00 ' }))).toEqual([after.id]);
      expect(await find(app, { created_after: after.created_at })).toEqual([]);
    },
  );

  test('a time in microseconds does not find the task that it came from', async () => {
    const { app, createTask } = await startOffice({ assumptions: { timestampDigits: 6 } });
    const { created_at } = createTask({ created_at: '2026-03-04T14:30:00.123456Z' });
    expect(created_at).toContain('.123456');
    const next = createTask({ created_at: '2026-03-04T14:30:00.123457Z' });
    expect(idsOf(await find(app, { created_after: created_at }))).toEqual([next.id]);
  });

  test('a date means the start of its day', async () => {
    const { app, createTask } = await startOffice();
    createTask({ created_at: '2026-03-03T23:59:59Z' });
    const after = createTask({ created_at: '2026-03-04T00:00:01Z' });
    expect(idsOf(await find(app, { created_after: '2026-03-04' }))).toEqual([after.id]);
  });

  test.each(['yesterday', '1', 5, '3 days ago', 'task 12', '2026-13-45T00:00:00Z', ['2026-03-04', '2026-03-05'], {}])(
    '%j is no moment, which is said',
    async (created_after) => {
      const { app, asked } = await startOffice();
      const thrown = await app.thrownBy(perform, { inputData: { created_after } });
      expect(thrown.name).toBe('HaltedError');
      expect(thrown.message).toBe('The field “Created After” takes a date and time such as 2026-03-04T14:30:00Z.');
      expect(asked()).toEqual([]);
    },
  );
});

test.each([
  ['nobody has such a task', { task_types: 'CALL' }],
  ['there is no such sequence', { sequence_id: '3c90c3cc-0d44-4b50-8888-8dd25736052a' }],
  ['there is no such person', { assignee_user_id: '3c90c3cc-0d44-4b50-8888-8dd25736052a' }],
  ['there is no such template', { sequence_template_ids: '3c90c3cc-0d44-4b50-8888-8dd25736052a' }],
  ['nothing is so new', { created_after: '2040-01-01T00:00:00Z' }],
])('when %s, an empty list is found', async (_what, inputData) => {
  const { app, createTasks } = await startOffice();
  createTasks(2);
  expect(await find(app, inputData)).toEqual([]);
});

test('an unknown status, type or priority is passed to Topo', async () => {
  const { app, sandbox } = await startOffice();
  const inputData = { status: 'on hold', task_types: 'sms-reply', priorities: 'someday' };
  const thrown = await app.thrownBy(perform, { inputData });
  expect(thrown).toMatchObject({ name: 'AppError', status: 400 });
  expect(thrown.message).toMatch(
    /^Topo could not read the request: “.*must be one of.*Check the fields of this step\./,
  );
  const query = sandbox.requests.last?.query;
  expect([query?.get('status'), query?.get('types'), query?.get('priorities')]).toEqual([
    'ON_HOLD',
    'SMS_REPLY',
    'SOMEDAY',
  ]);
});

test('a task with a status that Topo may add is found and counts as open', async () => {
  const task = {
    organization_id: '5a7f3e21-9c84-4b1d-8e60-f3d2c1b0a987',
    sequence_id: null,
    assignee_user_id: null,
    created_at: '2026-03-02T09:15:00Z',
    updated_at: '2026-03-02T09:15:00Z',
  };
  const items = [
    { ...task, id: 'done', status: 'COMPLETED', created_at: '2026-03-03T09:15:00Z' },
    { ...task, id: 'snoozed', status: 'SNOOZED' },
    { ...task, id: 'bare' },
  ];
  const list = { items, total_count: 3, total_pages: 1, has_more: false };
  const { url } = await startReceiver((response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(list)),
  );
  const found = await find(runApp({ TOPO_API_URL: url }, 'topo_key'), {});
  expect(idsOf(found)).toEqual(['snoozed', 'bare', 'done']);
  expect(found[0]).toMatchObject({ ...items[1], assignee: { user_id: null, name: null, email: null } });
});

test('a key without tasks:read is an error that names the scope', async () => {
  const { appWith } = await startOffice();
  const thrown = await appWith('noTasks').thrownBy(perform, {});
  expect(thrown.message).toMatch(/lacks the scope tasks:read/);
});

test('in a large workspace it costs one request when the status is given', async () => {
  const { app, asked, workspace } = await startOffice({ taskCount: 3_000 });
  expect(await find(app, { status: 'PENDING' })).toHaveLength(20);
  expect(asked()).toEqual(['GET /v1/tasks']);
  expect(workspace.taskCount).toBe(3_000);
});
