import { describe, expect, test } from '@jest/globals';
import { callUrl } from '../../topo/call-url.ts';
import { reassignScopes, reassignTask } from '../../topo/reassign-task.ts';
import { Task, taskPriorities, taskStatuses, taskTypes } from '../../topo/task.ts';
import { sampleTask, taskOutputFields } from '../../zapier/tasks/task-output.ts';
import { seedPage } from './seed-page.ts';

const { answerFields, answerExample } = seedPage;
const fieldNames = answerFields.map(({ name }) => name);

const exampleOf = ({ type, ...field }: (typeof answerFields)[number]): string => {
  if (type === 'uuid') return answerExample.id;
  return 'options' in field ? field.options[0] : answerExample.created_at;
};

const fullTask = Object.fromEntries(answerFields.map((field) => [field.name, exampleOf(field)]));

test('the task has every field of the page and no other', () => {
  expect(Object.keys(Task.shape).sort()).toEqual([...fieldNames].sort());
});

test('the example of the page is a task', () => {
  expect(Task.parse(answerExample)).toEqual(answerExample);
});

test('a task with every field of the page is parsed unchanged', () => {
  expect(Task.parse(fullTask)).toEqual(fullTask);
});

/** Without these a task cannot be compared with what it was. */
const needed: readonly string[] = ['id', 'assignee_user_id', 'created_at', 'updated_at'];

const malformed = [null, undefined, 17, '', {}, ['x'], 'yesterday', '2026-03-02T09:00:00'];

describe.each(answerFields.filter(({ name }) => needed.includes(name)))('the field $name', ({ name, type }) => {
  test('may be null where the page says so', () => {
    expect(Task.safeParse({ ...fullTask, [name]: null }).success).toBe(name === 'assignee_user_id');
  });

  test('is not read as something else', () => {
    expect(Task.safeParse({ ...fullTask, [name]: 17 }).success).toBe(false);
    expect(Task.safeParse({ ...fullTask, [name]: '' }).success).toBe(false);
    expect(Task.safeParse({ ...fullTask, [name]: undefined }).success).toBe(false);
    if (type === 'date-time') expect(Task.safeParse({ ...fullTask, [name]: 'yesterday' }).success).toBe(false);
    if (type === 'date-time')
      expect(Task.safeParse({ ...fullTask, [name]: '2026-03-02T09:00:00' }).success).toBe(false);
  });
});

describe.each(answerFields.filter(({ name }) => !needed.includes(name)))('the field $name', ({ name, type }) => {
  test.each(malformed.map((value) => [value]))('as %j costs nothing but itself', (value) => {
    const { [name]: field, ...others } = Task.parse({ ...fullTask, [name]: value });
    const { [name]: _left, ...expected } = fullTask;
    expect(others).toEqual(expected);
    const isText = typeof value === 'string' && type !== 'date-time' && value !== '';
    if (!isText) expect([undefined, null, ...(type === 'date-time' ? [] : [''])]).toContain(field);
    if (name === 'sequence_id') expect(field === null || isText).toBe(true);
  });
});

test.each(answerFields.filter(({ type }) => type === 'enum'))('$name may get new values', ({ name }) => {
  expect(Task.parse({ ...fullTask, [name]: 'SOMETHING_NEW' })).toHaveProperty(name, 'SOMETHING_NEW');
});

test('fields that Topo adds pass through', () => {
  expect(Task.parse({ ...fullTask, due_at: '2030-01-01T00:00:00Z' })).toHaveProperty('due_at', '2030-01-01T00:00:00Z');
});

test.each([
  ['type', taskTypes],
  ['priority', taskPriorities],
  ['status', taskStatuses],
] as const)('the known values of %s are those of the page', (name, known) => {
  const field = answerFields.find((each) => each.name === name);
  expect(field).toHaveProperty('options', known);
});

test('the scopes are those of the page, its default first', () => {
  expect(reassignScopes).toEqual(seedPage.scope.options);
  expect(reassignScopes[0]).toBe(seedPage.scope.default);
});

test('to reassign is exactly the request of the page', () => {
  const { assignee_user_id: assigneeId, scope } = seedPage.requestExample;
  const taskId = answerExample.id;
  const call = reassignTask({ taskId, assigneeId, scope });
  expect(call.method).toBe(seedPage.method);
  expect(callUrl('https://api.topo.io/v1', call).href).toBe(seedPage.url.replace('{task_id}', taskId));
  expect(call.json).toEqual(seedPage.requestExample);
});

test('an id cannot leave its place in the path', () => {
  const { path } = reassignTask({ taskId: '../me?x=', assigneeId: answerExample.id, scope: 'TASK' });
  expect(path).toBe('tasks/..%2Fme%3Fx%3D/assignee');
});

test('the action’s output has every field of the page, in the same order', () => {
  expect(Object.keys(sampleTask)).toEqual(fieldNames);
  expect(taskOutputFields().map(({ key }) => key)).toEqual(fieldNames);
});
