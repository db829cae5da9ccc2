// Slow: it runs the built command.

import { type ChildProcess, spawn } from 'node:child_process';
import { afterEach, expect, test } from '@jest/globals';
import { waitUntil } from '../../../dev/local-server/wait-until.ts';
import { createSandbox } from '../../../dev/sandbox/create-sandbox.ts';

const closers: (() => Promise<void>)[] = [];
const started: ChildProcess[] = [];
afterEach(async () => {
  for (const child of started.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
  for (const close of closers.splice(0)) await close();
});

/** A sandbox with a task whose siblings can be moved, and the built command to run against it. */
const open = async () => {
  const sandbox = createSandbox({ taskCount: 40 });
  const { url, close } = await sandbox.listen();
  closers.push(close);
  const [workspace] = sandbox.workspaces;
  const [anna = '', ben = ''] = workspace.people.map(({ userId }) => userId);
  const old = { created_at: '2026-02-20T08:00:00Z', updated_at: '2026-02-21T08:00:00Z' };
  const task = sandbox.createTask({ ...old, assignee_user_id: anna });
  sandbox.createTask({ ...old, sequence_id: task.sequence_id, assignee_user_id: ben });
  const assignees = () => Object.fromEntries(workspace.tasks.map((each) => [each.id, each.assignee_user_id]));

  const start = (...args: string[]) => {
    const child = spawn(process.execPath, ['dist/dev/verify-topo/main.js', ...args], {
      env: { TOPO_API_URL: url, TOPO_API_KEY: workspace.keys.full },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    started.push(child);
    const output = { printed: '', told: '' };
    child.stdout.on('data', (text) => {
      output.printed += text;
    });
    child.stderr.on('data', (text) => {
      output.told += text;
    });
    const ended = new Promise<number | null>((resolve) => {
      child.on('close', (code) => {
        expect(output.printed + output.told).not.toContain(workspace.keys.full);
        resolve(code);
      });
    });
    return { child, output, ended };
  };
  return { sandbox, task, before: assignees(), assignees, start };
};

test('the command prints one object a line, exits with 0, and leaves everything as it was', async () => {
  const { task, start, assignees, before } = await open();
  const { output, ended } = start('--task', task.id, '--yes', '--json', '--sequence');
  expect(await ended).toBe(0);
  const lines = output.printed.trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(15);
  for (const line of lines) expect(Object.keys(JSON.parse(line))).toEqual(['fact', 'expected', 'seen', 'verdict']);
  expect(assignees()).toEqual(before);
});

test('without a terminal the command requires --yes, and exits with 1', async () => {
  const { task, start, sandbox } = await open();
  const { output, ended } = start('--task', task.id);
  expect(await ended).toBe(1);
  expect(output).toEqual({ printed: '', told: expect.stringContaining('say so beforehand with --yes') });
  expect(sandbox.changes.length).toBe(0);
});

test.each([
  ['SIGINT', 1],
  ['SIGTERM', 1],
  ['SIGINT', 3],
] as const)('%s after change number %d gives everything back, even when it is repeated', async (signal, changes) => {
  const { task, start, sandbox, assignees, before } = await open();
  const { child, output, ended } = start('--task', task.id, '--yes', '--sequence');
  await waitUntil('the change is next', () => sandbox.changes.length >= changes - 1);
  // Slow enough for both signals to come in the middle of something.
  sandbox.injectFault({ kind: 'delay', delayMs: 150, times: Number.POSITIVE_INFINITY });
  await waitUntil('the change is made', () => sandbox.changes.length >= changes);
  child.kill(signal);
  await waitUntil('the signal is noticed', () => output.told.includes('Interrupted.'));
  child.kill(signal);
  expect(await ended).toBe(1);
  expect(assignees()).toEqual(before);
  expect(output.told).toContain('It was interrupted, so not every fact was looked at.');
  expect(output.told).toContain('Everything is with whom it was before.');
});

test('after a Ctrl-C during a change the command waits for it, and then gives the task back', async () => {
  const { task, start, sandbox, assignees, before } = await open();
  sandbox.injectFault({ kind: 'delay', delayMs: 1_500, method: 'PATCH', path: `/v1/tasks/${task.id}/assignee` });
  const { child, output, ended } = start('--task', task.id, '--yes');
  const isNext = () => sandbox.requests.entries.some(({ path }) => path.includes('not-an-id'));
  await waitUntil('the change is next', isNext);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(sandbox.changes.length).toBe(0);
  child.kill('SIGINT');
  expect(await ended).toBe(1);
  expect(sandbox.changes.length).toBe(2);
  expect(assignees()).toEqual(before);
  expect(output.told).toContain('Everything is with whom it was before.');
});
