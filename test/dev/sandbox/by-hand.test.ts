import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createSandbox } from '../../../dev/sandbox/create-sandbox.ts';
import { describeSandbox } from '../../../dev/sandbox/describe-sandbox.ts';
import type { Listening } from '../../../dev/sandbox/listen.ts';
import type { Task } from '../../../dev/sandbox/workspace/task.ts';

let elapsedMs = 0;
const sandbox = createSandbox({ clock: () => new Date(Date.parse('2026-01-31T10:00:00Z') + elapsedMs), taskCount: 20 });
const [workspace, foreign] = sandbox.workspaces;
const [anna = '', ben = ''] = workspace.people.map(({ userId }) => userId);
const last = workspace.people.at(-1)?.userId ?? '';
const stranger = '3c90c3cc-0d44-4b50-8888-8dd25736052a';

let listening: Listening;
beforeAll(async () => {
  listening = await sandbox.listen();
});
afterAll(() => listening.close());

type Answer = { status: number; answer: Task & { type: string } };

/** As `curl` sends it: without a key, and a body is called a form. */
const byHand = async (path: string, body?: unknown): Promise<Answer> => {
  const response = await fetch(`${listening.url.replace('/v1', '/sandbox')}${path}`, {
    method: 'POST',
    ...(body !== undefined && {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: JSON.stringify(body),
    }),
  });
  return { status: response.status, answer: (await response.json()) as Answer['answer'] };
};

const ask = async (path: string): Promise<unknown> => {
  const headers = { authorization: `Bearer ${workspace.keys.full}` };
  return (await fetch(`${listening.url}${path}`, { headers })).json();
};

const list = async (query: string): Promise<Task[]> => ((await ask(`/tasks?${query}`)) as { items: Task[] }).items;

/** Each test has a moment of its own, later than the one before. */
const later = (): string => {
  elapsedMs += 1000;
  return new Date(Date.parse('2026-01-31T10:00:00Z') + elapsedMs).toISOString();
};

const make = async (body?: unknown): Promise<Task> => (await byHand('/tasks', body)).answer;

test('a task made by hand is new, open and nobody’s, and heads both lists', async () => {
  const at = later();
  const { status, answer } = await byHand('/tasks');
  expect(status).toBe(200);
  expect(answer).toEqual({
    id: expect.any(String),
    organization_id: workspace.organizationId,
    type: 'EMAIL_REPLY',
    priority: 'TODAY',
    status: 'PENDING',
    sequence_id: expect.any(String),
    assignee_user_id: null,
    disposition: null,
    reopened_at: null,
    reopen_reason: null,
    skipped_at: null,
    completed_at: null,
    created_at: at,
    updated_at: at,
  });
  for (const order of ['created_at', 'updated_at']) {
    expect(await list(`sort_by=${order}&sort_order=desc&size=1`)).toEqual([answer]);
  }
});

test('a task made by hand belongs to a run with a contact and a template', async () => {
  const { sequence_id } = await make();
  const run = (await ask(`/sequences/${sequence_id}`)) as { contact_id: string; sequence_template_id: string };
  expect(run).toMatchObject({ id: sequence_id, status: 'WAITING_FOR_USER' });
  expect(await ask(`/contacts/${run.contact_id}`)).toMatchObject({ first_name: expect.any(String) });
  expect(workspace.templates.map(({ id }) => id)).toContain(run.sequence_template_id);
});

test('what is said of a task made by hand is so', async () => {
  const { sequence_id } = await make();
  const said = { type: 'CALL', priority: 'HOT', assignee_user_id: anna, sequence_id };
  expect(await make(said)).toMatchObject(said);
});

test('a task completed by hand is closed, and what a call came to is null unless it is said', async () => {
  const [one, two] = [await make({ type: 'CALL', assignee_user_id: anna }), await make({ type: 'CALL' })];
  const at = later();
  const { answer } = await byHand(`/tasks/${one.id}/complete`);
  expect(answer).toEqual({ ...one, status: 'COMPLETED', completed_at: at, updated_at: at });
  expect((await byHand(`/tasks/${two.id}/complete`, { disposition: 'NO_ANSWER' })).answer.disposition).toBe(
    'NO_ANSWER',
  );
  expect((await list('sort_by=updated_at&sort_order=desc&size=2')).map(({ id }) => id).sort()).toEqual(
    [one.id, two.id].sort(),
  );
  expect((await list('status=PENDING&size=100')).map(({ id }) => id)).not.toContain(one.id);
});

test('a task that is closed cannot be completed by hand', async () => {
  const { id } = await make();
  await byHand(`/tasks/${id}/complete`);
  const { status, answer } = await byHand(`/tasks/${id}/complete`);
  expect([status, answer.type]).toEqual([409, 'CommitIssue']);
});

test('a task goes by hand to whoever is named, to nobody, or to whoever is next', async () => {
  const task = await make({ assignee_user_id: last });
  const at = later();
  const give = async (body?: unknown) => (await byHand(`/tasks/${task.id}/reassign`, body)).answer;
  expect(await give()).toEqual({ ...task, assignee_user_id: anna, updated_at: at });
  expect((await give()).assignee_user_id).toBe(ben);
  expect((await give({ assignee_user_id: null })).assignee_user_id).toBeNull();
  expect((await give()).assignee_user_id).toBe(anna);
  expect((await give({ assignee_user_id: last })).assignee_user_id).toBe(last);
  expect(sandbox.changes.last).toMatchObject({ taskId: task.id, previous: anna, next: last, by: 'direct' });
});

test.each([
  ['/tasks', { type: 'FAX' }, 400],
  ['/tasks', { priority: 1 }, 400],
  ['/tasks', { sequence_id: 'one' }, 400],
  ['/tasks', { assignee_user_id: stranger }, 404],
  ['/tasks', [], 400],
  [`/tasks/${stranger}/complete`, undefined, 404],
  [`/tasks/${stranger}/reassign`, undefined, 404],
  ['/tasks/one/complete', undefined, 400],
  ['/nothing', undefined, 404],
])('POST %s with %j by hand is refused with Topo’s error body', async (path, body, status) => {
  const before = workspace.taskCount;
  expect(await byHand(path, body)).toMatchObject({ status, answer: { status_code: status } });
  expect(workspace.taskCount).toBe(before);
});

test('by hand nobody of another workspace gets a task, and no unknown outcome is kept', async () => {
  const { id } = await make();
  const wrong = { assignee_user_id: foreign.people[0]?.userId };
  expect(await byHand(`/tasks/${id}/reassign`, wrong)).toMatchObject({ status: 404 });
  expect(await byHand(`/tasks/${id}/complete`, { disposition: 'MAYBE' })).toMatchObject({ status: 400 });
  expect(sandbox.task(id)).toMatchObject({ status: 'PENDING', assignee_user_id: null });
});

test('a control is no part of the API: faults leave it alone', async () => {
  const lift = sandbox.injectFault({ kind: 'status', status: 500, times: Number.POSITIVE_INFINITY });
  expect((await byHand('/tasks')).status).toBe(200);
  lift();
});

test('the commands that the sandbox shows name tasks that are there and open', async () => {
  const shown = describeSandbox(sandbox, listening.url);
  const paths = [...shown.matchAll(/curl -X POST \S+\/sandbox(\/\S+)/g)].map(([, path = '']) => path);
  expect(paths.map((path) => path.split('/').at(-1))).toEqual(['tasks', 'reassign', 'complete']);
  for (const path of paths) expect((await byHand(path)).status).toBe(200);
});
