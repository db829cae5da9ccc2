import { expect, test } from '@jest/globals';
import { unknownFacts } from '../../contract/task-facts.ts';
import { taskLabel } from '../../zapier/tasks/task-label.ts';
import { sampleTask } from '../../zapier/tasks/task-output.ts';
import { pluralize } from '../../zapier/wording/labels.ts';
import { first, startTopo } from '../support/topo-sandbox.ts';
import { runApp } from '../support/zapier-app.ts';

const tasks = 'triggers.task_list.operation.perform';
const people = 'triggers.person_list.operation.perform';

type Choice = { id: string; label: string };

const isOpen = ({ status }: { status: string }) => status === 'PENDING' || status === 'IN_PROGRESS';

test('the list of tasks has every open task once and no other, page by page', async () => {
  const { app, workspace } = await startTopo();
  const found: string[] = [];
  for (let page = 0; ; page += 1) {
    const choices = (await app.run(tasks, { meta: { page } })) as Choice[];
    if (choices.length === 0) break;
    found.push(...choices.map(({ id }) => id));
  }
  const open = workspace.tasks.filter(isOpen).map(({ id }) => id);
  expect(open.length).toBeGreaterThan(100);
  expect([...found].sort()).toEqual([...open].sort());
});

test('the list of tasks continues in the same order from page to page', async () => {
  const { app, workspace } = await startTopo();
  const created = new Map(workspace.tasks.map((task) => [task.id, Date.parse(task.created_at)]));
  const pages = (await Promise.all([0, 1, 2].map((page) => app.run(tasks, { meta: { page } })))) as Choice[][];
  const moments = pages.flat().map(({ id }) => created.get(id) ?? 0);
  expect(moments).toEqual([...moments].sort((one, other) => other - one));
});

test('a task is labelled with its contact, company and template, if the key may read them', async () => {
  const { app, workspace } = await startTopo();
  const [choice] = (await app.run(tasks)) as Choice[];
  const task = workspace.tasks.find(({ id }) => id === choice?.id);
  const sequence = workspace.sequences.get(task?.sequence_id ?? '');
  const contact = workspace.contacts.get(sequence?.contactId ?? '');
  const template = workspace.templates.find(({ id }) => id === sequence?.templateId);
  expect(choice?.label).toContain(
    `${contact?.firstName} ${contact?.lastName}, ${contact?.companyName} · ${template?.name}`,
  );
});

test('a key for tasks alone gets plainer labels, for a few requests more', async () => {
  const { sandbox, workspace, url } = await startTopo();
  const app = runApp({ TOPO_API_URL: url }, workspace.keys.tasksOnly);
  const choices = (await app.run(tasks)) as Choice[];
  expect(choices).toHaveLength(30);
  for (const { id, label } of choices) expect(label).toContain(id.slice(0, 8));
  expect(sandbox.requests.length).toBeLessThan(10);
});

test.each([
  ['task_types', 'CALL', (task: { type: string }) => task.type === 'CALL'],
  ['priorities', ['HOT'], (task: { priority: string }) => task.priority === 'HOT'],
])('the list of tasks is filtered by the field %s of the step', async (field, value, fits) => {
  const { app, workspace } = await startTopo();
  const choices = (await app.run(tasks, { inputData: { [field]: value } })) as Choice[];
  const byId = new Map(workspace.tasks.map((task) => [task.id, task]));
  expect(choices.length).toBeGreaterThan(5);
  expect(choices.filter(({ id }) => !fits(byId.get(id) ?? { type: '', priority: '' }))).toEqual([]);
});

test('the list of tasks begins with the newest', async () => {
  const { app, sandbox, workspace } = await startTopo();
  const { id } = sandbox.createTask({ type: 'LINKEDIN_REPLY', priority: 'EXTRA', status: 'IN_PROGRESS' });
  const choices = (await app.run(tasks)) as Choice[];
  expect(choices[0]).toEqual({ id, label: expect.stringMatching(/^LinkedIn reply · .* · Extra · new · unassigned$/) });
  const created = new Map(workspace.tasks.map((task) => [task.id, Date.parse(task.created_at)]));
  const moments = choices.map((choice) => created.get(choice.id) ?? 0);
  expect(moments).toEqual([...moments].sort((one, other) => other - one));
});

test('the list of people has everybody with open tasks, the busiest first', async () => {
  const { app, workspace } = await startTopo();
  const held = new Map<string, number>();
  for (const { assignee_user_id: id } of workspace.tasks.filter(isOpen)) {
    if (id !== null) held.set(id, (held.get(id) ?? 0) + 1);
  }
  const choices = (await app.run(people)) as Choice[];
  expect(new Map(choices.map(({ id, label }) => [id, label]))).toEqual(
    new Map(
      [...held].map(([id, count]) => [id, `Unnamed person ${id.slice(0, 8)}, holds ${pluralize(count, 'open task')}`]),
    ),
  );
  const counts = choices.map(({ id }) => held.get(id) ?? 0);
  expect(counts).toEqual([...counts].sort((one, other) => other - one));
});

test('tasks created at the same moment are listed once each, whatever order Topo returns', async () => {
  const { app, sandbox } = await startTopo({ taskCount: 0, clock: () => new Date('2026-03-04T12:00:00Z') });
  const made = Array.from({ length: 230 }, () => sandbox.createTask({ status: 'PENDING' }).id);
  const found: string[] = [];
  for (let page = 0; page < 9; page += 1) {
    const choices = (await app.run(tasks, { meta: { page } })) as Choice[];
    found.push(...choices.map(({ id }) => id));
  }
  expect(found.toSorted()).toEqual(made.toSorted());
});

test('the list of people reads a few pages of a large workspace, and says that it may be more', async () => {
  const { app, sandbox } = await startTopo({ taskCount: 2_000 });
  const choices = (await app.run(people)) as Choice[];
  expect(first(choices).label).toMatch(/^Unnamed person [0-9a-f]{8}, holds at least \d+ open tasks$/);
  expect(sandbox.requests).toHaveLength(6);
});

test('an empty workspace has empty lists', async () => {
  const { app } = await startTopo({ taskCount: 0 });
  expect(await app.run(tasks)).toEqual([]);
  expect(await app.run(people)).toEqual([]);
});

test('a failure of Topo is an error in the list, too', async () => {
  const { app, sandbox } = await startTopo();
  sandbox.injectFault({ kind: 'rate limit', retryAfter: 9 });
  expect(await app.thrownBy(tasks)).toMatchObject({ name: 'ThrottledError', delay: 9 });
});

const nowMs = Date.parse('2026-03-04T12:00:00Z');
const assignee = { user_id: sampleTask.assignee_user_id, name: null, email: null };
const plainly = { facts: unknownFacts, assignee, nowMs };

test.each([
  ['2026-03-04T11:59:00Z', 'new'],
  ['2026-03-04T12:00:30Z', 'new'],
  ['2026-03-04T11:00:00Z', '1 hour old'],
  ['2026-03-03T12:30:00Z', '23 hours old'],
  ['2026-03-03T12:00:00.123456+01:00', '1 day old'],
  ['2026-02-22T12:00:00Z', '10 days old'],
])('a task of %s is %s', (createdAt, age) => {
  expect(taskLabel({ ...sampleTask, created_at: createdAt }, plainly)).toBe(
    `Call · Hot · ${age} · Unnamed person 1a2b3c4d · 8d2b6c1e`,
  );
});

test('a task whose type and priority are new or missing has a label', () => {
  const { type: _type, priority: _priority, ...task } = { ...sampleTask, created_at: '2026-03-04T12:00:00Z' };
  expect(taskLabel(task, plainly)).toMatch(/^Task · new · /);
  const unknown = { ...task, type: 'SMS_REPLY', priority: 'SOME_DAY' };
  expect(taskLabel(unknown, plainly)).toMatch(/^Sms reply · Some day · new/);
});

test('a label holds no HTML, and stays on one short line', () => {
  const name = '<b onclick="x()">Ada</b>\n\u202eMoreau';
  const facts = {
    contact: { id: 'c1', name, email: null, company: 'x'.repeat(500) },
    sequenceTemplate: { id: 't1', name: '<script>' },
  };
  const label = taskLabel(sampleTask, { facts, assignee: { ...assignee, name: '<i>Kim</i>' }, nowMs });
  expect(label).not.toMatch(/[<>\n\u202e]/);
  expect(label.length).toBeLessThan(300);
});
