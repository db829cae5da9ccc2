import { describe, expect, test } from '@jest/globals';
import { readTaskId, readTaskIds } from '../../../zapier/fields/read-id.ts';

const task = '8d2b6c1e-5f0a-4c67-9d43-2b7a1f90e6c5';
const second = '1a2b3c4d-6e7f-4a8b-9c0d-e1f2a3b4c5d6';
const other = '3e7d1c5a-8b2f-4a6e-9d0c-1f2e3d4c5b6a';

describe('of several ids in one link', () => {
  test.each([
    `https://app.topo.io/tasks/${task}`,
    `https://app.topo.io/tasks/${task}?contact=${other}`,
    `https://app.topo.io/contacts/${other}/tasks/${task}`,
    `https://app.topo.io/${other}/tasks/${task}/sequences/${second}`,
    `https://app.topo.io/tasks/${task}?task_id=${other}`,
    `https://app.topo.io/inbox?task=${other}#/tasks/${task}`,
    `https://app.topo.io/TASKS/${task.toUpperCase()}?next=${other}`,
    `https://app.topo.io/inbox?contact=${other}&task_id=${task}`,
  ])('the one after tasks/ is the task: %s', (link) => {
    expect(readTaskId('Task', link)).toBe(task);
    expect(readTaskIds('Tasks', [link])).toEqual([task]);
  });
});

test('each link and each id of a list counts for itself', () => {
  const links = `https://app.topo.io/tasks/${task}?contact=${other}, https://app.topo.io/inbox?task_id=${second}\n${other}`;
  expect(readTaskIds('Tasks', links)).toEqual([task, second, other]);
});

test('two tasks are still too many for one', () => {
  const links = `https://app.topo.io/tasks/${task} https://app.topo.io/tasks/${second}`;
  expect(() => readTaskId('Task', links)).toThrow('“Task” holds 2 IDs');
});
