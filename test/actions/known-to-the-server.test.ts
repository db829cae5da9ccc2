import { describe, expect, test } from '@jest/globals';
import { TaskListPage } from '../../contract/task-list.ts';
import { waitUntil } from '../../dev/local-server/wait-until.ts';
import type { HandOverOutput } from '../../zapier/hand-over/hand-over-output.ts';
import type { ReassignmentOutput } from '../../zapier/tasks/reassignment-output.ts';
import { zero } from '../support/handing-over.ts';
import { type RealLoop, startRealLoop } from '../support/real-loop.ts';
import { first, startTopo } from '../support/topo-sandbox.ts';
import { keepRequests, runApp } from '../support/zapier-app.ts';

// What actions and their lists can do because the webhook server knows every task, and what it is about.

const reassignTask = 'creates.reassign_task.operation.perform';
const handOverTasks = 'creates.hand_over_tasks.operation.perform';
const taskList = 'triggers.task_list.operation.perform';

type Choice = { id: string; label: string };

/** A contact's call with one person, a task of nobody and one in a status that Topo may add; the server knows all. */
const startKnowing = async () => {
  // Whether Topo reassigns a task in a status that nobody knows yet is not known either.
  const loop = await startRealLoop({ taskCount: 0, assumptions: { closedTask: 'allowed' } });
  const { sandbox, workspace } = loop;
  const [holder, taker] = workspace.people;
  if (holder === undefined || taker === undefined) throw new Error('There are too few people.');
  const contact = sandbox.createContact({
    firstName: 'Ada',
    lastName: 'Moreau',
    companyName: 'Initech',
    email: 'ada@initech.example',
  });
  const template = sandbox.createTemplate('Trial Follow-up');
  const { id: sequence_id } = sandbox.createSequence({ contactId: contact.id, templateId: template.id });
  const call = sandbox.createTask({ sequence_id, type: 'CALL', priority: 'HOT', assignee_user_id: holder.userId });
  const other = sandbox.createContact({ email: 'other@globex.example' });
  const run = { sequence_id: sandbox.createSequence({ contactId: other.id }).id };
  const nobodys = sandbox.createTask({ ...run, type: 'EMAIL_REPLY', created_at: '2026-01-02T00:00:00Z' });
  const older = sandbox.createTask({ ...run, type: 'EMAIL_REPLY', created_at: '2026-01-01T00:00:00Z' });
  const snoozed = sandbox.createTask({
    ...run,
    assignee_user_id: holder.userId,
    created_at: '2026-01-03T00:00:00Z',
    // Topo may add statuses, and the sandbox takes any.
    status: 'SNOOZED' as 'PENDING',
  });
  await untilKnown(loop);
  const about = {
    contact: { id: contact.id, name: 'Ada Moreau', email: 'ada@initech.example', company: 'Initech' },
    sequence_template: { id: template.id, name: 'Trial Follow-up' },
  };
  return { ...loop, holder, taker, call, nobodys, older, snoozed, about };
};

const untilKnown = async ({ serverUrl, workspace }: RealLoop): Promise<void> => {
  const headers = { authorization: `Bearer ${workspace.keys.full}` };
  await waitUntil('the server knows what the tasks are about', async () => {
    const response = await fetch(`${serverUrl}/tasks?limit=1`, { headers });
    const page = TaskListPage.parse(await response.json());
    return page.is_complete && page.is_current && page.are_facts_complete;
  });
};

const assigneesOf = ({ sandbox }: RealLoop, ids: readonly string[]) =>
  ids.map((id) => sandbox.task(id)?.assignee_user_id);

describe('the list of tasks', () => {
  test.each([
    ['a person', ({ holder }) => ({ list_assignee_id: holder.userId }), ({ call, snoozed }) => [call, snoozed]],
    ['nobody', () => ({ list_assignee_id: 'none' }), ({ nobodys, older }) => [nobodys, older]],
    ['a contact', () => ({ list_contact_email: 'mailto:ada@initech.example' }), ({ call }) => [call]],
    ['a type', () => ({ task_types: ['CALL'] }), ({ call }) => [call]],
    ['the previous assignee', () => ({ from_user_id: 'none' }), ({ nobodys, older }) => [nobodys, older]],
  ] satisfies [string, (at: Knowing) => Record<string, unknown>, (at: Knowing) => { id: string }[]][])(
    'is narrowed by %s, for one request of ours and none of Topo’s',
    async (_what, fields, wanted) => {
      const at = await startKnowing();
      const { requests, handle } = keepRequests();
      const app = runApp(
        { TOPO_API_URL: at.topoUrl, WEBHOOK_SERVER_URL: at.serverUrl },
        at.workspace.keys.full,
        handle,
      );
      const choices = (await app.run(taskList, { inputData: fields(at) })) as Choice[];
      expect(choices.map(({ id }) => id)).toEqual(wanted(at).map(({ id }) => id));
      expect(requests.map(({ url }) => new URL(url).origin)).toEqual([at.serverUrl]);
    },
  );

  test('without a server is narrowed by assignee, and says that a contact needs one', async () => {
    const { app, sandbox, workspace } = await startTopo({ taskCount: 0 });
    const [person] = workspace.people;
    const { id } = sandbox.createTask({ assignee_user_id: person?.userId ?? null });
    sandbox.createTask();
    const choices = (await app.run(taskList, { inputData: { list_assignee_id: person?.userId } })) as Choice[];
    expect(choices.map((choice) => choice.id)).toEqual([id]);
    for (const inputData of [{ list_contact_email: 'ada@initech.example' }, { list_assignee_id: 'none' }]) {
      const thrown = await app.thrownBy(taskList, { inputData });
      expect(thrown).toMatchObject({
        name: 'HaltedError',
        message: expect.stringContaining('needs the webhook server'),
      });
    }
  });
});

test('the list of assignees begins with nobody, and the list of people has no such choice', async () => {
  const { app } = await startTopo();
  const assignees = (await app.run('triggers.assignee_list.operation.perform')) as Choice[];
  const people = (await app.run('triggers.person_list.operation.perform')) as Choice[];
  expect(assignees).toEqual([{ id: 'none', label: 'Nobody (unassigned)' }, ...people]);
});

describe('Reassign Task', () => {
  test('says what the task is about', async () => {
    const at = await startKnowing();
    const inputData = { task_id: at.call.id, assignee_user_id: at.taker.userId };
    const output = (await at.app.run(reassignTask, { inputData })) as ReassignmentOutput;
    expect(output).toMatchObject({ changed: true, type_label: 'Call', priority_label: 'Hot', ...at.about });
    expect(output.moved_tasks).toMatchObject([{ id: at.call.id, type_label: 'Call', ...at.about }]);
  });

  test('“only if nobody has it” moves a task of nobody, and halts once somebody has it', async () => {
    const { sandbox, workspace, app } = await startTopo({ taskCount: 0 });
    const { id } = sandbox.createTask();
    const [one, other] = workspace.people.map(({ userId }) => userId);
    const inputData = (assignee?: string) => ({ task_id: id, assignee_user_id: assignee, only_if_assigned_to: 'none' });
    expect(await app.run(reassignTask, { inputData: inputData(one) })).toMatchObject({ changed: true });
    expect(await app.thrownBy(reassignTask, { inputData: inputData(other) })).toMatchObject({
      name: 'HaltedError',
      message: `The task is not unassigned any more: Unnamed person ${one?.slice(0, 8)} has it. So nothing was changed.`,
    });
    expect(sandbox.task(id)?.assignee_user_id).toBe(one);
  });
});

describe('Hand Over Tasks', () => {
  test('hands over what nobody has, longest waiting first, and says what it is about', async () => {
    const at = await startKnowing();
    const inputData = { from_user_id: 'Nobody', to_user_id: at.taker.userId, most_tasks: 1 };
    const output = (await at.app.run(handOverTasks, { inputData })) as HandOverOutput;
    expect(output).toMatchObject({
      ...zero,
      moved_count: 1,
      left_count: 1,
      give_back: [at.older.id],
      left_tasks: [at.nobodys.id],
      previous_assignee: { user_id: null, name: null, email: null },
      summary: `1 task moved from nobody to Unnamed person ${at.taker.userId.slice(0, 8)}, 1 left for another run.`,
    });
    expect(output.tasks).toMatchObject([{ type_label: 'Email reply', contact: { id: expect.any(String) } }]);
    expect(assigneesOf(at, [at.older.id, at.nobodys.id, at.call.id])).toEqual([
      at.taker.userId,
      null,
      at.holder.userId,
    ]);
  });

  test('leaves alone a task that somebody took meanwhile', async () => {
    const at = await startKnowing();
    const inputData = { from_user_id: 'none', to_user_id: at.taker.userId, task_ids: [at.older.id, at.call.id] };
    const output = (await at.app.run(handOverTasks, { inputData })) as HandOverOutput;
    expect(output.give_back).toEqual([at.older.id]);
    expect(output.tasks[1]).toMatchObject({ outcome: 'skipped', reason: expect.stringMatching(/ has it\.$/) });
  });

  test('takes a person’s tasks in a status that Topo does not document, too', async () => {
    const at = await startKnowing();
    const inputData = { from_user_id: at.holder.userId, to_user_id: at.taker.userId };
    const output = (await at.app.run(handOverTasks, { inputData })) as HandOverOutput;
    expect(output.give_back).toEqual([at.snoozed.id, at.call.id]);
    expect(output.left_count).toBe(0);
    expect(output.tasks[1]).toMatchObject({ type_label: 'Call', ...at.about });
  });

  test('without a server says that the tasks of nobody need one, unless they are named', async () => {
    const { app, sandbox, workspace } = await startTopo({ taskCount: 0 });
    const { id } = sandbox.createTask();
    const to_user_id = first(workspace.people).userId;
    const thrown = await app.thrownBy(handOverTasks, { inputData: { from_user_id: 'none', to_user_id } });
    expect(thrown).toMatchObject({ name: 'HaltedError', message: expect.stringContaining('needs the webhook server') });
    expect(sandbox.changes).toHaveLength(0);
    const inputData = { from_user_id: 'none', to_user_id, task_ids: id };
    expect(await app.run(handOverTasks, { inputData })).toMatchObject({ moved_count: 1 });
  });
});

type Knowing = Awaited<ReturnType<typeof startKnowing>>;

test('whoever announces a reassignment is told what the task is about, as far as the key may read it', async () => {
  const { call, taker, about, serverUrl, workspace } = await startKnowing();
  const announceWith = async (key: string): Promise<unknown> => {
    const response = await fetch(`${serverUrl}/intents`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ task_id: call.id, assignee_user_id: taker.userId }),
    });
    return response.json();
  };
  expect(await announceWith(workspace.keys.full)).toEqual({ id: expect.any(String), ...about });
  expect(await announceWith(workspace.keys.tasksOnly)).toMatchObject({ contact: null, sequence_template: null });
});
