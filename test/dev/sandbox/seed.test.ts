import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, expect, test } from '@jest/globals';
import { createSandbox, type SandboxOptions } from '../../../dev/sandbox/create-sandbox.ts';
import { taskPriorities, taskStatuses, taskTypes } from '../../../dev/sandbox/workspace/task.ts';

const dayMs = 86_400_000;
const startAt = new Date('2026-01-31T10:00:00Z');
const clock = () => startAt;

const contentsOf = (options: SandboxOptions) =>
  createSandbox(options).workspaces.map(({ tasks, people, keys, templates, contacts, sequences, organizationId }) => ({
    ...{ tasks, people, keys, templates, organizationId },
    contacts: [...contacts.values()],
    sequences: [...sequences.values()],
  }));

test('the same seed and clock make the same workspaces, another seed makes others', () => {
  expect(contentsOf({ clock })).toEqual(contentsOf({ clock, seed: 1 }));
  const [one] = contentsOf({ clock });
  const [other] = contentsOf({ clock, seed: 2 });
  expect(other?.tasks[0]?.id).not.toBe(one?.tasks[0]?.id);
  expect(other?.people).not.toEqual(one?.people);
  expect(other?.keys).toEqual(one?.keys);
});

test('another clock changes the times and nothing else', () => {
  const [today] = contentsOf({ clock });
  const [tomorrow] = contentsOf({ clock: () => new Date(startAt.getTime() + dayMs) });
  const moved = tomorrow?.tasks.map((task) => new Date(Date.parse(task.updated_at) - dayMs).toISOString());
  expect(moved).toEqual(today?.tasks.map((task) => task.updated_at));
  expect(tomorrow?.tasks.map(({ id }) => id)).toEqual(today?.tasks.map(({ id }) => id));
});

test('the same requests draw the same order of ties in two runs', async () => {
  const run = async () => {
    const sandbox = createSandbox({ clock, seed: 7 });
    const { url, close } = await sandbox.listen();
    const headers = { authorization: `Bearer ${sandbox.workspaces[0].keys.full}` };
    const answers = [];
    for (const path of ['/tasks?size=100', '/tasks?size=100', '/tasks?sort_by=updated_at&size=100', '/nowhere']) {
      answers.push(await (await fetch(`${url}${path}`, { headers })).json());
    }
    await close();
    return answers;
  };
  expect(await run()).toEqual(await run());
});

test('the first workspace has tasks of every kind', () => {
  const [first, second] = createSandbox({ clock }).workspaces;
  const values = (field: 'type' | 'status' | 'priority') => new Set(first.tasks.map((task) => task[field]));
  expect(first.taskCount).toBe(300);
  expect(second.taskCount).toBe(12);
  expect(values('type')).toEqual(new Set(taskTypes));
  expect(values('status')).toEqual(new Set(taskStatuses));
  expect(values('priority')).toEqual(new Set(taskPriorities));
  expect(first.sequences.size).toBe(80);
  expect(first.templates).toHaveLength(4);
  expect(first.people).toHaveLength(6);
  expect(new Set(first.people.map(({ email }) => email)).size).toBe(6);
  expect([...first.contacts.values()].every(({ companyName }) => companyName !== null)).toBe(true);
});

test('some tasks have no assignee, some sequences have several open tasks, one person has none', () => {
  const [first] = createSandbox({ clock }).workspaces;
  expect(first.tasks.filter((task) => task.assignee_user_id === null).length).toBeGreaterThan(10);
  const assignees = new Set(first.tasks.map((task) => task.assignee_user_id));
  expect(first.people.filter(({ userId }) => !assignees.has(userId))).toEqual([first.people.at(-1)]);
  const open = first.tasks.filter(({ status }) => status === 'PENDING' || status === 'IN_PROGRESS');
  const perSequence = Map.groupBy(open, (task) => task.sequence_id);
  expect([...perSequence.values()].filter((tasks) => tasks.length > 1).length).toBeGreaterThan(20);
});

test('seeded tasks are at most thirty days old, and their fields are consistent', () => {
  for (const { tasks, people } of createSandbox({ clock }).workspaces) {
    const userIds = [null, ...people.map(({ userId }) => userId)];
    for (const task of tasks) {
      const [createdMs, updatedMs] = [Date.parse(task.created_at), Date.parse(task.updated_at)];
      expect(createdMs).toBeGreaterThanOrEqual(startAt.getTime() - 30 * dayMs);
      expect(updatedMs).toBeGreaterThanOrEqual(createdMs);
      expect(updatedMs).toBeLessThan(startAt.getTime());
      expect(task.completed_at).toBe(task.status === 'COMPLETED' ? task.updated_at : null);
      expect(task.skipped_at).toBe(task.status === 'SKIPPED' ? task.updated_at : null);
      expect(task.disposition !== null).toBe(task.status === 'COMPLETED' && task.type === 'CALL');
      expect(task.reopen_reason !== null).toBe(task.reopened_at !== null);
      expect(userIds).toContain(task.assignee_user_id);
    }
  }
});

test('a large workspace has the tasks, people and contacts that were asked for, and most contacts have no task', () => {
  const [first] = createSandbox({ clock, taskCount: 1_000, peopleCount: 60, contactCount: 5_000 }).workspaces;
  expect(first.taskCount).toBe(1_000);
  expect(first.people).toHaveLength(60);
  expect(new Set(first.tasks.map((task) => task.assignee_user_id)).size).toBe(60);
  expect(first.contacts.size).toBe(5_000);
  expect(new Set([...first.contacts.values()].map(({ email }) => email)).size).toBe(5_000);
  const positions = [...first.contacts.keys()];
  const inUse = [...first.sequences.values()].flatMap(({ contactId }) => contactId ?? []);
  expect(new Set(inUse).size).toBe(inUse.length);
  expect(inUse.length).toBeLessThan(300);
  // Whoever reads the list from one end must read nearly all of it.
  const places = inUse.map((id) => positions.indexOf(id));
  expect(Math.min(...places)).toBeLessThan(100);
  expect(Math.max(...places)).toBeGreaterThan(4_500);
});

test('every run has a template and a contact of its workspace, except where the contact was deleted', () => {
  for (const { sequences, contacts, templates, tasks } of createSandbox({ clock, taskCount: 1_000 }).workspaces) {
    const templateIds = templates.map(({ id }) => id);
    for (const { contactId, templateId } of sequences.values()) {
      expect(templateIds).toContain(templateId);
      expect(contactId === null || contacts.has(contactId)).toBe(true);
    }
    for (const { sequence_id } of tasks) expect(sequences.has(sequence_id)).toBe(true);
  }
  const [first] = createSandbox({ clock }).workspaces;
  expect([...first.sequences.values()].filter(({ contactId }) => contactId === null)).toHaveLength(2);
});

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

const startMain = async (port: number, environment: Record<string, string> = {}) => {
  const program = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'dev/sandbox/main.ts'], {
    env: { SANDBOX_PORT: String(port), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  closers.push(() => program.kill('SIGKILL'));
  let output = '';
  program.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  for await (const chunk of program.stdout) {
    output += String(chunk);
    if (output.includes('curl')) break;
  }
  return { program, output };
};

test('the program prints a request that works, and stops on a signal', async () => {
  const { program, output } = await startMain(0);
  const url = /curl -X PATCH (\S+) /.exec(output)?.[1] ?? '';
  const authorization = /'Authorization: (.+?)'/.exec(output)?.[1] ?? '';
  const body = /-d '(.+?)'/.exec(output)?.[1] ?? '';
  const response = await fetch(url, {
    method: 'PATCH',
    headers: { authorization, 'content-type': 'application/json' },
    body,
  });
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject(JSON.parse(body));
  for (const key of Object.values(createSandbox().workspaces[0].keys)) expect(output).toContain(key);
  program.kill('SIGTERM');
  expect(await once(program, 'exit')).toEqual([0, null]);
});

test('the program takes a free port when its own is taken, and says so', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  closers.push(() => other.close());
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { program, output } = await startMain(port);
  expect(output).toContain(`Port ${port} is taken, so the sandbox takes a free one.`);
  expect(output).toMatch(/answers at http:\/\/127\.0\.0\.1:\d+\/v1/);
  expect(output).not.toContain(`127.0.0.1:${port}/`);
  program.kill('SIGINT');
  await once(program, 'exit');
});

test('the program takes the size of the workspace from its environment', async () => {
  const size = { SANDBOX_TASKS: '40', SANDBOX_PEOPLE: '9', SANDBOX_CONTACTS: '30', SANDBOX_LATENCY_MS: '120' };
  const { output } = await startMain(0, size);
  expect(output).toContain('Northwind: 40 tasks');
  const people = output.slice(output.indexOf('People'), output.indexOf('Contoso'));
  expect(people.match(/@northwind/g)).toHaveLength(9);
  const url = /answers at (\S+)/.exec(output)?.[1] ?? '';
  const authorization = /'Authorization: (.+?)'/.exec(output)?.[1] ?? '';
  const startMs = performance.now();
  const answer = await fetch(`${url}/contacts`, { headers: { authorization } });
  expect(performance.now() - startMs).toBeGreaterThan(115);
  expect(await answer.json()).toMatchObject({ total_count: 30 });
});

test.each([
  ['SANDBOX_TASKS', '-1', 'from 0 to 1000000'],
  ['SANDBOX_PEOPLE', '1', 'from 2 to 1000'],
  ['SANDBOX_CONTACTS', 'many', 'from 0 to 1000000'],
  ['SANDBOX_LATENCY_MS', '0.5', 'from 0 to 60000'],
])('the program refuses %s=%s', async (name, value, range) => {
  const { output } = await startMain(0, { [name]: value });
  expect(output).toContain(`${name} must be a whole number ${range}.`);
});

test('the program refuses an invalid port', async () => {
  const { program, output } = await startMain(70_000);
  expect(output).toContain('SANDBOX_PORT must be a whole number from 0 to 65535.');
  expect(program.exitCode ?? (await once(program, 'exit'))[0]).toBe(1);
});
