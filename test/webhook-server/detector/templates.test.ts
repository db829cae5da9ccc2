import { afterEach, expect, test } from '@jest/globals';
import { type WatchedWorkspace, watchWorkspace } from '../../support/watch-workspace.ts';

let at: WatchedWorkspace;
afterEach(() => at.close());

const lookUps = () => at.sandbox.requests.count(({ path }) => path.startsWith('/v1/sequences/'));

const openTask = (index: number) => {
  const task = at.workspace.tasks.filter(({ status, assignee_user_id }) => status === 'PENDING' && assignee_user_id)[
    index
  ];
  if (task === undefined) throw new Error('There is no such task.');
  const to = at.workspace.people.find(({ userId }) => userId !== task.assignee_user_id)?.userId ?? '';
  return {
    id: task.id,
    to,
    sequenceId: task.sequence_id,
    templateId: at.workspace.sequences.get(task.sequence_id ?? '')?.templateId ?? '',
  };
};

const nextPoll = async () => {
  at.passTime(60_000);
  await at.poll();
};

const delivered = async () => {
  const claims = await at.store.work.claimDeliveries({ limit: 100, perHook: 100, leaseMs: 1, rateLimits: null });
  return claims.map(({ hookId, body }) => ({ hookId, event: JSON.parse(body) }));
};

test('without a hook that filters by template no sequence is looked up', async () => {
  at = await watchWorkspace();
  await at.subscribe();
  await at.listen();
  const { id, to } = openTask(0);
  at.sandbox.reassign(id, to);
  await nextPoll();
  expect(lookUps()).toBe(0);
  expect(await at.events()).toMatchObject([{ sequence_template_id: null }]);
});

test('a hook that filters by template gets only its tasks; each sequence is looked up once', async () => {
  at = await watchWorkspace();
  const wanted = openTask(0);
  const other = [1, 2, 3, 4, 5, 6, 7, 8].map(openTask).find(({ templateId }) => templateId !== wanted.templateId);
  await at.subscribe(undefined, { filters: { sequence_template_ids: [wanted.templateId] } });
  await at.subscribe(undefined, {});
  await at.listen();
  at.sandbox.reassign(wanted.id, wanted.to);
  at.sandbox.reassign(other?.id ?? '', other?.to ?? '');
  await nextPoll();
  const heard = await delivered();
  expect(heard.filter(({ hookId }) => hookId === 'hok_1').map(({ event }) => event.task.id)).toEqual([wanted.id]);
  expect(heard.filter(({ hookId }) => hookId === 'hok_2')).toHaveLength(2);
  expect(heard.find(({ hookId }) => hookId === 'hok_1')?.event.sequence_template_id).toBe(wanted.templateId);
  expect(lookUps()).toBe(2);
  at.sandbox.reassign(wanted.id, at.workspace.people.at(-1)?.userId ?? '');
  await nextPoll();
  expect(lookUps()).toBe(2);
});

test('a sequence that Topo does not know has no template, and other hooks get its changes', async () => {
  at = await watchWorkspace({ assumptions: { getSequence: false } });
  const { id, to, templateId } = openTask(0);
  await at.subscribe(undefined, { filters: { sequence_template_ids: [templateId] } });
  await at.subscribe(undefined, {});
  await at.listen();
  at.sandbox.reassign(id, to);
  await nextPoll();
  expect((await delivered()).map(({ hookId }) => hookId)).toEqual(['hok_2']);
  expect((await at.tenant.hooks())[0]?.keyRefusedSinceMs).toBeNull();
});

test('a rate limit in the middle of the look-ups loses nothing', async () => {
  at = await watchWorkspace();
  const { id, to, templateId } = openTask(0);
  await at.subscribe(undefined, { filters: { sequence_template_ids: [templateId] } });
  await at.listen();
  at.sandbox.reassign(id, to);
  at.sandbox.injectFault({ kind: 'rate limit', retryAfter: 20, path: /sequences/ });
  await nextPoll();
  expect(await delivered()).toEqual([]);
  at.passTime(20_000);
  await at.poll();
  expect((await delivered()).map(({ event }) => event.task.id)).toEqual([id]);
});

/** Lets every turn of the next `ms` be taken. */
const pass = async (ms: number) => {
  const endMs = at.nowMs() + ms;
  for (;;) {
    const dueInMs = (await at.store.work.msUntilPoll()) ?? Number.POSITIVE_INFINITY;
    if (at.nowMs() + dueInMs > endMs) break;
    at.passTime(dueInMs);
    await at.poll();
  }
  at.passTime(endMs - at.nowMs());
};

const listenByTemplate = async (requestsPerMinute = 60) => {
  at = await watchWorkspace({ requestsPerMinute });
  const templateIds = [...at.workspace.sequences.values()].map(({ templateId }) => templateId);
  await at.subscribe(undefined, { filters: { sequence_template_ids: templateIds } });
  await at.listen();
  await pass(5 * 60_000);
};

test('however small the request budget, each change is told, and each hook that asks decides or gives up', async () => {
  await listenByTemplate(4);
  const changed = Array.from({ length: 12 }, (_, index) => openTask(index));
  for (const { id, to } of changed) at.sandbox.reassign(id, to);
  for (let polls = 0; polls < 16; polls += 1) {
    at.passTime(30_000);
    await at.poll();
  }
  const told = await at.events();
  expect(told.map(({ task }) => task.id).sort()).toEqual(changed.map(({ id }) => id).sort());
  const listing = await at.tenant.deliveries('hok_1', { limit: 100 });
  if (listing.kind !== 'page') throw new Error(listing.kind);
  expect(listing.deliveries).toHaveLength(12);
  expect(listing.deliveries.filter(({ state }) => state === 'waiting').length).toBeGreaterThan(5);
});

const failing = (status: number) =>
  at.sandbox.injectFault({ kind: 'status', status, path: /sequences/, times: Number.POSITIVE_INFINITY });

test.each([500, 403])(
  'while templates get %i, others hear at once, and the verdict comes within 5 minutes',
  async (status) => {
    await listenByTemplate();
    await at.subscribe(undefined, {});
    const late = openTask(0);
    const lift = failing(status);
    at.sandbox.reassign(late.id, late.to);
    await pass(60_000);
    expect((await delivered()).map(({ hookId }) => hookId)).toEqual(['hok_2']);
    lift();
    await pass(90_000);
    const heard = await delivered();
    expect(heard.map(({ hookId }) => hookId)).toContain('hok_1');
    expect(heard.find(({ hookId }) => hookId === 'hok_1')?.event.sequence_template_id).toBe(late.templateId);

    const never = openTask(1);
    failing(status);
    await pass(60_000);
    at.sandbox.reassign(never.id, never.to);
    await pass(5 * 60_000 + 61_000);
    expect(await at.tenant.deliveries('hok_1', { limit: 10, state: 'dropped' })).toMatchObject({
      deliveries: [{ state: 'dropped', reason: 'the template is unknown' }],
    });
  },
);

test('when Topo does not answer at all, the verdict comes nevertheless', async () => {
  await listenByTemplate();
  const { id, to } = openTask(0);
  failing(500);
  at.sandbox.reassign(id, to);
  await pass(60_000);
  at.sandbox.injectFault({ kind: 'cut', times: Number.POSITIVE_INFINITY });
  await pass(5 * 60_000);
  expect(await at.tenant.deliveries('hok_1', { limit: 10 })).toMatchObject({ deliveries: [{ state: 'dropped' }] });
});

test('a burst of runs takes half of the requests for templates, and the plain hook hears all of it at once', async () => {
  await listenByTemplate(60);
  await at.subscribe(undefined, {});
  await pass(61_000);
  const all = Array.from({ length: 100 }, (_, index) => openTask(index));
  const changed = [...new Map(all.map((task) => [task.sequenceId, task])).values()].slice(0, 40);
  const taskIds = changed.map(({ id }) => id);
  for (const { id, to } of changed) at.sandbox.reassign(id, to);
  const before = lookUps();
  await pass(15_000);
  const plain = (await delivered()).filter(({ hookId }) => hookId === 'hok_2');
  expect(plain.map(({ event }) => event.task.id).toSorted()).toEqual(taskIds.toSorted());
  await pass(45_000);
  expect(lookUps() - before).toBeLessThanOrEqual(30);
  expect(lookUps() - before).toBeGreaterThanOrEqual(15);
  await pass(4 * 60_000);
  expect(lookUps() - before).toBe(changed.length);
});

test('long look-ups keep the poll’s lease', async () => {
  let tookMs = 0;
  const claimed: number[] = [];
  at = await watchWorkspace({
    throughCall: (call) => async (key, request, signal) => {
      if (request.path.startsWith('sequences/')) {
        at.passTime(15_000);
        tookMs += 15_000;
        claimed.push((await at.store.work.claimPolls({ limit: 1, leaseMs: 1 })).length);
      }
      return call(key, request, signal);
    },
  });
  const templateIds = [...at.workspace.sequences.values()].map(({ templateId }) => templateId);
  await at.subscribe(undefined, { filters: { sequence_template_ids: templateIds } });
  await at.listen();
  const changed = Array.from({ length: 12 }, (_, index) => openTask(index));
  for (const { id, to } of changed) at.sandbox.reassign(id, to);
  for (let polls = 0; polls < 12; polls += 1) {
    at.passTime(5_000);
    await at.poll();
  }
  expect(tookMs).toBeGreaterThan(90_000);
  expect(claimed.filter((count) => count > 0)).toEqual([]);
  expect(await at.events()).toHaveLength(12);
});
