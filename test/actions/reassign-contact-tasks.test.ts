import { expect, test } from '@jest/globals';
import type { ContactTasksOutput } from '../../zapier/hand-over/contact-tasks-output.ts';
import { idsOf, outcomesOf, pathOf, reasonFor, zero } from '../support/handing-over.ts';
import { createContact, untilKnown } from '../support/known-contacts.ts';
import { type RealLoop, startRealLoop } from '../support/real-loop.ts';
import { startReceiver } from '../support/receiver.ts';
import { startTopo } from '../support/topo-sandbox.ts';
import { runApp } from '../support/zapier-app.ts';

// All open tasks about a contact go to one person. Which these are, the webhook server knows; Topo is asked for each.

const perform = 'creates.reassign_contact_tasks.operation.perform';
const email = 'ada@initech.example';

const person = ({ workspace }: RealLoop, position: number) => {
  const found = workspace.people[position];
  if (found === undefined) throw new Error(`There is no person ${position}.`);
  return found;
};

/** A contact in two sequences, whose tasks two people have, and a task about somebody else. */
const startWithContact = async () => {
  const loop = await startRealLoop({ taskCount: 0 });
  const [holder, taker, bystander] = [person(loop, 0), person(loop, 1), person(loop, 2)];
  const { sequenceId, contact } = createContact(loop, email);
  const second = loop.sandbox.createSequence({ contactId: contact.id });
  const foreign = createContact(loop, 'grace@globex.example');
  let made = 0;
  const create = (assignee: { userId: string } | null, sequence_id: string, more: object = {}) => {
    made += 1;
    const created_at = new Date(Date.parse('2026-03-02T09:00:00Z') + made * 60_000).toISOString();
    return loop.sandbox.createTask({ assignee_user_id: assignee?.userId ?? null, sequence_id, created_at, ...more });
  };
  const tasks = [create(holder, sequenceId), create(bystander, second.id), create(null, sequenceId)];
  const closed = create(holder, sequenceId, { status: 'COMPLETED' });
  const other = create(holder, foreign.sequenceId);
  await untilKnown(loop);
  return {
    ...loop,
    holder,
    taker,
    bystander,
    contact,
    sequenceId,
    create,
    tasks,
    closed,
    other,
    holderOf: (id: string) => loop.sandbox.task(id)?.assignee_user_id,
    writes: () => loop.sandbox.requests.entries.filter(({ method }) => method !== 'GET'),
    run: async (inputData: Record<string, unknown> = {}) =>
      (await loop.app.run(perform, {
        inputData: { contact_email: email, to_user_id: taker.userId, ...inputData },
      })) as ContactTasksOutput,
  };
};

test('all open tasks about the contact move, in every sequence and whoever has them, and no other', async () => {
  const { run, tasks, closed, other, holderOf, holder, taker, bystander, contact } = await startWithContact();
  const output = await run({ contact_email: ' Ada Moreau <ADA@initech.example> ' });
  expect(tasks.map(({ id }) => holderOf(id))).toEqual(tasks.map(() => taker.userId));
  expect([closed, other].map(({ id }) => holderOf(id))).toEqual([holder.userId, holder.userId]);
  expect(output).toMatchObject({ ...zero, moved_count: 3, preview: false, give_back: idsOf(tasks), left_tasks: [] });
  expect(output.tasks.map(({ previous_assignee }) => previous_assignee.user_id)).toEqual([
    holder.userId,
    bystander.userId,
    null,
  ]);
  expect(output.contacts).toEqual([{ id: contact.id, name: 'Ada Moreau', email, company: 'Initech' }]);
  expect(output.summary).toMatch(/^3 tasks moved to .*\. Contact: Ada Moreau, Initech\.$/);
});

test('with a person, only the tasks that this person has move', async () => {
  const { run, tasks, holderOf, holder, taker, bystander } = await startWithContact();
  const output = await run({ from_user_id: holder.userId });
  expect(output.give_back).toEqual([tasks[0]?.id]);
  expect(output.tasks).toHaveLength(1);
  expect(output.previous_assignee.user_id).toBe(holder.userId);
  expect(tasks.map(({ id }) => holderOf(id))).toEqual([taker.userId, bystander.userId, null]);
});

test('a task that was made a moment ago moves, too', async () => {
  const { run, create, sequenceId, tasks, holder } = await startWithContact();
  const newest = create(holder, sequenceId);
  const output = await run();
  expect(output.give_back).toEqual(idsOf([...tasks, newest]));
});

test('tasks about two contacts who have the same e-mail move, and the report says so', async () => {
  const loop = await startWithContact();
  const { run, sandbox, tasks, create, holder } = loop;
  const namesake = sandbox.createContact({ firstName: 'A.', lastName: 'Moreau', companyName: 'Globex', email });
  const theirs = create(holder, sandbox.createSequence({ contactId: namesake.id }).id);
  await untilKnown(loop);
  const output = await run();
  expect(output.give_back).toEqual(idsOf([...tasks, theirs]));
  expect(output.contacts.map(({ company }) => company).sort()).toEqual(['Globex', 'Initech']);
  expect(output.summary).toContain(
    '. 2 contacts have this e-mail, and tasks of all of them are included: Ada Moreau, Initech; A. Moreau, Globex.',
  );
});

test('a preview says what would move, and writes nothing', async () => {
  const { run, tasks, writes } = await startWithContact();
  const output = await run({ preview_only: 'true' });
  expect(output).toMatchObject({ ...zero, would_move_count: 3, preview: true, give_back: [] });
  expect(output.tasks.map(({ id }) => id)).toEqual(idsOf(tasks));
  expect(output.summary).toMatch(/^3 tasks would move to /);
  expect(writes()).toEqual([]);
});

test('the longest waiting tasks move first, up to the cap, and each further run takes the next', async () => {
  const { run, tasks } = await startWithContact();
  const [first, second, third] = idsOf(tasks);
  const output = await run({ most_tasks: '2' });
  expect(output).toMatchObject({ moved_count: 2, left_count: 1, give_back: [first, second], left_tasks: [third] });
  expect(output.summary).toMatch(/, 1 left for another run\. Contact/);
  expect(await run({ most_tasks: '2' })).toMatchObject({ moved_count: 1, left_count: 0, give_back: [third] });
});

test('more tasks than one answer of the server holds are all counted', async () => {
  const loop = await startWithContact();
  const { run, create, sequenceId, holder } = loop;
  const more = Array.from({ length: 120 }, () => create(holder, sequenceId));
  await untilKnown(loop);
  const output = await run({ most_tasks: '5', preview_only: true });
  expect(output).toMatchObject({ would_move_count: 5, left_count: more.length + 3 - 5 });
  expect(output.left_tasks.at(-1)).toBe(more.at(-1)?.id);
});

test('whoever has all of them already gets none, and the report says so', async () => {
  const { run, tasks, taker, writes } = await startWithContact();
  await run();
  const before = writes().length;
  const output = await run();
  expect(output).toMatchObject({ ...zero, skipped_count: 3, give_back: [] });
  expect(reasonFor(output, tasks[0]?.id ?? '')).toMatch(/^It is with .* already\.$/);
  expect(output.new_assignee.user_id).toBe(taker.userId);
  expect(writes()).toHaveLength(before);
});

test('a contact without open tasks has nothing to move', async () => {
  const { run, writes } = await startWithContact();
  const output = await run({ contact_email: 'nobody@example.com' });
  expect(output).toMatchObject({ ...zero, tasks: [], contacts: [], give_back: [] });
  expect(output.summary).toMatch(/^0 tasks moved to (?!.*Contact).*\.$/);
  expect(writes()).toEqual([]);
});

test('one task that Topo refuses to move does not spoil the report of the others', async () => {
  const { run, sandbox, tasks } = await startWithContact();
  const [first = '', second = '', third = ''] = idsOf(tasks);
  sandbox.injectFault({ kind: 'status', status: 422, method: 'PATCH', path: pathOf(second) });
  const output = await run();
  expect(outcomesOf(output)).toEqual({ [first]: 'moved', [second]: 'failed', [third]: 'moved' });
  expect(reasonFor(output, second)).toMatch(/^Topo’s rules forbid this.*request_id is/);
});

test('what Hand Over Tasks is given back returns to whom it was with', async () => {
  const { run, app, tasks, holderOf, holder, taker, bystander } = await startWithContact();
  const { give_back } = await run({ from_user_id: holder.userId });
  const inputData = { task_ids: give_back, from_user_id: taker.userId, to_user_id: holder.userId };
  await app.run('creates.hand_over_tasks.operation.perform', { inputData });
  expect(tasks.map(({ id }) => holderOf(id))).toEqual([holder.userId, bystander.userId, null]);
});

test('the webhook server hears of the reassignments before they are made', async () => {
  const loop = await startWithContact();
  await loop.turnOn('triggers.task_reassigned', '/all');
  await loop.run();
  const told = await loop.received('/all', 3);
  const sources = told.map(({ body }) => (JSON.parse(body) as { source: string }).source);
  expect(sources).toEqual(['zapier', 'zapier', 'zapier']);
});

/** A server that knows of tasks what it is told, and of whom they are. */
const startTelling = async (list: Record<string, unknown>) => {
  const topo = await startTopo({ taskCount: 0 });
  const [holder, taker] = topo.workspace.people;
  const state = {
    is_current: true,
    is_complete: true,
    are_facts_complete: true,
    next: null,
    as_of: null,
    progress: null,
  };
  const server = await startReceiver((response, { path }) =>
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify(path.startsWith('/tasks') ? { ...state, items: [], ...list } : { items: [] })),
  );
  const app = runApp({ TOPO_API_URL: topo.url, WEBHOOK_SERVER_URL: server.url }, topo.workspace.keys.full);
  const inputData = { contact_email: email, to_user_id: taker?.userId ?? '' };
  return { ...topo, app, holder, inputData };
};

const listed = (task: object) => ({
  task,
  assignee: { user_id: null, name: null, email: null },
  contact: { id: 'c', name: 'Ada Moreau', email, company: null },
  sequence_template: null,
});

test('a task that was closed or deleted meanwhile is skipped, and the report says so', async () => {
  const list: Record<string, unknown> = {};
  const { app, sandbox, holder, inputData } = await startTelling(list);
  const tasks = ['a', 'b', 'c'].map(() => sandbox.createTask({ assignee_user_id: holder?.userId ?? null }));
  list['items'] = tasks.map(listed).reverse();
  const [closed = '', gone = '', open = ''] = idsOf(tasks);
  sandbox.completeTask(closed);
  sandbox.deleteTask(gone);
  const output = (await app.run(perform, { inputData })) as ContactTasksOutput;
  expect(outcomesOf(output)).toEqual({ [closed]: 'skipped', [gone]: 'skipped', [open]: 'moved' });
  expect(reasonFor(output, closed)).toBe('It is done or skipped already.');
  expect(reasonFor(output, gone)).toBe('Topo does not show this task any more, so it was left alone.');
  expect(output.summary).toMatch(/^1 task moved to .*, 2 skipped\. Contact: Ada Moreau\.$/);
});

test('while it is not known whom some tasks are about, what is known moves, and the report says that there may be more', async () => {
  const list: Record<string, unknown> = { are_facts_complete: false };
  const { app, sandbox, holder, inputData } = await startTelling(list);
  const task = sandbox.createTask({ assignee_user_id: holder?.userId ?? null });
  list['items'] = [listed(task)];
  const output = (await app.run(perform, { inputData })) as ContactTasksOutput;
  expect(output.give_back).toEqual([task.id]);
  expect(output.summary).toMatch(
    / There may be more tasks: the webhook server does not know yet whom some of them are about\.$/,
  );
});

test.each([
  [
    'knows not yet whom some tasks are about',
    { are_facts_complete: false },
    'HaltedError',
    /what some of your tasks are about/,
  ],
  [
    'is still reading',
    { is_complete: false, is_current: false, progress: { rows_read: 300, total_rows: 900 } },
    'HaltedError',
    /still reading your tasks \(300 of 900\)/,
  ],
  ['was paused', { is_current: false }, 'ThrottledError', /has not read your tasks for some minutes/],
])('where the server %s, nothing is said to be nothing', async (_what, list, name, message) => {
  const { app, inputData } = await startTelling(list);
  const thrown = await app.thrownBy(perform, { inputData });
  expect(thrown.name).toBe(name);
  expect(thrown.message).toMatch(message);
});

test('a list that is not complete moves nothing', async () => {
  const list: Record<string, unknown> = { is_complete: false };
  const { app, sandbox, holder, inputData } = await startTelling(list);
  list['items'] = [listed(sandbox.createTask({ assignee_user_id: holder?.userId ?? null }))];
  expect((await app.thrownBy(perform, { inputData })).name).toBe('HaltedError');
  expect(sandbox.changes).toHaveLength(0);
});

test('without a webhook server the run halts and says that it needs one', async () => {
  const { url, workspace, sandbox } = await startTopo();
  const inputData = { contact_email: email, to_user_id: workspace.people[1]?.userId };
  const thrown = await runApp({ TOPO_API_URL: url }, workspace.keys.full).thrownBy(perform, { inputData });
  expect(thrown.name).toBe('HaltedError');
  expect(thrown.message).toMatch(/^This action needs the webhook server of this integration, which is not set up/);
  expect(sandbox.requests.length).toBe(0);
});

test('a key that may not read contacts is told so, and nothing moves', async () => {
  const { serverUrl, topoUrl, workspace, taker, writes } = await startWithContact();
  const variables = { TOPO_API_URL: topoUrl, WEBHOOK_SERVER_URL: serverUrl };
  const inputData = { contact_email: email, to_user_id: taker.userId };
  const thrown = await runApp(variables, workspace.keys.tasksOnly).thrownBy(perform, { inputData });
  expect(thrown.message).toMatch(/lacks the scope sequences:read/);
  expect(writes()).toEqual([]);
});

test.each([
  ['an empty e-mail', { contact_email: ' ' }, /^The field “Contact Email” is empty\./],
  ['a text that is no e-mail', { contact_email: 'Ada Moreau' }, /holds “Ada Moreau”, which is no e-mail address/],
  ['two e-mails', { contact_email: 'a@x.example, b@x.example' }, /which is no e-mail address/],
  ['a cap of 0', { most_tasks: 0 }, /“Most Tasks” takes a whole number from 1 to 200/],
])('%s halts the run before anybody is asked', async (_what, given, message) => {
  const { app, inputData, sandbox } = await startTelling({});
  const thrown = await app.thrownBy(perform, { inputData: { ...inputData, ...given } });
  expect(thrown.name).toBe('HaltedError');
  expect(thrown.message).toMatch(message);
  expect(sandbox.requests.length).toBe(0);
});

test.each(['from_user_id', 'preview_only', 'contact_email'])(
  'a mapping that leaves %s empty moves nothing',
  async (key) => {
    const { app, inputData, sandbox } = await startTelling({});
    const bundle = { inputData: { ...inputData, [key]: '' }, inputDataRaw: { [key]: '{{1__owner}}' } };
    expect((await app.thrownBy(perform, bundle)).name).toBe('HaltedError');
    expect(sandbox.requests.length).toBe(0);
  },
);
