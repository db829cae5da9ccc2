import { describe, expect, test } from '@jest/globals';
import type { FaultKind } from '../../dev/sandbox/fault.ts';
import { startDeadline } from '../../zapier/deadline.ts';
import { openDirectory } from '../../zapier/people/directory.ts';
import { type ReassignmentOrder, reassign } from '../../zapier/tasks/reassign.ts';
import {
  peopleInReassignment,
  type ReassignmentOutput,
  reassignmentOutput,
} from '../../zapier/tasks/reassignment-output.ts';
import { type Office, startOffice } from '../support/office.ts';
import { startReceiver } from '../support/receiver.ts';
import { runApp, runInApp } from '../support/zapier-app.ts';

const perform = 'creates.reassign_task.operation.perform';
const nobody = { user_id: null, name: null, email: null };

type App = ReturnType<typeof runApp>;

const run = async (app: App, inputData: Record<string, unknown>): Promise<ReassignmentOutput> =>
  (await app.run(perform, { inputData })) as ReassignmentOutput;

const personOf = ({ userId, name, email }: Office['holder']) => ({ user_id: userId, name, email });
const labelOf = ({ name, email }: Office['holder']) => `${name} (${email})`;

/** A task of the holder’s in a sequence with two open siblings, one of them in progress, and a closed one. */
const startWithSequence = async (options: Parameters<typeof startOffice>[0] = {}) => {
  const office = await startOffice(options);
  const { createTask, createTasks, bystander } = office;
  const task = createTask();
  const inRun = { sequence_id: task.sequence_id };
  const own = createTask({ ...inRun, status: 'IN_PROGRESS' });
  const lent = createTask({ ...inRun, assignee_user_id: bystander.userId });
  const closed = createTask({ ...inRun, status: 'COMPLETED' });
  createTasks(2);
  return { ...office, task, own, lent, closed };
};

const runOnClock = (office: Office, nowMs: () => number, order: ReassignmentOrder) =>
  runInApp(office.variables, office.workspace.keys.full, async (z) => {
    const deadline = startDeadline(nowMs);
    const directory = openDirectory(z, deadline);
    const reassigned = await reassign({ z, directory, deadline }, order);
    return reassignmentOutput(reassigned, await directory.resolveNames(peopleInReassignment(reassigned)));
  });

describe('Only If Currently Assigned To', () => {
  test.each([
    ['an ID', ({ holder }: Office) => holder.userId],
    ['an ID in capitals', ({ holder }: Office) => holder.userId.toUpperCase()],
    ['an e-mail', ({ holder }: Office) => holder.email],
    ['a name', ({ holder }: Office) => holder.name],
  ])('lets the task move while it is with that person, given as %s', async (_how, write) => {
    const office = await startOffice();
    const { id } = office.createTask();
    const inputData = { task_id: id, assignee_user_id: office.taker.email, only_if_assigned_to: write(office) };
    const output = await run(office.app, inputData);
    expect(office.holderOf(id)).toBe(office.taker.userId);
    expect(output).toMatchObject({
      changed: true,
      previous_assignee: personOf(office.holder),
      new_assignee: personOf(office.taker),
    });
  });

  test.each([
    ['somebody whose name is known', ({ bystander }: Office) => bystander.userId, /: .+ \(.+@.+\) has it\. So nothing/],
    [
      'somebody whose name is not known',
      ({ strangers }: Office) => strangers[0]?.userId,
      /: Unnamed person [0-9a-f]{8} has it\./,
    ],
    ['nobody', () => null, /: nobody has it\./],
    ['whoever was to take it over', ({ taker }: Office) => taker.userId, / has it\. So nothing was changed\.$/],
  ])('halts when the task is with %s, and says so', async (_who, holderOf, says) => {
    const office = await startOffice();
    const { id } = office.createTask({ assignee_user_id: holderOf(office) ?? null });
    const inputData = { task_id: id, assignee_user_id: office.taker.userId, only_if_assigned_to: office.holder.userId };
    const thrown = await office.app.thrownBy(perform, { inputData });
    expect(thrown.name).toBe('HaltedError');
    expect(thrown.message).toContain(`The task is not with ${labelOf(office.holder)} any more`);
    expect(thrown.message).toMatch(says);
    expect(office.writes()).toEqual([]);
    expect(office.server.told()).toEqual([]);
  });

  test.each([
    ['there is no page for a task', { assumptions: { getTask: false } }, undefined],
    ['the key may not read it', {}, { kind: 'status', status: 403 }],
  ] as const)('halts when %s: what cannot be checked does not hold', async (_what, options, fault) => {
    const office = await startOffice(options);
    const { id } = office.createTask();
    if (fault !== undefined) office.sandbox.injectFault({ ...fault, method: 'GET' });
    const inputData = { task_id: id, assignee_user_id: office.taker.userId, only_if_assigned_to: office.holder.userId };
    const thrown = await office.app.thrownBy(perform, { inputData });
    expect(thrown.name).toBe('HaltedError');
    expect(thrown.message).toMatch(
      /“Only If Currently Assigned To” cannot be checked, and nothing was changed.*tasks:read/,
    );
    expect(office.writes()).toEqual([]);
  });

  test('also guards a preview and a whole sequence', async () => {
    const { app, task, taker, bystander, writes } = await startWithSequence();
    const inputData = { task_id: task.id, assignee_user_id: taker.userId, only_if_assigned_to: bystander.userId };
    expect((await app.thrownBy(perform, { inputData: { ...inputData, preview_only: 'yes' } })).name).toBe(
      'HaltedError',
    );
    expect((await app.thrownBy(perform, { inputData: { ...inputData, scope: 'SEQUENCE' } })).name).toBe('HaltedError');
    expect(writes()).toEqual([]);
  });
});

describe('Preview Only', () => {
  test('shows which task would move, in the shape of a real run, and writes nothing', async () => {
    const { app, sandbox, createTask, holder, taker, writes, server } = await startOffice();
    const task = createTask({ type: 'CALL', priority: 'HOT' });
    const inputData = { task_id: task.id, assignee_user_id: taker.userId };
    const output = await run(app, { ...inputData, preview_only: true });
    expect(output).toEqual({
      ...sandbox.task(task.id),
      changed: false,
      preview: true,
      previous_assignee: personOf(holder),
      new_assignee: personOf(taker),
      moved_count: 1,
      moved_tasks: [
        { id: task.id, type: 'CALL', priority: 'HOT', status: 'PENDING', previous_assignee: personOf(holder) },
      ],
      request_id: null,
    });
    expect(writes()).toEqual([]);
    expect(server.told()).toEqual([]);
    const made = await run(app, { ...inputData, preview_only: 'no' });
    expect(Object.keys(made)).toEqual(Object.keys(output));
    expect(made).toMatchObject({ changed: true, preview: false, moved_tasks: output.moved_tasks });
  });

  test('shows which tasks of the sequence would move, and who has each; then those move', async () => {
    const { app, task, own, lent, taker, holder, bystander, writes } = await startWithSequence();
    const inputData = { task_id: task.id, assignee_user_id: taker.userId, scope: 'SEQUENCE' };
    const output = await run(app, { ...inputData, preview_only: 'yes' });
    expect(output).toMatchObject({ changed: false, preview: true, moved_count: 3 });
    expect(output.moved_tasks?.map(({ id, previous_assignee }) => [id, previous_assignee])).toEqual([
      [task.id, personOf(holder)],
      [own.id, personOf(holder)],
      [lent.id, personOf(bystander)],
    ]);
    expect(writes()).toEqual([]);
    expect((await run(app, inputData)).moved_tasks).toEqual(output.moved_tasks);
  });

  test.each(['TASK', 'SEQUENCE'])('shows that nothing would move when the assignee has it all (%s)', async (scope) => {
    const { app, createTask, taker } = await startOffice();
    const { id } = createTask({ assignee_user_id: taker.userId });
    const output = await run(app, { task_id: id, assignee_user_id: taker.userId, scope, preview_only: 'true' });
    expect(output).toMatchObject({ changed: false, preview: true, moved_count: 0, moved_tasks: [] });
  });

  test('halts when Topo does not let us read the task', async () => {
    const { app, createTask, taker, writes } = await startOffice({ assumptions: { getTask: false } });
    const inputData = { task_id: createTask().id, assignee_user_id: taker.userId, preview_only: 'yes' };
    const thrown = await app.thrownBy(perform, { inputData });
    expect(thrown).toMatchObject({ name: 'HaltedError' });
    expect(thrown.message).toMatch(/nothing to preview, and nothing was changed/);
    expect(writes()).toEqual([]);
  });

  test.each<unknown>(['perhaps', {}, { toString: 1 }, [['yes'], 'no'], 2])(
    '%j is neither yes nor no',
    async (preview) => {
      const { app, createTask, taker, asked } = await startOffice();
      const inputData = { task_id: createTask().id, assignee_user_id: taker.userId, preview_only: preview };
      const thrown = await app.thrownBy(perform, { inputData });
      expect(thrown.message).toBe('The field “Preview Only” takes yes or no and nothing else. Choose from the list.');
      expect(asked()).toEqual([]);
    },
  );
});

describe('nothing to do', () => {
  test('returns a result without a write when the assignee already has the task', async () => {
    const { app, sandbox, createTask, taker, asked, server } = await startOffice();
    const task = createTask({ assignee_user_id: taker.userId });
    const output = await run(app, { task_id: task.id, assignee_user_id: taker.userId.toUpperCase() });
    expect(output).toMatchObject({ ...task, changed: false, preview: false, moved_count: 0, moved_tasks: [] });
    expect(output.previous_assignee).toEqual(personOf(taker));
    expect(asked()).toEqual([`GET /v1/tasks/${task.id}`]);
    expect(sandbox.changes).toHaveLength(0);
    expect(server.told()).toEqual([]);
  });

  test('even when the task is done', async () => {
    const { app, createTask, taker, writes } = await startOffice();
    const task = createTask({ assignee_user_id: taker.userId, status: 'COMPLETED' });
    expect(await run(app, { task_id: task.id, assignee_user_id: taker.userId })).toMatchObject({ changed: false });
    expect(writes()).toEqual([]);
  });

  test('also for a sequence whose open tasks the assignee already has', async () => {
    const { app, sandbox, task, lent, taker, asked } = await startWithSequence();
    sandbox.reassign(task.id, taker.userId, 'SEQUENCE');
    expect(sandbox.task(lent.id)?.assignee_user_id).toBe(taker.userId);
    const output = await run(app, { task_id: task.id, assignee_user_id: taker.userId, scope: 'SEQUENCE' });
    expect(output).toMatchObject({ changed: false, moved_count: 0, moved_tasks: [] });
    expect(asked()).toEqual([`GET /v1/tasks/${task.id}`, 'GET /v1/tasks']);
  });

  test('but not when somebody else has a sibling', async () => {
    const { app, sandbox, task, own, lent, holderOf, taker, bystander } = await startWithSequence();
    for (const { id } of [task, own]) sandbox.reassign(id, taker.userId);
    const output = await run(app, { task_id: task.id, assignee_user_id: taker.userId, scope: 'SEQUENCE' });
    expect(output).toMatchObject({ changed: true, moved_count: 1, previous_assignee: personOf(taker) });
    expect(output.moved_tasks).toMatchObject([{ id: lent.id, previous_assignee: personOf(bystander) }]);
    expect(holderOf(lent.id)).toBe(taker.userId);
  });
});

describe('the tasks of a sequence', () => {
  test('that moved are listed with their previous assignees; closed ones stay', async () => {
    const { app, sandbox, task, own, lent, closed, holder, taker, bystander, holderOf, asked } =
      await startWithSequence();
    const output = await run(app, { task_id: task.id, assignee_user_id: taker.userId, scope: 'SEQUENCE' });
    expect(output).toEqual({
      ...sandbox.task(task.id),
      changed: true,
      preview: false,
      previous_assignee: personOf(holder),
      new_assignee: personOf(taker),
      moved_count: 3,
      moved_tasks: [
        expect.objectContaining({ id: task.id, previous_assignee: personOf(holder) }),
        expect.objectContaining({ id: own.id, status: 'IN_PROGRESS', previous_assignee: personOf(holder) }),
        expect.objectContaining({ id: lent.id, previous_assignee: personOf(bystander) }),
      ],
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
      { id: taskId, type: null, priority: null, status: null, previous_assignee: nobody },
    ]);
    expect(receiver.received.map(({ method }) => method)).toEqual(['GET', 'PATCH']);
  },
);

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
