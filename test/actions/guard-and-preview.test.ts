import { describe, expect, test } from '@jest/globals';
import { taskLabels } from '../../contract/labels.ts';
import { unknownFacts } from '../../contract/task-facts.ts';
import { toldFacts } from '../../contract/told-facts.ts';
import { type Office, startOffice } from '../support/office.ts';
import { startWithSequence } from '../support/office-with-sequence.ts';
import { personOf, run } from '../support/reassign-task-step.ts';

const perform = 'creates.reassign_task.operation.perform';

const labelOf = ({ name, email }: Office['holder']) => `${name} (${email})`;

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
      ...taskLabels(task),
      ...toldFacts(unknownFacts),
      summary: `1 task would move from ${labelOf(holder)} to ${labelOf(taker)}.`,
      changed: false,
      preview: true,
      would_move_count: 1,
      previous_assignee: personOf(holder),
      new_assignee: personOf(taker),
      moved_count: 1,
      moved_tasks: [
        {
          id: task.id,
          type: 'CALL',
          priority: 'HOT',
          status: 'PENDING',
          ...taskLabels(task),
          ...toldFacts(unknownFacts),
          previous_assignee: personOf(holder),
        },
      ],
      choice_reason: null,
      request_id: null,
    });
    expect(writes()).toEqual([]);
    expect(server.told()).toEqual([]);
    const made = await run(app, { ...inputData, preview_only: 'no' });
    expect(Object.keys(made)).toEqual(Object.keys(output));
    expect(made).toMatchObject({ changed: true, preview: false, moved_tasks: output.moved_tasks });
    expect(made).toMatchObject({
      summary: `1 task moved from ${labelOf(holder)} to ${labelOf(taker)}.`,
      would_move_count: 0,
    });
  });

  test('shows which tasks of the sequence would move, and who has each; then those move', async () => {
    const { app, task, own, lent, taker, holder, bystander, writes } = await startWithSequence();
    const inputData = { task_id: task.id, assignee_user_id: taker.userId, scope: 'SEQUENCE' };
    const output = await run(app, { ...inputData, preview_only: 'yes' });
    expect(output).toMatchObject({ changed: false, preview: true, moved_count: 3, would_move_count: 3 });
    expect(output.summary).toBe(`3 tasks would move to ${labelOf(taker)}.`);
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
    expect(output).toMatchObject({ summary: `0 tasks would move to ${labelOf(taker)}.`, would_move_count: 0 });
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
