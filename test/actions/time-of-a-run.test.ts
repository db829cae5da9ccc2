import { describe, expect, test } from '@jest/globals';
import { unknownFacts } from '../../contract/task-facts.ts';
import { startDeadline } from '../../zapier/deadline.ts';
import { openDirectory } from '../../zapier/people/directory.ts';
import { type ReassignmentOrder, reassign } from '../../zapier/tasks/reassign.ts';
import { peopleInReassignment, reassignmentOutput } from '../../zapier/tasks/reassignment-output.ts';
import { type Office, startOffice } from '../support/office.ts';
import { startWithSequence } from '../support/office-with-sequence.ts';
import { run } from '../support/reassign-task-step.ts';
import { runInApp } from '../support/zapier-app.ts';

const _perform = 'creates.reassign_task.operation.perform';

const runOnClock = (office: Office, nowMs: () => number, order: ReassignmentOrder) =>
  runInApp(office.variables, office.workspace.keys.full, async (z) => {
    const deadline = startDeadline(nowMs);
    const directory = openDirectory(z, deadline);
    const reassigned = await reassign({ z, directory, deadline }, order);
    const personOf = await directory.resolveNames(peopleInReassignment(reassigned));
    return reassignmentOutput(reassigned, { personOf, factsOf: () => unknownFacts });
  });

describe('the time of a run', () => {
  const orderOf = (office: Office, id: string, more: Partial<ReassignmentOrder> = {}): ReassignmentOrder => ({
    taskId: id,
    assigneeId: office.taker.userId,
    scope: 'TASK',
    onlyIfAssignedTo: undefined,
    isPreview: false,
    ...more,
  });

  test('no write starts after 20 seconds, and Zapier runs the step again', async () => {
    const office = await startOffice();
    const { id } = office.createTask();
    const nowMs = () => (office.sandbox.requests.length === 0 ? 0 : 20_000);
    const thrown = await runOnClock(office, nowMs, orderOf(office, id)).thrown();
    expect(thrown.name).toBe('ThrottledError');
    expect(thrown.message).toMatch(/what it had not begun was not changed/);
    expect(office.writes()).toEqual([]);
    expect(office.server.told().at(-1)?.json).toEqual({ state: 'failed' });
  });

  test('a write that started in time is settled, and what it moved is read', async () => {
    const office = await startWithSequence();
    const nowMs = () => (office.sandbox.requests.length < 2 ? 0 : 19_999);
    const output = await runOnClock(office, nowMs, orderOf(office, office.task.id, { scope: 'SEQUENCE' })).run();
    expect(output).toMatchObject({ changed: true, moved_count: 3 });
    expect(office.server.told().at(-1)?.json).toMatchObject({ state: 'done' });
  });

  test('after 25 seconds no request is sent', async () => {
    const office = await startWithSequence();
    const nowMs = () => (office.sandbox.changes.length === 0 ? 0 : 25_000);
    const output = await runOnClock(office, nowMs, orderOf(office, office.task.id, { scope: 'SEQUENCE' })).run();
    expect(output).toMatchObject({ changed: true, moved_count: null, moved_tasks: null });
    expect(office.asked().at(-1)).toMatch(/^PATCH /);
    expect(office.server.told().map(({ method }) => method)).toEqual(['POST']);
  });

  test('a preview may use all of it', async () => {
    const office = await startWithSequence();
    const nowMs = () => (office.sandbox.requests.length === 0 ? 0 : 24_000);
    const order = orderOf(office, office.task.id, { scope: 'SEQUENCE', isPreview: true });
    expect(await runOnClock(office, nowMs, order).run()).toMatchObject({ preview: true, moved_count: 3 });
  });
});

test('a reassignment costs Topo two requests and the webhook server three', async () => {
  const { app, createTask, asked, taker, server } = await startOffice();
  const { id } = createTask();
  await run(app, { task_id: id, assignee_user_id: taker.name });
  expect(asked()).toEqual([`GET /v1/tasks/${id}`, `PATCH /v1/tasks/${id}/assignee`]);
  expect(server.receiver.received.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /people',
    'POST /intents',
    'PATCH /intents/int_1',
  ]);
});
