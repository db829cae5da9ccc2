import { afterEach, expect, test } from '@jest/globals';
import type { WorkStore } from '../../../webhook-server/store/work-store.ts';
import { watchWorkspace } from '../../support/watch-workspace.ts';

const scopes = ['tasks:read', 'tasks:write', 'sequences:read', 'contacts:read'];

type Watched = Awaited<ReturnType<typeof watchWorkspace>>;

const closers: Watched[] = [];
afterEach(async () => {
  for (const watched of closers.splice(0)) await watched.close();
});

const begin = async (options: Parameters<typeof watchWorkspace>[0]): Promise<Watched> => {
  const at = await watchWorkspace(options);
  closers.push(at);
  await at.subscribe(at.workspace.keys.full, { scopes });
  return at;
};

/** Polls whenever the workspace is due, for so long. */
const pollFor = async (at: Watched, ms: number): Promise<void> => {
  const untilMs = at.nowMs() + ms;
  while (at.nowMs() < untilMs) {
    await at.poll();
    at.passTime(Math.max(1, Math.min(untilMs - at.nowMs(), (await at.store.work.msUntilPoll()) ?? ms)));
  }
};

/** The share of open tasks of which the contact is known, of those that have one. */
const knownShare = async ({ tenant, workspace }: Watched): Promise<number> => {
  let [known, all] = [0, 0];
  let after: { createdAtUs: number; taskId: string } | undefined;
  do {
    const { tasks, next } = await tenant.tasks({ limit: 1_000, scopes, after });
    for (const { task, contact } of tasks) {
      const hasContact = workspace.sequences.get(task.sequence_id ?? '')?.contactId != null;
      if (!hasContact) continue;
      all += 1;
      if (contact?.email != null) known += 1;
    }
    after = next ?? undefined;
  } while (after !== undefined);
  return known / all;
};

const pathsOf = (at: Watched, since: number): string[] =>
  at.sandbox.requests.entries.slice(since).map(({ path }) => path);

test('few tasks are looked up one by one, and then nothing more is asked', async () => {
  const at = await begin({ taskCount: 0 });
  for (let made = 0; made < 3; made += 1) {
    const contact = at.sandbox.createContact({ firstName: `Ada ${made}` });
    at.sandbox.createTask({ sequence_id: at.sandbox.createSequence({ contactId: contact.id }).id });
  }
  await pollFor(at, 60_000);
  expect(await knownShare(at)).toBe(1);
  const lookUps = pathsOf(at, 0).filter((path) => path !== '/v1/tasks');
  expect(lookUps.filter((path) => path === '/v1/sequence-templates')).toHaveLength(1);
  expect(lookUps).toHaveLength(7);
});

test('many are read from Topo’s lists, within half of the requests, and a new task is not kept waiting by them', async () => {
  const at = await begin({ taskCount: 3_000, contactCount: 12_000, requestsPerMinute: 60 });
  await pollFor(at, 2 * 60_000);
  const contact = at.sandbox.createContact({ firstName: 'Newest', email: 'newest@example.com' });
  const created_at = new Date(at.nowMs()).toISOString();
  const sequence_id = at.sandbox.createSequence({ contactId: contact.id }).id;
  const newest = at.sandbox.createTask({ sequence_id, created_at });
  await pollFor(at, 60_000);
  const { tasks } = await at.tenant.tasks({ limit: 1, scopes, contactEmail: 'newest@example.com' });
  expect(tasks.map(({ task }) => task.id)).toEqual([newest.id]);
  await pollFor(at, 6 * 60_000);
  expect(await knownShare(at)).toBeGreaterThan(0.95);
  expect(pathsOf(at, 0)).toContain('/v1/contacts');
  const minutes = Map.groupBy(at.sandbox.requests.entries, ({ at: when }) => Math.floor(when.getTime() / 60_000));
  for (const requests of minutes.values()) {
    expect(requests.filter(({ path }) => path !== '/v1/tasks').length).toBeLessThanOrEqual(35);
  }
});

test.each([['Topo has no lists of them', { listSequences: false, listContacts: false, listSequenceTemplates: false }]])(
  'where %s, they are looked up one by one',
  async (_what, assumptions) => {
    const at = await begin({ taskCount: 60, assumptions });
    await pollFor(at, 10 * 60_000);
    expect(await knownShare(at)).toBe(1);
  },
);

test('a key without contacts:read learns no contact, and asks for none', async () => {
  const at = await watchWorkspace({ taskCount: 30 });
  closers.push(at);
  await at.subscribe(at.workspace.keys.full, { scopes: ['tasks:read', 'sequences:read'] });
  await pollFor(at, 5 * 60_000);
  expect(pathsOf(at, 0).filter((path) => path.startsWith('/v1/contacts'))).toEqual([]);
});

test('a failing look-up holds no change back for longer than it takes', async () => {
  const at = await begin({ taskCount: 20 });
  at.sandbox.injectFault({ kind: 'status', status: 500, path: /^\/v1\/sequences/, times: Number.POSITIVE_INFINITY });
  await at.listen();
  const [task] = at.workspace.tasks;
  const other = at.workspace.people.find(({ userId }) => userId !== task?.assignee_user_id);
  at.sandbox.reassign(task?.id ?? '', other?.userId ?? '');
  await pollFor(at, 20_000);
  expect(await at.events()).toMatchObject([{ task: { id: task?.id }, contact: { id: null } }]);
});

test('a change of a task whose facts are known does not make the detector look for what to ask', async () => {
  let looks = 0;
  const throughStore = (store: WorkStore): WorkStore => ({
    ...store,
    factsToLookUp(organizationId) {
      looks += 1;
      return store.factsToLookUp(organizationId);
    },
  });
  const at = await begin({ taskCount: 0, throughStore });
  const sequence_id = at.sandbox.createSequence({ contactId: at.sandbox.createContact({ firstName: 'Ada' }).id }).id;
  const task = at.sandbox.createTask({ sequence_id });
  await pollFor(at, 60_000);
  looks = 0;
  const [first, second] = at.workspace.people.filter(({ userId }) => userId !== task.assignee_user_id);
  at.sandbox.reassign(task.id, first?.userId ?? '');
  await pollFor(at, 61_000);
  expect(await at.events()).toHaveLength(1);
  expect(looks).toBe(0);
  at.sandbox.createTask({ sequence_id: at.sandbox.createSequence().id });
  at.sandbox.reassign(task.id, second?.userId ?? '');
  await pollFor(at, 61_000);
  expect(looks).toBeGreaterThan(0);
});
