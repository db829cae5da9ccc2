import { describe, expect, test } from '@jest/globals';
import { unknownFacts } from '../../contract/task-facts.ts';
import { toldFacts } from '../../contract/told-facts.ts';
import { idsOf, outcomesOf, pathOf, perform, reasonFor, run, zero } from '../support/handing-over.ts';
import { type Office, startOffice } from '../support/office.ts';

describe('by person', () => {
  test('all open tasks of the person move, and no other', async () => {
    const { app, createTasks, holderOf, holder, taker, bystander } = await startOffice();
    const open = [...createTasks(2), ...createTasks(1, { status: 'IN_PROGRESS' })];
    const closed = [...createTasks(1, { status: 'COMPLETED' }), ...createTasks(1, { status: 'SKIPPED' })];
    const foreign = createTasks(1, { assignee_user_id: bystander.userId });
    const output = await run(app, { from_user_id: holder.userId, to_user_id: taker.userId });
    expect(open.map(({ id }) => holderOf(id))).toEqual([taker.userId, taker.userId, taker.userId]);
    expect(closed.map(({ id }) => holderOf(id))).toEqual([holder.userId, holder.userId]);
    expect(foreign.map(({ id }) => holderOf(id))).toEqual([bystander.userId]);
    expect(output).toMatchObject({ ...zero, moved_count: 3, preview: false, give_back: idsOf(open), left_tasks: [] });
    expect(output.previous_assignee).toEqual({ user_id: holder.userId, name: holder.name, email: holder.email });
    expect(output.new_assignee).toEqual({ user_id: taker.userId, name: taker.name, email: taker.email });
    expect(output.summary).toBe(
      `3 tasks moved from ${holder.name} (${holder.email}) to ${taker.name} (${taker.email}).`,
    );
    expect(output.tasks[0]).toEqual({
      id: open[0]?.id,
      type: 'EMAIL_REPLY',
      priority: 'TODAY',
      status: 'PENDING',
      type_label: 'Email reply',
      priority_label: 'Today',
      ...toldFacts(unknownFacts),
      outcome: 'moved',
      reason: null,
      previous_assignee: { user_id: holder.userId, name: holder.name, email: holder.email },
    });
  });

  test('people can be given by name and by e-mail', async () => {
    const { app, createTasks, holderOf, holder, taker } = await startOffice();
    const [task] = createTasks(1);
    await run(app, { from_user_id: holder.name.toUpperCase(), to_user_id: ` ${taker.email} ` });
    expect(holderOf(task?.id ?? '')).toBe(taker.userId);
  });

  test('it costs two requests for the list and one for each task that moves, and five of the webhook server', async () => {
    const { app, createTasks, asked, holder, taker, server } = await startOffice();
    const tasks = createTasks(7);
    await run(app, { from_user_id: holder.userId, to_user_id: taker.userId });
    expect(asked().sort()).toEqual(
      ['GET /v1/tasks', 'GET /v1/tasks', ...tasks.map(({ id }) => `PATCH ${pathOf(id)}`)].sort(),
    );
    expect(server.receiver.received.map(({ method, path }) => `${method} ${path.replace(/\?.*/, '')}`)).toEqual([
      'GET /tasks',
      'GET /people',
      'POST /intents',
      'PATCH /intents',
      'GET /tasks',
    ]);
  });

  test('the longest waiting tasks move first, up to the cap, and the next run takes the rest', async () => {
    const { app, createTasks, holder, taker } = await startOffice();
    const tasks = [...createTasks(3), ...createTasks(1, { status: 'IN_PROGRESS' }), ...createTasks(1)];
    const inputData = { from_user_id: holder.userId, to_user_id: taker.userId, most_tasks: '4' };
    const output = await run(app, inputData);
    expect(output).toMatchObject({ moved_count: 4, left_count: 1, left_tasks: [] });
    expect(output.give_back).toEqual(idsOf(tasks.slice(0, 4)));
    expect(output.summary).toMatch(/^4 tasks moved .*, 1 left for another run\.$/);
    expect(await run(app, inputData)).toMatchObject({ moved_count: 1, left_count: 0, give_back: [tasks[4]?.id] });
  });

  test('the default cap is fifty', async () => {
    const { app, createTasks, holder, taker } = await startOffice();
    createTasks(53);
    const output = await run(app, { from_user_id: holder.userId, to_user_id: taker.userId });
    expect(output).toMatchObject({ moved_count: 50, left_count: 3 });
  });

  test.each([0, 201, 'all', 2.5, -1])('a cap of %s stops the run, and nothing is changed', async (most) => {
    const { app, createTasks, asked, holder, taker } = await startOffice();
    createTasks(1);
    const inputData = { from_user_id: holder.userId, to_user_id: taker.userId, most_tasks: most };
    const thrown = await app.thrownBy(perform, { inputData });
    expect(thrown.name).toBe('HaltedError');
    expect(thrown.message).toContain('“Most Tasks” takes a whole number from 1 to 200');
    expect(asked()).toEqual([]);
  });

  test('two hundred tasks move in one run', async () => {
    const { app, createTasks, holder, taker, server } = await startOffice();
    createTasks(201);
    const output = await run(app, { from_user_id: holder.userId, to_user_id: taker.userId, most_tasks: 200 });
    expect(output).toMatchObject({ moved_count: 200, left_count: 1 });
    expect(server.told().filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  test('only tasks of the chosen type, priority and template move', async () => {
    const { app, createTasks, workspace, holder, taker } = await startOffice();
    const calls = createTasks(6, { type: 'CALL', priority: 'HOT' });
    createTasks(2, { type: 'CALL', priority: 'EXTRA' });
    createTasks(2, { type: 'EMAIL_REPLY', priority: 'HOT' });
    const templateOf = ({ sequence_id }: { sequence_id: string }) => workspace.sequences.get(sequence_id)?.templateId;
    const template = templateOf(calls[0] ?? { sequence_id: '' });
    const output = await run(app, {
      from_user_id: holder.userId,
      to_user_id: taker.userId,
      task_types: ['call', 'Linkedin reply'],
      priorities: 'hot',
      sequence_template_ids: [template],
    });
    const fitting = calls.filter((task) => templateOf(task) === template);
    expect(fitting.length).toBeLessThan(calls.length);
    expect(output.give_back).toEqual(idsOf(fitting));
    expect(output.tasks).toHaveLength(fitting.length);
  });

  test('somebody without open tasks has nothing to hand over, and nothing is written', async () => {
    const { app, writes, holder, taker, server } = await startOffice();
    const output = await run(app, { from_user_id: holder.userId, to_user_id: taker.userId });
    expect(output).toMatchObject({ ...zero, tasks: [], give_back: [], left_tasks: [] });
    expect(output.summary).toMatch(/^0 tasks moved/);
    expect(writes()).toEqual([]);
    expect(server.told()).toEqual([]);
  });

  test('a hand-over to the same person writes nothing', async () => {
    const { app, createTasks, writes, holder, server } = await startOffice();
    const [task] = createTasks(2);
    const output = await run(app, { from_user_id: holder.userId, to_user_id: holder.email });
    expect(output).toMatchObject({ ...zero, skipped_count: 2 });
    expect(reasonFor(output, task?.id ?? '')).toBe(`It is with ${holder.name} (${holder.email}) already.`);
    expect(writes()).toEqual([]);
    expect(server.told()).toEqual([]);
  });
});

describe('by list', () => {
  test('the listed tasks move, no matter who has them, unassigned ones too', async () => {
    const { app, createTasks, holderOf, holder, taker, bystander } = await startOffice();
    const tasks = [
      ...createTasks(1),
      ...createTasks(1, { assignee_user_id: bystander.userId }),
      ...createTasks(1, { assignee_user_id: null }),
    ];
    createTasks(1);
    const output = await run(app, { task_ids: idsOf(tasks), to_user_id: taker.userId });
    expect(tasks.map(({ id }) => holderOf(id))).toEqual([taker.userId, taker.userId, taker.userId]);
    expect(output.tasks.map(({ previous_assignee }) => previous_assignee.user_id)).toEqual([
      holder.userId,
      bystander.userId,
      null,
    ]);
    expect(output.previous_assignee).toEqual({ user_id: null, name: null, email: null });
    expect(output).toMatchObject({ ...zero, moved_count: 3 });
  });

  test.each([
    ['line items', (ids: string[]) => ids],
    ['a text with commas', (ids: string[]) => ids.join(',')],
    ['a list in a list', (ids: string[]) => [[ids[0]], ids[1]]],
    ['links', (ids: string[]) => ids.map((id) => `https://app.topo.io/org/${taskless}/tasks/${id}?tab=1`).join('\n')],
    ['the same task twice', (ids: string[]) => [...ids, ids[0]?.toUpperCase()]],
  ])('it is understood as %s', async (_how, write) => {
    const { app, createTasks, taker } = await startOffice();
    const ids = idsOf(createTasks(2));
    const output = await run(app, { task_ids: write(ids), to_user_id: taker.userId });
    expect(output.give_back).toEqual(ids);
    expect(output.tasks).toHaveLength(2);
  });

  test('closed, already assigned and missing tasks are reported separately, and the rest moves', async () => {
    const { app, createTasks, taker } = await startOffice();
    const [done] = createTasks(1, { status: 'COMPLETED' });
    const [skipped] = createTasks(1, { status: 'SKIPPED' });
    const [theirs] = createTasks(1, { assignee_user_id: taker.userId });
    const [open] = createTasks(1);
    const ids = [done?.id ?? '', skipped?.id ?? '', theirs?.id ?? '', taskless, open?.id ?? ''];
    const output = await run(app, { task_ids: ids, to_user_id: taker.userId });
    expect(output.tasks.map(({ id, outcome }) => [id, outcome])).toEqual([
      [done?.id, 'skipped'],
      [skipped?.id, 'skipped'],
      [theirs?.id, 'skipped'],
      [taskless, 'failed'],
      [open?.id, 'moved'],
    ]);
    expect(reasonFor(output, done?.id ?? '')).toBe('It is done or skipped already.');
    expect(reasonFor(output, theirs?.id ?? '')).toMatch(/^It is with .* already\.$/);
    expect(reasonFor(output, taskless)).toMatch(/^Topo cannot find what this step asks for\. .*request_id is /);
    expect(output).toMatchObject({ ...zero, moved_count: 1, skipped_count: 3, failed_count: 1 });
    expect(output.summary).toMatch(/^1 task moved to .*, 3 skipped, 1 failed\.$/);
  });

  test('with a person as well, only the tasks that this person still has move, and the report says who has the others', async () => {
    const { app, createTasks, holderOf, holder, taker, bystander, strangers } = await startOffice();
    const [still] = createTasks(1);
    const [gone] = createTasks(1, { assignee_user_id: bystander.userId });
    const [nobodys] = createTasks(1, { assignee_user_id: null });
    const [strangers1] = createTasks(1, { assignee_user_id: strangers[0]?.userId ?? '' });
    const ids = idsOf([still, gone, nobodys, strangers1].flatMap((task) => task ?? []));
    const output = await run(app, { task_ids: ids, from_user_id: holder.userId, to_user_id: taker.userId });
    const name = `${holder.name} (${holder.email})`;
    expect(output.give_back).toEqual([still?.id]);
    expect(reasonFor(output, gone?.id ?? '')).toBe(
      `It is not with ${name}: ${bystander.name} (${bystander.email}) has it.`,
    );
    expect(reasonFor(output, nobodys?.id ?? '')).toBe(`It is not with ${name}: nobody has it.`);
    expect(reasonFor(output, strangers1?.id ?? '')).toMatch(/: Unnamed person [0-9a-f]{8} has it\.$/);
    expect(holderOf(gone?.id ?? '')).toBe(bystander.userId);
  });

  test('only listed tasks of the chosen type, priority and template move', async () => {
    const { app, createTasks, workspace, taker } = await startOffice();
    const calls = createTasks(6, { type: 'CALL', priority: 'HOT' });
    const [mail] = createTasks(1, { type: 'EMAIL_REPLY', priority: 'HOT' });
    const templateOf = ({ sequence_id }: { sequence_id: string }) => workspace.sequences.get(sequence_id)?.templateId;
    const template = templateOf(calls[0] ?? { sequence_id: '' });
    const output = await run(app, {
      task_ids: [...idsOf(calls), mail?.id],
      to_user_id: taker.userId,
      task_types: 'CALL',
      priorities: ['HOT', 'TODAY'],
      sequence_template_ids: template?.toUpperCase(),
    });
    expect(output.give_back).toEqual(idsOf(calls.filter((task) => templateOf(task) === template)));
    expect(reasonFor(output, mail?.id ?? '')).toBe('Its type, priority or template is not one of those chosen.');
  });

  test.each(['tasksOnly', 'a Topo that does not tell of sequences'] as const)(
    'with %s the template is not known, which is said, and such a task stays',
    async (which) => {
      const office = await startOffice(which === 'tasksOnly' ? {} : { assumptions: { getSequence: false } });
      const { createTasks, workspace, taker, writes } = office;
      const app = which === 'tasksOnly' ? office.appWith('tasksOnly') : office.app;
      const [task] = createTasks(1);
      const inputData = {
        task_ids: task?.id,
        to_user_id: taker.userId,
        sequence_template_ids: workspace.templates.map(({ id }) => id),
      };
      const output = await run(app, inputData);
      expect(reasonFor(output, task?.id ?? '')).toMatch(/^Topo does not tell which template .*sequences:read/);
      expect(writes()).toEqual([]);
    },
  );

  test('tasks beyond the cap are left, and their ids are listed', async () => {
    const { app, createTasks, holderOf, holder, taker } = await startOffice();
    const ids = idsOf(createTasks(5));
    const output = await run(app, { task_ids: ids, to_user_id: taker.userId, most_tasks: 2 });
    expect(output).toMatchObject({
      moved_count: 2,
      left_count: 3,
      left_tasks: ids.slice(2),
      give_back: ids.slice(0, 2),
    });
    expect(ids.slice(2).map(holderOf)).toEqual([holder.userId, holder.userId, holder.userId]);
    const rest = await run(app, { task_ids: output.left_tasks, to_user_id: taker.userId });
    expect(rest.give_back).toEqual(ids.slice(2));
  });

  test('where Topo has no route for one task, a plain list moves, and its previous assignees stay unknown', async () => {
    const { app, createTasks, holderOf, taker } = await startOffice({ assumptions: { getTask: false } });
    const [task] = createTasks(1);
    const output = await run(app, { task_ids: task?.id, to_user_id: taker.userId });
    expect(holderOf(task?.id ?? '')).toBe(taker.userId);
    expect(output.tasks[0]).toMatchObject({ outcome: 'moved', previous_assignee: { user_id: null } });
  });

  test.each([
    ['a person', (office: Office) => ({ from_user_id: office.holder.userId })],
    ['a type', () => ({ task_types: 'EMAIL_REPLY' })],
  ])('and with %s to check, it is left alone', async (_what, moreOf) => {
    const office = await startOffice({ assumptions: { getTask: false } });
    const [task] = office.createTasks(1);
    const output = await run(office.app, { task_ids: task?.id, to_user_id: office.taker.userId, ...moreOf(office) });
    expect(reasonFor(output, task?.id ?? '')).toMatch(/^Topo does not tell what this task is/);
    expect(office.writes()).toEqual([]);
  });
});

const taskless = '3c90c3cc-0d44-4b50-8888-8dd25736052a';

test('without a person and a list nothing is read or changed', async () => {
  const { app, asked, taker } = await startOffice();
  const thrown = await app.thrownBy(perform, { inputData: { to_user_id: taker.userId, task_ids: [' ', ''] } });
  expect(thrown.name).toBe('HaltedError');
  expect(thrown.message).toMatch(/“Previous Assignee” and “Tasks” are both empty, so nothing was changed/);
  expect(asked()).toEqual([]);
});

test.each([true, 'yes', 'True', 1])('a preview (%s) tells what would move, and writes nothing', async (preview) => {
  const { app, createTasks, writes, holder, taker, bystander, server } = await startOffice();
  const [open, other] = createTasks(2);
  const [done] = createTasks(1, { status: 'COMPLETED' });
  const [gone] = createTasks(1, { assignee_user_id: bystander.userId });
  const ids = idsOf([open, done, gone, other].flatMap((task) => task ?? []));
  const inputData = {
    task_ids: ids,
    from_user_id: holder.userId,
    to_user_id: taker.userId,
    most_tasks: 3,
    preview_only: preview,
  };
  const output = await run(app, inputData);
  expect(output).toMatchObject({ ...zero, would_move_count: 1, skipped_count: 2, left_count: 1, preview: true });
  expect(outcomesOf(output)).toEqual({
    [open?.id ?? '']: 'would move',
    [done?.id ?? '']: 'skipped',
    [gone?.id ?? '']: 'skipped',
  });
  expect(output.give_back).toEqual([]);
  expect(output.left_tasks).toEqual([other?.id]);
  expect(output.summary).toMatch(/^1 task would move from .*, 2 skipped, 1 left for another run\.$/);
  expect(writes()).toEqual([]);
  expect(server.told()).toEqual([]);
});

test('what a run gives back, a later run returns: exactly those tasks', async () => {
  const { app, createTasks, holderOf, holder, taker } = await startOffice();
  const own = idsOf(createTasks(2, { assignee_user_id: taker.userId }));
  const ids = idsOf(createTasks(3));
  const away = await run(app, { from_user_id: holder.userId, to_user_id: taker.userId });
  const inputData = { task_ids: away.give_back, from_user_id: taker.userId, to_user_id: holder.userId };
  const back = await run(app, inputData);
  expect(back).toMatchObject({ ...zero, moved_count: 3 });
  expect(back.give_back.sort()).toEqual([...ids].sort());
  expect(ids.map(holderOf)).toEqual([holder.userId, holder.userId, holder.userId]);
  expect(own.map(holderOf)).toEqual([taker.userId, taker.userId]);
});

test('to be returned, a task must still be with whoever took it over', async () => {
  const { app, sandbox, createTasks, holderOf, holder, taker, bystander } = await startOffice();
  const [kept, passedOn, done] = idsOf(createTasks(3));
  const away = await run(app, { from_user_id: holder.userId, to_user_id: taker.userId });
  sandbox.reassign(passedOn ?? '', bystander.userId);
  sandbox.completeTask(done ?? '');
  const inputData = { task_ids: away.give_back.join(', '), from_user_id: taker.userId, to_user_id: holder.userId };
  const back = await run(app, inputData);
  expect(back.give_back).toEqual([kept]);
  expect(back).toMatchObject({ moved_count: 1, skipped_count: 2 });
  expect(holderOf(passedOn ?? '')).toBe(bystander.userId);
});
