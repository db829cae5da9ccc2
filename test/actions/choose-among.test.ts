import { describe, expect, test } from '@jest/globals';
import { TaskCounts } from '../../contract/task-list.ts';
import { waitUntil } from '../../dev/local-server/wait-until.ts';
import { startOffice } from '../support/office.ts';
import { startRealLoop } from '../support/real-loop.ts';
import { run } from '../support/reassign-task-step.ts';
import { runApp } from '../support/zapier-app.ts';

const perform = 'creates.reassign_task.operation.perform';

/** Three people of a real loop, with names, and a way to make tasks that nobody of them has. */
const startTeam = async () => {
  const loop = await startRealLoop({ taskCount: 0 });
  const [one, two, three, other] = loop.workspace.people.toSorted((a, b) => (a.userId < b.userId ? -1 : 1));
  if (one === undefined || two === undefined || three === undefined || other === undefined) {
    throw new Error('There are too few.');
  }
  const call = (method: string, path: string, body: unknown) =>
    fetch(`${loop.serverUrl}/${path}`, {
      method,
      headers: { authorization: `Bearer ${loop.workspace.keys.full}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const team = [one, two, three];
  await call(
    'POST',
    'people/import',
    [...team, other].map(({ userId, name, email }) => ({ user_id: userId, name, email })),
  );
  return {
    ...loop,
    team,
    other,
    call,
    among: team.map(({ userId }) => userId),
    createTask: (assignee_user_id: string | null = other.userId) => loop.sandbox.createTask({ assignee_user_id }),
    holderOf: (id: string) => loop.sandbox.task(id)?.assignee_user_id,
    /** Waits until the server has read everything. */
    read: (openTasks: number) =>
      waitUntil('the server knows all tasks', async () => {
        const response = await fetch(`${loop.serverUrl}/tasks/counts`, {
          headers: { authorization: `Bearer ${loop.workspace.keys.full}` },
        });
        const counts = TaskCounts.parse(await response.json());
        const known = counts.items.reduce((sum, { open_tasks }) => sum + open_tasks, 0);
        return counts.is_complete && known === openTasks;
      }),
  };
};

describe('Or Choose Among, next in turn', () => {
  test('each gets a turn, and the output says why', async () => {
    const { app, team, among, createTask, holderOf } = await startTeam();
    const got: (string | null | undefined)[] = [];
    for (let round = 0; round < 4; round += 1) {
      const { id } = createTask();
      const output = await run(app, { task_id: id, choose_among: among, how_to_choose: 'turn' });
      got.push(holderOf(id));
      const chosen = team[round % 3];
      expect(output).toMatchObject({
        changed: true,
        new_assignee: { user_id: chosen?.userId, name: chosen?.name },
        choice_reason: `${chosen?.name} (${chosen?.email}) is next in turn of 3 people.`,
      });
    }
    expect(got).toEqual([...among, among[0]]);
  });

  test('people are named as in any other field: by ID, e-mail or name, also several in one text', async () => {
    const { app, team, createTask, holderOf } = await startTeam();
    const [one, two, three] = team;
    const choose_among = [one?.name, `${two?.email}, ${three?.userId}`];
    const { id } = createTask();
    await run(app, { task_id: id, choose_among, how_to_choose: 'turn' });
    expect(holderOf(id)).toBe(one?.userId);
  });

  test('a preview says who is next and takes nobody’s turn', async () => {
    const { app, among, createTask, holderOf, other } = await startTeam();
    const { id } = createTask();
    const inputData = { task_id: id, choose_among: among, how_to_choose: 'turn' };
    for (let times = 0; times < 2; times += 1) {
      const output = await run(app, { ...inputData, preview_only: 'yes' });
      expect(output).toMatchObject({ preview: true, new_assignee: { user_id: among[0] } });
    }
    expect(holderOf(id)).toBe(other.userId);
    await run(app, inputData);
    expect(holderOf(id)).toBe(among[0]);
  });

  test('a run that is repeated for the same task gets the same person, and changes nothing', async () => {
    const { app, among, createTask, holderOf } = await startTeam();
    const { id } = createTask();
    const inputData = { task_id: id, choose_among: among, how_to_choose: 'turn' };
    await run(app, inputData);
    expect(await run(app, inputData)).toMatchObject({ changed: false, new_assignee: { user_id: among[0] } });
    const next = createTask();
    await run(app, { ...inputData, task_id: next.id });
    expect(holderOf(next.id)).toBe(among[1]);
  });

  test('a run that was cut off after its change keeps the turn when it is repeated', async () => {
    const { app, among, createTask, holderOf, call, sandbox } = await startTeam();
    const { id } = createTask();
    const chosen = await call('POST', 'choices', { task_id: id, candidates: among, how: 'turn' });
    expect(chosen.status).toBe(201);
    sandbox.reassign(id, among[0] ?? '');
    const inputData = { task_id: id, choose_among: among, how_to_choose: 'turn' };
    expect(await run(app, inputData)).toMatchObject({ changed: false, new_assignee: { user_id: among[0] } });
    const next = createTask();
    await run(app, { ...inputData, task_id: next.id });
    expect(holderOf(next.id)).toBe(among[1]);
  });

  test('of 30 runs at once, a fifth of which fail in Topo and are repeated, each gets as many tasks', async () => {
    const { app, among, createTask, holderOf, sandbox } = await startTeam();
    const tasks = Array.from({ length: 30 }, () => createTask());
    sandbox.injectFault({ kind: 'status', status: 422, method: 'PATCH', times: 6 });
    let failures = 0;
    const runUntilDone = async (task_id: string): Promise<void> => {
      const inputData = { task_id, choose_among: among, how_to_choose: 'turn' };
      try {
        await run(app, inputData);
      } catch (error) {
        expect(error).toMatchObject({ name: 'HaltedError' });
        failures += 1;
        await runUntilDone(task_id);
      }
    };
    await Promise.all(tasks.map(({ id }) => runUntilDone(id)));
    expect(failures).toBe(6);
    for (const user of among) expect(tasks.filter(({ id }) => holderOf(id) === user)).toHaveLength(10);
  });

  test.each([
    [
      'Topo failed',
      async ({ app, sandbox, createTask, among }: Awaited<ReturnType<typeof startTeam>>) => {
        sandbox.injectFault({ kind: 'status', status: 422, method: 'PATCH' });
        const inputData = { task_id: createTask().id, choose_among: among, how_to_choose: 'turn' };
        expect((await app.thrownBy(perform, { inputData })).name).toBe('HaltedError');
      },
    ],
    [
      'the guard halted it',
      async ({ app, createTask, among }: Awaited<ReturnType<typeof startTeam>>) => {
        const inputData = {
          task_id: createTask().id,
          choose_among: among,
          how_to_choose: 'turn',
          only_if_assigned_to: among[2],
        };
        expect((await app.thrownBy(perform, { inputData })).message).toMatch(/The task is not with/);
      },
    ],
    [
      'the task was theirs already',
      async ({ app, createTask, among }: Awaited<ReturnType<typeof startTeam>>) => {
        const inputData = { task_id: createTask(among[0]).id, choose_among: among, how_to_choose: 'turn' };
        expect((await run(app, inputData)).changed).toBe(false);
      },
    ],
  ])('a run gives the turn back when %s', async (_why, fail) => {
    const team = await startTeam();
    await fail(team);
    const { id } = team.createTask();
    await run(team.app, { task_id: id, choose_among: team.among, how_to_choose: 'turn' });
    expect(team.holderOf(id)).toBe(team.among[0]);
  });

  test('who is away is left out, and when all are it halts with a sentence', async () => {
    const { app, team, among, createTask, holderOf, call } = await startTeam();
    const away = ({ userId, name, email }: (typeof team)[number]) =>
      call('PUT', `people/${userId}`, { name, email, away_until: new Date(Date.now() + 3_600_000).toISOString() });
    const [one, two, three] = team;
    if (one !== undefined) await away(one);
    const { id } = createTask();
    const inputData = { task_id: id, choose_among: among, how_to_choose: 'turn' };
    const output = await run(app, inputData);
    expect(holderOf(id)).toBe(two?.userId);
    expect(output.choice_reason).toMatch(/ is next in turn of 3 people; 1 is away\.$/);
    if (two !== undefined) await away(two);
    if (three !== undefined) await away(three);
    const thrown = await app.thrownBy(perform, { inputData: { ...inputData, task_id: createTask().id } });
    expect(thrown.name).toBe('HaltedError');
    expect(thrown.message).toMatch(
      /^All 3 people to choose among are away, so nobody was chosen\. Choose among others/,
    );
  });
});

describe('Or Choose Among, whoever has the fewest open tasks', () => {
  test('is what happens when nothing is said, and counts what was just given', async () => {
    const { app, among, team, createTask, holderOf, read } = await startTeam();
    createTask(among[0]);
    createTask(among[0]);
    createTask(among[1]);
    const waiting = Array.from({ length: 3 }, () => createTask());
    await app.run('creates.reassign_task.operation.perform', {
      inputData: { task_id: waiting[0]?.id, choose_among: among, how_to_choose: 'turn', preview_only: true },
    });
    await read(6);
    const reasons: (string | null)[] = [];
    for (const { id } of waiting) {
      reasons.push((await run(app, { task_id: id, choose_among: among })).choice_reason);
    }
    expect(waiting.map(({ id }) => holderOf(id)).toSorted()).toEqual([among[1], among[2], among[2]].toSorted());
    expect(reasons[0]).toBe(`${team[2]?.name} (${team[2]?.email}) has the fewest open tasks (0) of 3 people.`);
  });

  test('is known at the first question, too: the server reads all tasks first', async () => {
    const { app, among, createTask, holderOf } = await startTeam();
    createTask(among[0]);
    createTask(among[1]);
    const { id } = createTask();
    await run(app, { task_id: id, choose_among: among });
    expect(holderOf(id)).toBe(among[2]);
  });
});

describe('New Assignee', () => {
  test('comes first when both are filled in, and asks nobody to choose', async () => {
    const { app, among, createTask, holderOf } = await startTeam();
    const { id } = createTask();
    const output = await run(app, { task_id: id, assignee_user_id: among[2], choose_among: among });
    expect(holderOf(id)).toBe(among[2]);
    expect(output.choice_reason).toBe(null);
  });

  test.each([
    ['nothing', undefined],
    ['a list of nothing', ['', ' ']],
  ])('must be filled in when the list holds %s', async (_what, choose_among) => {
    const { app, createTask, writes } = await startOffice();
    const thrown = await app.thrownBy(perform, { inputData: { task_id: createTask().id, choose_among } });
    expect(thrown.name).toBe('HaltedError');
    expect(thrown.message).toMatch(/“New Assignee” is empty/);
    expect(writes()).toEqual([]);
  });

  test('is needed without a webhook server: a sentence says so', async () => {
    const { variables, workspace, createTask, taker, writes } = await startOffice();
    const app = runApp({ TOPO_API_URL: variables.TOPO_API_URL }, workspace.keys.full);
    const inputData = { task_id: createTask().id, choose_among: [taker.userId] };
    const thrown = await app.thrownBy(perform, { inputData });
    expect(thrown.name).toBe('HaltedError');
    expect(thrown.message).toMatch(/^The field “Or Choose Among” needs the webhook server/);
    expect(writes()).toEqual([]);
  });
});
