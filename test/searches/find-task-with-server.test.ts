import { describe, expect, test } from '@jest/globals';
import { unknownFacts } from '../../contract/task-facts.ts';
import { type TaskListPage, unassigned } from '../../contract/task-list.ts';
import { toldFacts } from '../../contract/told-facts.ts';
import type { Task } from '../../topo/task.ts';
import { sampleTask } from '../../zapier/tasks/task-output.ts';
import { startReceiver } from '../support/receiver.ts';
import { first, startTopo } from '../support/topo-sandbox.ts';
import { runApp } from '../support/zapier-app.ts';

// Tasks do not tell whom they are about, and Topo does not find those of nobody: the webhook server knows. Here it is
// played, so that it can know less than all, or something else than Topo; `known-tasks.test.ts` has the real one.

const findTask = 'searches.find_task.operation.perform';

type Topo = Awaited<ReturnType<typeof startTopo>>;

const find = async ({ app }: Pick<Topo, 'app'>, inputData: Record<string, unknown>): Promise<Task[]> =>
  (await app.run(findTask, { inputData })) as Task[];

const nobody = { user_id: null, name: null, email: null };

const whole = {
  next: null,
  as_of: '2026-03-02T09:00:00.000Z',
  is_current: true,
  is_complete: true,
  are_facts_complete: true,
  other_open_statuses: [],
  progress: null,
};

/** An empty workspace, the app, and a webhook server that knows these tasks, and says so of what it knows. */
const startWithKnown = async (told: Partial<TaskListPage> = {}) => {
  const topo = await startTopo({ taskCount: 0 });
  const known: Task[] = [];
  const server = await startReceiver((response, { path }) => {
    const isTasks = path.startsWith('/tasks?');
    const asked = new URL(path, 'http://localhost').searchParams.getAll('statuses');
    const tasks = known.filter(({ status = '' }) => (asked.length > 0 ? asked.includes(status) : !isClosed(status)));
    const items = tasks.map((task) => ({ task, assignee: nobody, contact: null, sequence_template: null }));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isTasks ? { ...whole, ...told, items } : { items: [] }));
  });
  const app = runApp({ TOPO_API_URL: topo.url, WEBHOOK_SERVER_URL: server.url }, topo.workspace.keys.full);
  const listed = () => server.received.filter(({ path }) => path.startsWith('/tasks?'));
  return { ...topo, app, server, known, listed };
};

const isClosed = (status: string): boolean => status === 'COMPLETED' || status === 'SKIPPED';

const about = { contact_email: 'ada@initech.example' };

describe('without a webhook server', () => {
  test.each(['contact_email', 'text'])('a search by %s says that it needs one, and asks Topo nothing', async (key) => {
    const { app, sandbox } = await startTopo();
    expect(await app.thrownBy(findTask, { inputData: { [key]: 'ada@initech.example' } })).toMatchObject({
      name: 'HaltedError',
      message: expect.stringMatching(/needs the webhook server of this integration, which is not set up\./),
    });
    expect(sandbox.requests).toHaveLength(0);
  });

  test('a key for tasks alone can search by everything else', async () => {
    const { url, workspace, sandbox } = await startTopo({ taskCount: 0 });
    const { id } = sandbox.createTask({ assignee_user_id: first(workspace.people).userId });
    const app = runApp({ TOPO_API_URL: url }, workspace.keys.tasksOnly);
    const found = await find({ app }, { assignee_user_id: first(workspace.people).userId });
    expect(found.map((task) => task.id)).toEqual([id]);
    expect(found[0]).toMatchObject(toldFacts(unknownFacts));
  });

  test.each(['none', 'Nobody', ' unassigned ', 'Nobody (unassigned)'])(
    '“%s” finds the newest task of nobody, behind a hundred of somebody’s',
    async (assignee_user_id) => {
      const { app, workspace, sandbox } = await startTopo({ taskCount: 0 });
      const { id } = sandbox.createTask({ created_at: '2026-01-01T00:00:00Z' });
      for (let made = 0; made < 120; made += 1) {
        sandbox.createTask({ assignee_user_id: first(workspace.people).userId });
      }
      expect((await find({ app }, { assignee_user_id })).map((task) => task.id)).toEqual([id]);
    },
  );

  test('a page of tasks that Topo returns malformed is followed by the next', async () => {
    const malformed = Array.from({ length: 100 }, (_, row) => ({
      ...sampleTask,
      id: `bad-${row}`,
      updated_at: 'never',
    }));
    const topo = await startReceiver((response, { path }) => {
      const isFirst = new URL(path, 'http://localhost').searchParams.get('page') === '1';
      const items = isFirst ? malformed : [sampleTask];
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ items, total_count: 101, total_pages: 2, has_more: isFirst }));
    });
    const found = await find({ app: runApp({ TOPO_API_URL: topo.url }, 'topo_key') }, { status: 'PENDING' });
    expect(found.map(({ id }) => id)).toEqual([sampleTask.id]);
  });

  test('a search that cannot come to an end says so', async () => {
    const topo = await startReceiver((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ items: [sampleTask], total_count: 5000, total_pages: 5000, has_more: true }));
    });
    const app = runApp({ TOPO_API_URL: topo.url }, 'topo_key');
    const inputData = { assignee_user_id: 'none', status: 'PENDING' };
    expect(await app.thrownBy(findTask, { inputData })).toMatchObject({
      name: 'HaltedError',
      message: expect.stringContaining('No such task is among the newest 1000, and there are more.'),
    });
    expect(topo.received).toHaveLength(10);
  });
});

describe('what the server knows', () => {
  test('is read from Topo before it is acted on: one that no longer fits gives way to the next', async () => {
    const topo = await startWithKnown();
    const make = () => topo.sandbox.createTask({ type: 'CALL' });
    const [newest, middle, oldest] = [make(), make(), make()];
    topo.known.push(newest, middle, oldest);
    topo.sandbox.completeTask(newest.id);
    topo.sandbox.deleteTask(middle.id);
    const found = await find(topo, { ...about, task_types: 'CALL' });
    expect(found[0]).toMatchObject({ id: oldest.id, ...toldFacts(unknownFacts) });
    expect(topo.sandbox.requests).toHaveLength(3);
    expect(topo.listed()).toHaveLength(1);
  });

  test('if the first three have changed, Zapier tries again, and Topo is asked no more', async () => {
    const topo = await startWithKnown();
    for (let made = 0; made < 4; made += 1) {
      const task = topo.sandbox.createTask();
      topo.known.push(task);
      topo.sandbox.completeTask(task.id);
    }
    expect(await topo.app.thrownBy(findTask, { inputData: about })).toMatchObject({
      name: 'ThrottledError',
      message: expect.stringContaining('have just changed. Zapier tries again.'),
      delay: 30,
    });
    expect(topo.sandbox.requests).toHaveLength(3);
  });

  test.each([
    [
      'another assignee',
      { assignee_user_id: unassigned },
      (id: string, { sandbox, workspace }: Topo) => sandbox.reassign(id, first(workspace.people).userId),
    ],
    ['another status', { status: 'PENDING' }, (id: string, { sandbox }: Topo) => sandbox.completeTask(id)],
  ])('is not acted on when Topo shows %s', async (_what, criteria, change) => {
    const topo = await startWithKnown();
    const [changed, other] = [topo.sandbox.createTask(), topo.sandbox.createTask()];
    topo.known.push(changed, other);
    change(changed.id, topo);
    expect((await find(topo, criteria)).map(({ id }) => id)).toEqual([other.id]);
  });

  test('but Topo does not show at all is told', async () => {
    const topo = await startWithKnown();
    topo.known.push({ ...sampleTask });
    expect(await topo.app.thrownBy(findTask, { inputData: about })).toMatchObject({
      name: 'HaltedError',
      message: expect.stringContaining('but Topo does not show it'),
    });
  });

  test('is found among closed tasks when no open one fits', async () => {
    const topo = await startWithKnown();
    const done = topo.sandbox.createTask({ status: 'COMPLETED' });
    topo.known.push(done);
    expect((await find(topo, about)).map(({ id }) => id)).toEqual([done.id]);
    expect(await find(topo, { ...about, status: 'OPEN' })).toEqual([]);
  });

  test('is not taken for newer than a moment to the microsecond', async () => {
    const topo = await startWithKnown();
    topo.known.push({ ...sampleTask, created_at: '2026-03-04T14:30:00.123456Z' });
    const created_after = '2026-03-04T14:30:00.123456Z';
    expect(await find(topo, { ...about, status: 'OPEN', created_after })).toEqual([]);
  });

  test.each(['', 'COMPLETED'])('of closed tasks (status “%s”) is never certain to be all', async (status) => {
    const topo = await startWithKnown();
    expect(await topo.app.thrownBy(findTask, { inputData: { ...about, status } })).toMatchObject({
      name: 'HaltedError',
      message: expect.stringContaining('does not know of every closed task whom it was about'),
    });
  });

  test.each([
    ['a contact', { ...about, status: 'OPEN' }],
    ['a text', { text: 'Initech', status: 'PENDING' }],
  ])('and about %s is nothing, is an empty list only when all is known', async (_what, inputData) => {
    expect(await find(await startWithKnown(), inputData)).toEqual([]);
    const thrownBy = async (told: Partial<TaskListPage>) =>
      (await startWithKnown(told)).app.thrownBy(findTask, { inputData });
    expect(await thrownBy({ is_complete: false, progress: { rows_read: 1200, total_rows: 5000 } })).toMatchObject({
      name: 'HaltedError',
      message: 'The webhook server is still reading your tasks (1,200 of 5,000). Run this again in some minutes.',
    });
    expect(await thrownBy({ is_current: false })).toMatchObject({
      name: 'ThrottledError',
      message: expect.stringContaining('is catching up. Zapier tries again.'),
    });
    expect(await thrownBy({ are_facts_complete: false })).toMatchObject({
      name: 'HaltedError',
      message: expect.stringContaining('does not know yet what some of your tasks are about'),
    });
  });
});

test.each<[string, Partial<TaskListPage>, Record<string, unknown>]>([
  ['is still reading', { is_complete: false }, {}],
  ['has not looked lately', { is_current: false }, { status: 'PENDING' }],
  ['does not know every template', { are_facts_complete: false }, { sequence_template_ids: [sampleTask.id] }],
  ['may have forgotten a closed task', {}, { status: 'COMPLETED' }],
])('Topo is asked what it can answer itself while the server %s', async (_what, told, inputData) => {
  const topo = await startWithKnown(told);
  const template = topo.sandbox.createTemplate('Trial Follow-up');
  const contact = topo.sandbox.createContact({});
  const sequence = topo.sandbox.createSequence({ contactId: contact.id, templateId: template.id });
  const status = inputData['status'] === 'COMPLETED' ? 'COMPLETED' : 'PENDING';
  const { id } = topo.sandbox.createTask({ status, sequence_id: sequence.id });
  const given = 'sequence_template_ids' in inputData ? { sequence_template_ids: [template.id] } : inputData;
  expect((await find(topo, given)).map((task) => task.id)).toEqual([id]);
});

test('Topo is asked when the webhook server fails, unless only the server can tell', async () => {
  const topo = await startWithKnown();
  const { id } = topo.sandbox.createTask();
  topo.server.answer = (response) => response.writeHead(500).end();
  expect((await find(topo, {})).map((task) => task.id)).toEqual([id]);
  expect(await topo.app.thrownBy(findTask, { inputData: about })).toMatchObject({ name: 'AppError', status: 500 });
});

test('open tasks are those that are pending or in progress', async () => {
  const { sandbox, workspace, ...topo } = await startTopo({ taskCount: 0 });
  const assignee_user_id = first(workspace.people).userId;
  const create = (status: 'PENDING' | 'IN_PROGRESS' | 'COMPLETED' | 'SKIPPED') =>
    sandbox.createTask({ assignee_user_id, status }).id;
  const open = [create('PENDING'), create('IN_PROGRESS')];
  create('COMPLETED');
  create('SKIPPED');
  const found = await find(topo, { assignee_user_id, status: 'OPEN' });
  expect(found.map(({ id }) => id).sort()).toEqual(open.toSorted());
});
