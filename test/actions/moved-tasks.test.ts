import { describe, expect, test } from '@jest/globals';
import { taskLabels } from '../../contract/labels.ts';
import { unknownFacts } from '../../contract/task-facts.ts';
import { toldFacts } from '../../contract/told-facts.ts';
import type { FaultKind } from '../../dev/sandbox/fault.ts';
import { startOffice } from '../support/office.ts';
import { startWithSequence } from '../support/office-with-sequence.ts';
import { personOf, run } from '../support/reassign-task-step.ts';
import { startReceiver } from '../support/receiver.ts';
import { runApp } from '../support/zapier-app.ts';

const perform = 'creates.reassign_task.operation.perform';
const nobody = { user_id: null, name: null, email: null };

describe('the tasks of a sequence', () => {
  test('that moved are listed with their previous assignees; closed ones stay', async () => {
    const { app, sandbox, task, own, lent, closed, holder, taker, bystander, holderOf, asked } =
      await startWithSequence();
    const output = await run(app, { task_id: task.id, assignee_user_id: taker.userId, scope: 'SEQUENCE' });
    expect(output).toEqual({
      ...sandbox.task(task.id),
      ...taskLabels(task),
      ...toldFacts(unknownFacts),
      summary: `3 tasks moved to ${taker.name} (${taker.email}).`,
      changed: true,
      preview: false,
      would_move_count: 0,
      previous_assignee: personOf(holder),
      new_assignee: personOf(taker),
      moved_count: 3,
      moved_tasks: [
        expect.objectContaining({ id: task.id, previous_assignee: personOf(holder) }),
        expect.objectContaining({ id: own.id, status: 'IN_PROGRESS', previous_assignee: personOf(holder) }),
        expect.objectContaining({ id: lent.id, previous_assignee: personOf(bystander) }),
      ],
      choice_reason: null,
      request_id: null,
    });
    expect(holderOf(closed.id)).toBe(holder.userId);
    expect(asked()).toEqual([
      `GET /v1/tasks/${task.id}`,
      'GET /v1/tasks',
      `PATCH /v1/tasks/${task.id}/assignee`,
      'GET /v1/tasks',
    ]);
  });

  test('are recognised by their assignee, not by when they changed', async () => {
    const assumptions = { reassigningMovesUpdatedAt: false, siblingsMoveUpdatedAt: false };
    const { app, task, taker } = await startWithSequence({ assumptions });
    const output = await run(app, { task_id: task.id, assignee_user_id: taker.userId, scope: 'SEQUENCE' });
    expect(output).toMatchObject({ changed: true, moved_count: 3 });
  });

  test('are those that Topo really moved, even if it counts fewer as open', async () => {
    const { app, task, lent, taker } = await startWithSequence({ assumptions: { actionableStatuses: ['PENDING'] } });
    const output = await run(app, { task_id: task.id, assignee_user_id: taker.userId, scope: 'SEQUENCE' });
    expect(output.moved_tasks?.map(({ id }) => id)).toEqual([task.id, lent.id]);
  });

  test('are those that Topo really moved, even if it takes closed ones too', async () => {
    const { app, task, own, lent, closed, taker } = await startWithSequence({
      assumptions: { actionableStatuses: ['PENDING', 'IN_PROGRESS', 'COMPLETED'] },
    });
    const output = await run(app, { task_id: task.id, assignee_user_id: taker.userId, scope: 'SEQUENCE' });
    expect(output.moved_tasks?.map(({ id }) => id).sort()).toEqual(
      [task, own, lent, closed].map(({ id }) => id).sort(),
    );
  });

  test.each<[string, FaultKind]>([
    ['429', { kind: 'rate limit' }],
    ['500', { kind: 'status', status: 500 }],
    ['403', { kind: 'status', status: 403 }],
    ['a page', { kind: 'html', status: 200 }],
    ['a redirect', { kind: 'html', status: 302 }],
    ['a cut', { kind: 'cut' }],
  ])(
    'cannot be told when the look at them afterwards fails (%s), which does not undo the reassignment',
    async (_what, fault) => {
      const { app, sandbox, server, task, taker, own, holderOf } = await startWithSequence();
      const { answer } = server.receiver;
      server.receiver.answer = (response, request) => {
        if (request.method === 'PATCH') sandbox.injectFault({ ...fault, method: 'GET' });
        answer(response, request);
      };
      const output = await run(app, { task_id: task.id, assignee_user_id: taker.userId, scope: 'SEQUENCE' });
      expect(output).toMatchObject({ changed: true, moved_count: null, moved_tasks: null });
      expect(output.summary).toMatch(/^The task is with .+ now; Topo does not tell which others move with it\.$/);
      expect(output.assignee_user_id).toBe(taker.userId);
      expect(holderOf(own.id)).toBe(taker.userId);
    },
  );

  test.each([403, 404])(
    'cannot be told when the list is refused (%i), and are reassigned all the same',
    async (status) => {
      const { app, sandbox, task, own, holderOf, taker, holder } = await startWithSequence();
      sandbox.injectFault({ kind: 'status', status, path: '/v1/tasks', times: Number.POSITIVE_INFINITY });
      const output = await run(app, { task_id: task.id, assignee_user_id: taker.userId, scope: 'SEQUENCE' });
      expect(output).toMatchObject({ changed: true, moved_count: null, previous_assignee: personOf(holder) });
      expect(holderOf(own.id)).toBe(taker.userId);
    },
  );

  test('may fill more than one page', async () => {
    const { app, createTask, createTasks, taker } = await startOffice();
    const task = createTask();
    createTasks(120, { sequence_id: task.sequence_id });
    const output = await run(app, { task_id: task.id, assignee_user_id: taker.userId, scope: 'SEQUENCE' });
    expect(output.moved_count).toBe(121);
    expect(new Set(output.moved_tasks?.map(({ id }) => id)).size).toBe(121);
  });
});

describe('where Topo differs from what we expect', () => {
  test.each(['TASK', 'SEQUENCE'])(
    'without a page for a task it is reassigned, and what was before is null (%s)',
    async (scope) => {
      const { app, task, own, holderOf, taker, holder } = await startWithSequence({ assumptions: { getTask: false } });
      const output = await run(app, { task_id: task.id, assignee_user_id: taker.userId, scope });
      expect(holderOf(task.id)).toBe(taker.userId);
      expect(holderOf(own.id)).toBe(scope === 'TASK' ? holder.userId : taker.userId);
      expect(output).toMatchObject({
        assignee_user_id: taker.userId,
        changed: null,
        preview: false,
        previous_assignee: nobody,
        new_assignee: personOf(taker),
        moved_count: null,
        moved_tasks: null,
      });
    },
  );

  test.each<[string, FaultKind]>([
    ['the key lacks the scope', { kind: 'status', status: 403 }],
    ['it answers that there is none', { kind: 'status', status: 404 }],
  ])('when %s, a plain reassignment goes on', async (_what, fault) => {
    const { app, sandbox, createTask, holderOf, taker } = await startOffice();
    const { id } = createTask();
    sandbox.injectFault({ ...fault, method: 'GET' });
    expect(await run(app, { task_id: id, assignee_user_id: taker.userId })).toMatchObject({ changed: null });
    expect(holderOf(id)).toBe(taker.userId);
  });

  test('a task that is done may be reassigned if Topo allows it', async () => {
    const { app, createTask, holderOf, taker } = await startOffice({ assumptions: { closedTask: 'allowed' } });
    const { id } = createTask({ status: 'COMPLETED' });
    const output = await run(app, { task_id: id, assignee_user_id: taker.userId });
    expect(output).toMatchObject({ changed: true, moved_count: 1, status: 'COMPLETED' });
    expect(holderOf(id)).toBe(taker.userId);
  });

  test.each([
    ['refused', /^Topo’s rules forbid this.*not a member of the workspace/],
    ['not found', /^Topo cannot find/],
  ] as const)('somebody whom the workspace does not have is %s in a sentence', async (unknownUser, says) => {
    const { app, createTask, foreign, server } = await startOffice({ assumptions: { unknownUser } });
    const inputData = { task_id: createTask().id, assignee_user_id: foreign.people[0]?.userId };
    const thrown = await app.thrownBy(perform, { inputData });
    expect(thrown).toMatchObject({ name: 'HaltedError' });
    expect(thrown.message).toMatch(says);
    expect(server.told().at(-1)?.json).toEqual({ state: 'failed' });
  });

  test('or is given the task, if Topo allows it', async () => {
    const { app, createTask, foreign } = await startOffice({ assumptions: { unknownUser: 'allowed' } });
    const userId = foreign.people[0]?.userId;
    const output = await run(app, { task_id: createTask().id, assignee_user_id: userId });
    expect(output).toMatchObject({ changed: true, new_assignee: { user_id: userId, name: null, email: null } });
  });

  test('a task of another workspace is not found', async () => {
    const { app, foreign, taker } = await startOffice();
    const inputData = { task_id: foreign.tasks[0]?.id, assignee_user_id: taker.userId };
    expect((await app.thrownBy(perform, { inputData })).message).toMatch(/^Topo cannot find.*another workspace/);
  });
});

/** A Topo that has one task, whatever it is asked about. */
const startTopoOf = async (task: Record<string, unknown>, headers: Record<string, string> = {}) => {
  const kept = { task };
  const receiver = await startReceiver((response, { method, path, body }) => {
    if (method === 'PATCH') kept.task = { ...kept.task, assignee_user_id: JSON.parse(body).assignee_user_id };
    const list = { items: [kept.task], total_count: 1, total_pages: 1, has_more: false };
    const answer = path.includes('?') ? list : kept.task;
    response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(answer));
  });
  return { receiver, app: runApp({ TOPO_API_URL: `${receiver.url}/v1` }, 'topo_key') };
};

const taskId = '3c90c3cc-0d44-4b50-8888-8dd25736052a';
const personId = '1a2b3c4d-6e7f-4a8b-9c0d-e1f2a3b4c5d6';
const bareTask = {
  id: taskId,
  organization_id: '5a7f3e21-9c84-4b1d-8e60-f3d2c1b0a987',
  sequence_id: null,
  assignee_user_id: null,
  created_at: '2026-03-02T09:15:00Z',
  updated_at: '2026-03-02T09:15:00Z',
};

test.each(['TASK', 'SEQUENCE'])(
  'a task without a sequence moves by itself, and its fields may be absent (%s)',
  async (scope) => {
    const { app, receiver } = await startTopoOf(bareTask);
    const output = await run(app, { task_id: taskId, assignee_user_id: personId, scope });
    expect(output).toMatchObject({ changed: true, sequence_id: null, moved_count: 1, previous_assignee: nobody });
    expect(output.moved_tasks).toEqual([
      {
        id: taskId,
        type: null,
        priority: null,
        status: null,
        ...taskLabels({}),
        ...toldFacts(unknownFacts),
        previous_assignee: nobody,
      },
    ]);
    expect(receiver.received.map(({ method }) => method)).toEqual(['GET', 'PATCH']);
  },
);

describe('a task of an open status that Topo does not document', () => {
  // Topo may add statuses, and the sandbox takes any.
  const status = 'SNOOZED' as 'PENDING';
  const snoozed = { status };
  const topo = { assumptions: { actionableStatuses: ['PENDING', 'IN_PROGRESS', status] } } as const;

  test('moves with its sequence', async () => {
    const { app, createTask, task, taker, holderOf } = await startWithSequence(topo);
    const sibling = createTask({ sequence_id: task.sequence_id, ...snoozed });
    const inputData = { task_id: task.id, assignee_user_id: taker.userId, scope: 'SEQUENCE' };
    const preview = await run(app, { ...inputData, preview_only: true });
    expect(preview.moved_tasks?.map(({ id }) => id)).toContain(sibling.id);
    const output = await run(app, inputData);
    expect(output.moved_tasks?.map(({ id }) => id)).toEqual(preview.moved_tasks?.map(({ id }) => id));
    expect(holderOf(sibling.id)).toBe(taker.userId);
  });

  test('passes the guard, and is handed over from a list', async () => {
    const { app, createTask, holder, taker, bystander, holderOf } = await startOffice(topo);
    const { id } = createTask(snoozed);
    await run(app, { task_id: id, assignee_user_id: taker.userId, only_if_assigned_to: holder.userId });
    expect(holderOf(id)).toBe(taker.userId);
    const inputData = { task_ids: [id], to_user_id: bystander.userId };
    const output = await app.run('creates.hand_over_tasks.operation.perform', { inputData });
    expect(output).toMatchObject({ moved_count: 1, skipped_count: 0 });
    expect(holderOf(id)).toBe(bystander.userId);
  });
});

test('enum values and fields that Topo may add pass through', async () => {
  const added = {
    type: 'SMS_REPLY',
    priority: 'SOME_DAY',
    status: 'SNOOZED',
    sequence_id: 'run 1',
    mood: { today: 'fine' },
  };
  const { app } = await startTopoOf({ ...bareTask, ...added });
  const output = await run(app, { task_id: taskId, assignee_user_id: personId, scope: 'SEQUENCE' });
  expect(output).toMatchObject({ ...added, changed: true, moved_count: 1 });
  expect(output.moved_tasks).toMatchObject([{ type: 'SMS_REPLY', priority: 'SOME_DAY', status: 'SNOOZED' }]);
});

test('the output has Topo’s request id where Topo gives one', async () => {
  const { app } = await startTopoOf(bareTask, { 'x-request-id': 'req_42' });
  const inputData = { task_id: taskId, assignee_user_id: personId };
  expect(await run(app, inputData)).toHaveProperty('request_id', 'req_42');
  expect(await run(app, inputData)).toMatchObject({ changed: false, request_id: null });
});
