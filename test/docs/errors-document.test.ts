import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { ZObject } from 'zapier-platform-core';
import { nobody } from '../../contract/person.ts';
import type { TaskListPage } from '../../contract/task-list.ts';
import type { Fault } from '../../dev/sandbox/fault.ts';
import type { Call } from '../../topo/call.ts';
import { getContact } from '../../topo/get-contact.ts';
import { getSequence } from '../../topo/get-sequence.ts';
import { listSequenceTemplates } from '../../topo/list-sequence-templates.ts';
import { listTasks } from '../../topo/list-tasks.ts';
import { reassignTask } from '../../topo/reassign-task.ts';
import { callTopo } from '../../zapier/request/call-topo.ts';
import { sampleTask } from '../../zapier/tasks/task-output.ts';
import { webhookServerError } from '../../zapier/webhook-server/webhook-server-error.ts';
import { startOlderWebhookServer } from '../support/older-webhook-server.ts';
import { startReceiver } from '../support/receiver.ts';
import { subscribed } from '../support/small-webhook-server.ts';
import { startHttp } from '../support/started-http.ts';
import { startTopo } from '../support/topo-sandbox.ts';
import { runApp, runInApp, type Thrown } from '../support/zapier-app.ts';

// docs/errors.md promises how everything that goes wrong is taken and told. Here every row goes wrong.

type Row = { answered: string; as: string; says: string; why: string };

const rows: Row[] = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => /^\| (Topo|Webhook server|Step): /.test(line))
  .map((line) => {
    const [answered = '', as = '', says = '', why = ''] = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    return { answered, as, says, why };
  });

const errorNames: Record<string, string> = {
  Halted: 'HaltedError',
  Throttled: 'ThrottledError',
  ExpiredAuth: 'ExpiredAuthError',
  Error: 'AppError',
};

/** The text of a cell as an expression: `…` is any text, on one line. */
const expressionOf = (text: string): RegExp =>
  new RegExp(
    `^${text
      .split('…')
      .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
      .join('.+')}$`,
  );

const key = 'topo_live_0123456789abcdef';
const question = listTasks({});
const change = reassignTask({ taskId: sampleTask.id, assigneeId: sampleTask.assignee_user_id, scope: 'TASK' });

/** What the app throws for a call of Topo's. */
const thrownBy = <Answer>(url: string, apiKey: string, call: Call<Answer>, remainingMs = 20_000) =>
  runInApp({ TOPO_API_URL: url }, apiKey, async (z: ZObject) => ({
    answer: await callTopo(z, call, {
      deadline: { remainingMs: () => remainingMs, mayStartWrite: () => remainingMs > 0 },
    }),
  })).thrown();

/** The same while the sandbox has a fault. */
const faulty = async <Answer>(fault: Fault, call: Call<Answer>): Promise<Thrown> => {
  const { sandbox, url, workspace } = await startTopo();
  sandbox.injectFault(fault);
  return thrownBy(url, workspace.keys.full, call, fault.kind === 'delay' ? 100 : 20_000);
};

/** The same when some server says this. */
const answered = async <Answer>(status: number, body: string, call: Call<Answer>): Promise<Thrown> => {
  const topo = await startReceiver((response) => response.writeHead(status, { location: '/elsewhere' }).end(body));
  return thrownBy(topo.url, key, call);
};

const trigger = 'triggers.task_reassigned.operation';
const newTask = 'triggers.new_task.operation';
const targetUrl = 'https://hooks.zapier.com/hooks/standard/1/abc/';

/** What the app throws when a Zap is turned on and the webhook server says this. */
const subscribing = async (status: number, body: string): Promise<Thrown> => {
  const server = await startReceiver((response) => response.writeHead(status, { location: '/elsewhere' }).end(body));
  return runApp({ WEBHOOK_SERVER_URL: server.url }, key).thrownBy(`${trigger}.performSubscribe`, { targetUrl });
};

/** The same with what the real server says. */
const really = async (
  inputData: Record<string, unknown>,
  prepare: Prepare,
  { target = targetUrl, operation = trigger } = {},
): Promise<Thrown> => {
  const http = await startHttp();
  try {
    const app = runApp({ WEBHOOK_SERVER_URL: http.url }, prepare(http));
    return await app.thrownBy(`${operation}.performSubscribe`, { targetUrl: target, inputData });
  } finally {
    await http.close();
  }
};
type Prepare = (http: Awaited<ReturnType<typeof startHttp>>) => string;

/** What a trigger throws when a Zap is turned on, and the webhook server is of version 0.1.0. */
const subscribingAtOlderServer = async (operation: string, inputData: Record<string, unknown>): Promise<Thrown> => {
  const { url } = await startOlderWebhookServer();
  return runApp({ WEBHOOK_SERVER_URL: url }, key).thrownBy(`${operation}.performSubscribe`, { targetUrl, inputData });
};

/** What *Reassign Task* throws in a workspace whose directory knows two people called Kim. */
const reassigning = async (inputData: (ground: { taskId: string; holderId: string }) => object): Promise<Thrown> => {
  const { sandbox, workspace, url } = await startTopo();
  const [holder, ...others] = workspace.people.map(({ userId }) => userId);
  const items = others.slice(0, 2).map((user_id, row) => ({ user_id, name: 'Kim', email: `kim${row}@example.com` }));
  const server = await startReceiver((response) => response.end(JSON.stringify({ items })));
  const task = sandbox.createTask({ assignee_user_id: holder ?? null, status: 'PENDING' });
  const app = runApp({ TOPO_API_URL: url, WEBHOOK_SERVER_URL: server.url }, workspace.keys.full);
  const given = { task_id: task.id, assignee_user_id: 'kim1@example.com' };
  const thrown = await app.thrownBy('creates.reassign_task.operation.perform', {
    inputData: { ...given, ...inputData({ taskId: task.id, holderId: holder ?? '' }) },
  });
  expect(sandbox.changes).toHaveLength(0);
  return thrown;
};

/** What *Find Person* throws where the directory knows people who share a name, or an e-mail. */
const finding = async (person: string): Promise<Thrown> => {
  const items = ['1', '2'].map((user_id) => ({ user_id, name: 'Kim', email: 'kim@example.com' }));
  const server = await startReceiver((response) => response.end(JSON.stringify({ items })));
  return runApp({ WEBHOOK_SERVER_URL: server.url }, key).thrownBy(findPerson, { inputData: { person } });
};

/** What *Find Task* throws where the webhook server says this, and knows an open task that differs so from Topo's. */
const searching = async (
  told: Partial<TaskListPage>,
  inputData: Record<string, unknown> = {},
  inTopo?: { status?: 'COMPLETED'; id?: string },
  step = findTask,
): Promise<Thrown> => {
  const { sandbox, workspace, url } = await startTopo({ taskCount: 0 });
  const task = {
    ...sandbox.createTask(inTopo?.status === undefined ? {} : { status: inTopo.status }),
    status: 'PENDING',
  };
  const listed = {
    task: { ...task, id: inTopo?.id ?? task.id },
    assignee: nobody,
    contact: null,
    sequence_template: null,
  };
  const read = {
    next: null,
    as_of: null,
    is_current: true,
    is_complete: true,
    are_facts_complete: true,
    progress: null,
  };
  const page = { ...read, ...told, items: inTopo === undefined ? [] : [listed] };
  const server = await startReceiver((response) => response.end(JSON.stringify(page)));
  const app = runApp({ TOPO_API_URL: url, WEBHOOK_SERVER_URL: server.url }, workspace.keys.full);
  return app.thrownBy(step, {
    inputData: { contact_email: 'ada@initech.example', status: 'OPEN', ...inputData },
  });
};
const findTask = 'searches.find_task.operation.perform';
const contactTasks = 'creates.reassign_contact_tasks.operation.perform';

/** What *Reassign a Contact’s Tasks* throws where the webhook server says this. */
const movingTasksOf = (contact_email: string, told: Partial<TaskListPage> = {}): Promise<Thrown> =>
  searching(told, { contact_email, to_user_id: sampleTask.assignee_user_id }, undefined, contactTasks);

/** What *Task Reassigned* throws when a Zap with these fields is turned on, before it asks anybody. */
const turningOn = (inputData: Record<string, unknown>): Promise<Thrown> =>
  runApp({}, key).thrownBy(`${trigger}.performSubscribe`, { targetUrl, inputData });

const assigning = (assignee_user_id: string) => ({ task_id: sampleTask.id, assignee_user_id });
const findPerson = 'searches.find_person.operation.perform';

const said = (code: string) =>
  JSON.stringify({ error: { code, message: 'What happened, and what to do.', request_id: 'req_9' } });
const html = '<!doctype html><title>Welcome</title>';

const provocations: Record<string, (() => Promise<Thrown>)[]> = {
  'Topo: 400': [() => faulty({ kind: 'status', status: 400 }, change)],
  'Topo: 401': [() => faulty({ kind: 'status', status: 401 }, change)],
  'Topo: 403': [() => faulty({ kind: 'status', status: 403 }, listSequenceTemplates({}))],
  'Topo: 404': [() => faulty({ kind: 'status', status: 404 }, change)],
  'Topo: 409': [() => faulty({ kind: 'status', status: 409 }, change)],
  'Topo: 422': [() => faulty({ kind: 'status', status: 422 }, change)],
  'Topo: 429': [() => faulty({ kind: 'rate limit' }, change), () => faulty({ kind: 'rate limit' }, question)],
  'Topo: 503': [() => faulty({ kind: 'status', status: 503 }, change)],
  'Topo: another 5xx, to a question': [() => faulty({ kind: 'status', status: 500 }, question)],
  'Topo: another 5xx, to a change': [() => faulty({ kind: 'status', status: 500 }, change)],
  'Topo: any other status': [() => faulty({ kind: 'status', status: 418 }, question)],
  'Topo: nothing in time, to a question': [() => faulty({ kind: 'delay', delayMs: 1_000 }, question)],
  'Topo: nothing in time, to a change': [() => faulty({ kind: 'delay', delayMs: 1_000 }, change)],
  'Topo: the connection is refused or cut, to a question': [() => faulty({ kind: 'cut' }, question)],
  'Topo: the connection is refused or cut, to a change': [() => faulty({ kind: 'cut', afterwards: true }, change)],
  'Topo: a redirect': [() => answered(307, '', question), () => answered(301, '', change)],
  'Topo: HTML with a status below 300, to a question': [() => faulty({ kind: 'html', status: 200 }, question)],
  'Topo: HTML with a status below 300, to a change': [() => faulty({ kind: 'html', status: 200 }, change)],
  'Topo: HTML with 401, 403, 404 or another 4xx': [401, 403, 404, 400, 413].map(
    (status) => () => faulty({ kind: 'html', status }, question),
  ),
  'Topo: HTML with 429 or 503': [429, 503].map((status) => () => faulty({ kind: 'html', status }, question)),
  'Topo: HTML with another 5xx': [() => faulty({ kind: 'html' }, question)],
  'Topo: something that is not a task': [() => answered(200, JSON.stringify({ id: 'a value of theirs' }), change)],
  'Topo: so slow that the time of a run is over': [
    () => thrownBy('http://127.0.0.1:9/v1', key, question, 0),
    () => thrownBy('http://127.0.0.1:9/v1', key, change, 0),
  ],
  'Webhook server: 400': [() => really({}, ({ keys }) => keys.full, { target: 'https://elsewhere.example.com/' })],
  'Webhook server: 400, because it is of an earlier version and does not know an event': [
    () => subscribingAtOlderServer(newTask, {}),
    () => subscribingAtOlderServer(trigger, { also_new: 'yes' }),
  ],
  'Webhook server: 401': [() => really({}, () => key)],
  'Webhook server: 403': [
    () => really({}, ({ keys }) => keys.noTasks),
    () => really({ sequence_template_ids: sampleTask.id }, ({ keys }) => keys.tasksOnly),
  ],
  'Webhook server: 409': [() => subscribing(409, said('quota_reached'))],
  'Webhook server: 429': [() => subscribing(429, said('rate_limited'))],
  'Webhook server: 503': [
    () =>
      really({}, ({ sandbox, keys }) => {
        sandbox.injectFault({ kind: 'status', status: 500, times: Number.POSITIVE_INFINITY });
        return keys.full;
      }),
  ],
  'Webhook server: another 5xx': [() => subscribing(500, said('internal_error'))],
  'Webhook server: an error that is not its own': [401, 404, 502].map((status) => () => subscribing(status, html)),
  'Webhook server: something that was not agreed on': [() => subscribing(200, html), () => subscribing(201, '{}')],
  'Webhook server: nothing in time': [async () => webhookServerError({ kind: 'timed out', timeoutMs: 20_000 })],
  'Webhook server: the connection is refused or cut': [
    () =>
      runApp({ WEBHOOK_SERVER_URL: 'http://127.0.0.1:9' }, key).thrownBy(`${trigger}.performSubscribe`, { targetUrl }),
  ],
  'Webhook server: a redirect': [() => subscribing(302, '')],
  'Webhook server: no address is configured': [
    () => runApp({}, key).thrownBy(`${trigger}.performSubscribe`, { targetUrl }),
  ],
  'Step: a field that must be filled in is empty': [
    () => reassigning(() => ({ task_id: ' ' })),
    () => reassigning(() => ({ assignee_user_id: '' })),
  ],
  'Step: a field holds something that it does not take': [
    () => reassigning(() => ({ task_id: 'the first one' })),
    () => reassigning(() => ({ scope: 'EVERYTHING' })),
    () => reassigning(() => ({ preview_only: 'perhaps' })),
  ],
  'Step: a field for the e-mail of a contact holds something else': [
    () => movingTasksOf('Ada Moreau'),
    () => movingTasksOf('ada@initech.example, grace@globex.example'),
  ],
  'Step: “Also Start for New Tasks” together with “Previous Assignee”': [
    () => turningOn({ also_new: 'yes', previous_assignee_ids: [sampleTask.assignee_user_id] }),
  ],
  'Step: the choices of a trigger contradict each other': [
    () => turningOn({ kinds: 'assigned', previous_assignee_ids: [sampleTask.assignee_user_id] }),
  ],
  'Step: nobody has the name or e-mail': [
    () => reassigning(() => ({ assignee_user_id: 'Robin' })),
    () => reassigning(() => ({ only_if_assigned_to: 'robin@example.com' })),
  ],
  'Step: several people have the name': [() => reassigning(() => ({ assignee_user_id: 'kim' }))],
  'Step: several people may be whom Find Person looks for': [() => finding('kim'), () => finding('kim@example.com')],
  'Step: a name or an e-mail, and no webhook server is configured': [
    () => runApp({}, key).thrownBy(findPerson, { inputData: { person: 'Kim' } }),
    () => runApp({}, key).thrownBy('creates.reassign_task.operation.perform', { inputData: assigning('Kim') }),
  ],
  'Step: somebody else has the task than “Only If Currently Assigned To” says': [
    () => reassigning(() => ({ only_if_assigned_to: 'kim0@example.com' })),
  ],
  'Step: a contact or a text to search by, and no webhook server is configured': [
    () => runApp({}, key).thrownBy(findTask, { inputData: { contact_email: 'ada@initech.example' } }),
    () => runApp({}, key).thrownBy(findTask, { inputData: { text: 'Initech' } }),
  ],
  'Step: the tasks of a contact are to move, and no webhook server is configured': [
    () =>
      runApp({}, key).thrownBy(contactTasks, {
        inputData: { contact_email: 'ada@initech.example', to_user_id: sampleTask.assignee_user_id },
      }),
  ],
  'Step: the webhook server has not read every task yet': [
    () => searching({ is_complete: false, progress: { rows_read: 1200, total_rows: 5000 } }),
    () => movingTasksOf('ada@initech.example', { is_complete: false, progress: { rows_read: 1200, total_rows: 5000 } }),
  ],
  'Step: the webhook server has not looked at Topo for more than two minutes': [
    () => searching({ is_current: false }),
    () => movingTasksOf('ada@initech.example', { is_current: false }),
  ],
  'Step: none was found, and the webhook server does not know what every open task is about': [
    () => searching({ are_facts_complete: false }),
    () => movingTasksOf('ada@initech.example', { are_facts_complete: false }),
  ],
  'Step: none was found by contact or text, and closed tasks were wanted too': [
    () => searching({}, { status: '' }),
    () => searching({}, { text: 'Initech', status: 'SKIPPED' }),
  ],
  'Step: what was found has changed in Topo since': [() => searching({}, {}, { status: 'COMPLETED' })],
  'Step: what was found is not in Topo': [() => searching({}, {}, { id: crypto.randomUUID() })],
  'Step: none is among the newest 1000 tasks that Topo lists, and there are more': [
    async () => {
      const list = { items: [sampleTask], total_count: 5000, total_pages: 50, has_more: true };
      const topo = await startReceiver((response) => response.end(JSON.stringify(list)));
      return runApp({ TOPO_API_URL: topo.url }, key).thrownBy(findTask, { inputData: { assignee_user_id: 'none' } });
    },
  ],
  'Step: a task that nobody may have belongs to somebody': [
    () => reassigning(() => ({ only_if_assigned_to: 'Nobody' })),
  ],
};

const failures = rows.filter(({ as }) => as !== 'nothing');

test('the table has every way to go wrong, each once, and each with its reason', () => {
  expect(failures.map((row) => row.answered)).toEqual(Object.keys(provocations));
  for (const { as, why } of rows) {
    expect([...Object.keys(errorNames), 'nothing']).toContain(as);
    expect(why).toMatch(/^[A-Z].*\.$/);
  }
});

test.each(failures)('$answered → $as', async ({ answered: row, as, says }) => {
  for (const provoke of provocations[row] ?? []) {
    const thrown = await provoke();
    const message = thrown.message.startsWith('{') ? JSON.parse(thrown.message).message : thrown.message;
    expect(thrown.name).toBe(errorNames[as]);
    expect(message).toMatch(expressionOf(says));
    expect(message).not.toMatch(/topo_|whsec_|a value of theirs|hooks\.zapier\.com|</);
  }
});

describe('nothing goes wrong', () => {
  beforeEach(() => {
    jest.spyOn(console, 'error').mockImplementation(() => {});
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test.each([401, 404, 410])('when a Zap is turned off and the webhook server answers %i', async (status) => {
    const server = await startReceiver((response) => response.writeHead(status).end());
    const app = runApp({ WEBHOOK_SERVER_URL: server.url }, key);
    await expect(app.run(`${trigger}.performUnsubscribe`, { subscribeData: subscribed })).resolves.toEqual({});
  });

  test.each<[string, number, string]>([
    ['refuses', 401, said('unauthorized')],
    ['fails', 500, said('internal_error')],
    ['is another program', 200, html],
    ['redirects', 307, ''],
  ])('when an action tells of a reassignment and the webhook server %s', async (_what, status, body) => {
    const { url, workspace, sandbox } = await startTopo();
    const server = await startReceiver((response) => response.writeHead(status, { location: '/' }).end(body));
    const [holder, taker] = workspace.people;
    const task = sandbox.createTask({ assignee_user_id: holder?.userId ?? null });
    const app = runApp({ TOPO_API_URL: url, WEBHOOK_SERVER_URL: server.url }, workspace.keys.full);
    const inputData = { task_id: task.id, assignee_user_id: taker?.userId };
    await expect(app.run('creates.reassign_task.operation.perform', { inputData })).resolves.toBeDefined();
    expect(sandbox.task(task.id)?.assignee_user_id).toBe(taker?.userId);
  });
});

test.each([
  ['contacts:read', getContact(sampleTask.id)],
  ['sequences:read', getSequence(sampleTask.id)],
  ['sequences:read', listSequenceTemplates({})],
])('a key without the scope %s is told to have it besides the usual ones', async (scope, call) => {
  const { url, workspace } = await startTopo();
  const thrown = await thrownBy<object>(url, workspace.keys.tasksOnly, call);
  expect(thrown.message).toContain(
    `lacks the scope ${scope}. Make a new key with the scopes tasks:read, tasks:write and ${scope} in Topo`,
  );
});

test.each([
  ['readOnly', change, 'tasks:write'],
  ['noTasks', question, 'tasks:read'],
] as const)('the key “%s” is told of the usual scopes, each once', async (name, call, scope) => {
  const { url, workspace } = await startTopo();
  const thrown = await thrownBy<object>(url, workspace.keys[name], call);
  expect(thrown.message).toContain(
    `lacks the scope ${scope}. Make a new key with the scopes tasks:read and tasks:write in Topo`,
  );
});
