import { expect, test } from '@jest/globals';
import type { Task } from '../../topo/task.ts';
import { first, startTopo } from '../support/topo-sandbox.ts';
import { runApp } from '../support/zapier-app.ts';

// Deals in a CRM know the contact's e-mail; tasks do not tell whom they are about.

const findTask = 'searches.find_task.operation.perform';

type NewTask = NonNullable<Parameters<Topo['sandbox']['createTask']>[0]>;

type Topo = Awaited<ReturnType<typeof startTopo>>;

const find = async ({ app }: Pick<Topo, 'app'>, inputData: Record<string, unknown>): Promise<Task[]> =>
  (await app.run(findTask, { inputData })) as Task[];

/** A person with two tasks about one contact, and with a newer task about another. */
const startWithTasks = async () => {
  const topo = await startTopo();
  const { sandbox, workspace } = topo;
  const assignee = workspace.people.at(-1)?.userId ?? '';
  const [sequence, ...others] = workspace.sequences.values();
  const contact = workspace.contacts.get(sequence?.contactId ?? '');
  const another = others.find(({ contactId }) => contactId !== contact?.id);
  const create = (sequenceId = '', task: NewTask = {}) =>
    sandbox.createTask({ assignee_user_id: assignee, sequence_id: sequenceId, ...task }).id;
  create(sequence?.id, { created_at: new Date(Date.now() - 60_000).toISOString() });
  const newer = create(sequence?.id);
  create(another?.id);
  create(sequence?.id, { status: 'COMPLETED' });
  return { ...topo, assignee, newer, create, email: contact?.email ?? '' };
};

test('the newest open task about the contact comes first, and none about another contact', async () => {
  const topo = await startWithTasks();
  const found = await find(topo, { assignee_user_id: topo.assignee, contact_email: topo.email });
  expect(found[0]?.id).toBe(topo.newer);
  const { sequences, contacts } = topo.workspace;
  const emails = found.map(({ sequence_id }) => contacts.get(sequences.get(sequence_id ?? '')?.contactId ?? '')?.email);
  expect(new Set(emails)).toEqual(new Set([topo.email]));
});

test('capitals and spaces around an e-mail do not matter', async () => {
  const topo = await startWithTasks();
  const contact_email = ` ${topo.email.toUpperCase()} `;
  expect((await find(topo, { assignee_user_id: topo.assignee, contact_email }))[0]?.id).toBe(topo.newer);
});

test.each([
  ['a link', (email: string) => `mailto:${email}`],
  ['an address with a name before it', (email: string) => `Somebody Else <${email}>`],
])('%s is read as an e-mail', async (_what, write) => {
  const topo = await startWithTasks();
  const inputData = { assignee_user_id: topo.assignee, contact_email: write(topo.email) };
  expect((await find(topo, inputData))[0]?.id).toBe(topo.newer);
});

test('nobody with that e-mail is an empty list', async () => {
  const topo = await startWithTasks();
  expect(await find(topo, { assignee_user_id: topo.assignee, contact_email: 'nobody@example.com' })).toEqual([]);
});

test('each sequence and contact is requested once, and no more once the contact is found', async () => {
  const topo = await startWithTasks();
  for (let count = 0; count < 40; count += 1) topo.create(crypto.randomUUID());
  await find(topo, { assignee_user_id: topo.assignee, contact_email: 'nobody@example.com' });
  const lookUps = () => topo.sandbox.requests.entries.filter(({ path }) => /\/(sequences|contacts)\//.test(path));
  const all = lookUps().map(({ path }) => path);
  expect(all.length).toBeGreaterThan(40);
  expect(new Set(all).size).toBe(all.length);

  const contact_email = topo.workspace.contacts.values().next().value?.email;
  expect(await find(topo, { assignee_user_id: topo.assignee, contact_email })).not.toEqual([]);
  expect(lookUps().length - all.length).toBeLessThan(14);
});

test.each(['sequences', 'contacts'])('a key that may not read %s is told which scope is missing', async (resource) => {
  const topo = await startWithTasks();
  topo.sandbox.injectFault({ kind: 'status', status: 403, path: new RegExp(`/${resource}/`), times: Infinity });
  const inputData = { assignee_user_id: topo.assignee, contact_email: topo.email };
  expect(await topo.app.thrownBy(findTask, { inputData })).toMatchObject({
    name: 'AppError',
    message: expect.stringContaining(`lacks the scope ${resource}:read`),
  });
});

test('a key for tasks alone can still search without a contact', async () => {
  const { url, workspace, assignee, newer } = await startWithTasks();
  const app = runApp({ TOPO_API_URL: url }, workspace.keys.tasksOnly);
  const found = await find({ app }, { assignee_user_id: assignee });
  expect(found.map(({ id }) => id)).toContain(newer);
});

test.each(['sequences', 'contacts'])(
  'when Topo does not tell a task’s %s, the search does not say that there is none',
  async (resource) => {
    const topo = await startWithTasks();
    topo.sandbox.injectFault({ kind: 'status', status: 404, path: new RegExp(`/${resource}/`), times: Infinity });
    const inputData = { assignee_user_id: topo.assignee, contact_email: topo.email };
    expect(await topo.app.thrownBy(findTask, { inputData })).toMatchObject({
      name: 'HaltedError',
      message: expect.stringContaining('Topo does not tell whom'),
    });
  },
);

test('an unfinished search is an error, not an empty list', async () => {
  const topo = await startWithTasks();
  const sequenceId = first([...topo.workspace.sequences.keys()]);
  for (let count = 0; count < 110; count += 1) topo.create(sequenceId);
  const inputData = { contact_email: 'nobody@example.com' };
  expect(await topo.app.thrownBy(findTask, { inputData })).toMatchObject({
    name: 'HaltedError',
    message: expect.stringContaining('were not looked at. Make the search narrower'),
  });
});

test('when Topo asks for fewer requests, the search stops asking', async () => {
  const topo = await startWithTasks();
  for (let count = 0; count < 40; count += 1) topo.create(crypto.randomUUID());
  topo.sandbox.injectFault({ kind: 'rate limit', retryAfter: 7, path: /\/sequences\// });
  const inputData = { assignee_user_id: topo.assignee, contact_email: 'nobody@example.com' };
  expect(await topo.app.thrownBy(findTask, { inputData })).toMatchObject({ name: 'ThrottledError', delay: 7 });
  expect(topo.sandbox.requests.count(({ path }) => path.includes('/sequences/'))).toBeLessThan(14);
});

test('open tasks are those that are pending or in progress', async () => {
  const { sandbox, workspace, ...topo } = await startTopo({ taskCount: 0 });
  const assignee_user_id = first(workspace.people).userId;
  const create = (status: 'PENDING' | 'IN_PROGRESS' | 'COMPLETED' | 'SKIPPED') =>
    sandbox.createTask({ assignee_user_id, status }).id;
  const open = [create('PENDING'), create('IN_PROGRESS')];
  create('COMPLETED');
  create('SKIPPED');
  const found = await find(topo, { assignee_user_id, status: 'OPEN' });
  expect(found.map(({ id }) => id).sort()).toEqual(open.toSorted());
});
