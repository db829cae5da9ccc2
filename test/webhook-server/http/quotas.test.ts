import { expect, test } from '@jest/globals';
import type { Store } from '../../../webhook-server/store/store.ts';
import type { EventPosition } from '../../../webhook-server/store/tenant-store.ts';
import { everyStore } from '../../support/every-store.ts';
import { startHttp } from '../../support/started-http.ts';
import { newHook } from '../../support/store-contract/store-bench.ts';
import { happen } from '../../support/tenancy/world.ts';

const quotas = { hooks: 2, waitingDeliveries: 2, intents: 3, choices: 3, people: 2 };
const nowMs = Date.parse('2026-03-02T09:00:00Z');
const userId = (index: number) => `3c90c3cc-0d44-4b50-8888-8dd25736052${index}`;
const intent = (id: string) => ({ id, task_id: userId(0), assignee_user_id: userId(1), scope: 'TASK' as const });
const person = (index: number) => ({ user_id: userId(index), name: 'Ada', email: null });

for (const { name, describe, begin } of everyStore) {
  describe(`quotas over ${name}`, () => {
    const withStore = async (work: (store: Store) => Promise<void>) => {
      const store = await (await begin()).open(() => nowMs, quotas);
      await work(store).finally(() => store.close());
    };

    test('a workspace has so many live hooks and no more, also when they come at once', () =>
      withStore(async (store) => {
        const tenant = store.tenant('org');
        const came = await Promise.allSettled(Array.from({ length: 6 }, () => tenant.subscribe(newHook())));
        expect(came.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
        expect(await tenant.hooks()).toHaveLength(2);
        await store.tenant('other').subscribe(newHook());
      }));

    test('a target that has a hook may subscribe again at the quota, and an ended hook makes room', () =>
      withStore(async (store) => {
        const tenant = store.tenant('org');
        const first = newHook();
        await tenant.subscribe(first);
        await tenant.subscribe(newHook());
        await tenant.subscribe(newHook({ targetHash: first.targetHash }));
        await expect(tenant.subscribe(newHook())).rejects.toThrow(/as many hooks as it may have \(2,/);
        await tenant.endHook(first.id);
        await tenant.subscribe(newHook());
      }));

    test('hooks that have ended are bounded, too', () =>
      withStore(async (store) => {
        const tenant = store.tenant('org');
        for (let index = 0; index < 20; index += 1) {
          const hook = newHook();
          await tenant.subscribe(hook);
          await tenant.endHook(hook.id);
        }
        await expect(tenant.subscribe(newHook())).rejects.toThrow('20 with those that have ended');
      }));

    test('while so many deliveries wait nobody may ask for more by hand', () =>
      withStore(async (store) => {
        const tenant = store.tenant('org');
        const { id } = await tenant.subscribe(newHook());
        const event = { eventId: 'evt_1', body: '{}' };
        const first = await tenant.sendTest(id, event);
        await tenant.sendTest(id, event);
        await expect(tenant.sendTest(id, event)).rejects.toThrow('Too many deliveries');
        const claims = await store.work.claimDeliveries({ limit: 9, perHook: 9, leaseMs: 1000, rateLimits: null });
        const outcome = { kind: 'dead', afterMs: 0, reason: 'no', certainty: 'refused' } as const;
        await store.work.settle(claims.map(({ id: delivery, lease }) => ({ id: delivery, lease, outcome })));
        await tenant.sendTest(id, event);
        // Two have died, and there is room for one.
        expect(await tenant.recoverDeliveries(id, { sinceMs: 0, limit: 100 })).toMatchObject({
          count: 1,
          hasMore: true,
        });
        await expect(tenant.recoverDeliveries(id, { sinceMs: 0, limit: 100 })).rejects.toThrow('Too many deliveries');
        const delivery = first.kind === 'queued' ? first.delivery.id : '';
        await expect(tenant.retryDelivery(delivery)).rejects.toThrow('Too many deliveries');
      }));

    test('what a Zap missed waits as far as there is room, and the rest can be sent later', () =>
      withStore(async (store) => {
        const tenant = store.tenant('org');
        const before = await tenant.subscribe(newHook({ zapId: 'zap' }));
        await happen(store.work, { kind: 'scan', to: 0 }, nowMs);
        await tenant.endHook(before.id);
        await happen(store.work, { kind: 'scan', to: 1 }, nowMs + 1);
        const { id } = await tenant.subscribe(newHook({ zapId: 'zap' }));
        const recover = (from: EventPosition | null) => tenant.recoverMissed(id, { sinceMs: 0, isDryRun: false, from });
        const first = await recover(null);
        expect(first).toMatchObject({ kind: 'looked', count: 2, next: { seq: expect.any(Number) } });
        const next = first.kind === 'looked' ? first.next : null;
        await expect(recover(next)).rejects.toThrow('Too many deliveries');
        await happen(store.work, { kind: 'deliver', outcome: 'delivered' }, nowMs);
        expect(await recover(next)).toEqual({ kind: 'looked', count: 1, next: null });
        expect(await recover(null)).toEqual({ kind: 'looked', count: 0, next: null });
      }));

    test('intents and people are bounded, and of a list that is too long nothing is kept', () =>
      withStore(async (store) => {
        const tenant = store.tenant('org');
        await tenant.announce([intent('a'), intent('b')]);
        await expect(tenant.announce([intent('c'), intent('d')])).rejects.toThrow('as it may in a day (3)');
        await tenant.announce([intent('c')]);
        expect(await tenant.settleIntent('d', { state: 'failed', updatedAtUs: null })).toBe(false);
        await tenant.namePeople([person(1), person(2)]);
        await tenant.namePeople([person(1), person(2)]);
        await expect(tenant.namePeople([{ ...person(1), name: 'Bea' }, person(3)])).rejects.toThrow(
          'may hold 2 people',
        );
        expect((await tenant.people()).map((known) => known.name)).toEqual(['Ada', 'Ada']);
        await store.tenant('other').namePeople([person(1), person(2)]);
      }));

    test('exceeding a quota gives a sentence and 409', async () => {
      const ground = await begin();
      const http = await startHttp({ openStore: (clock) => ground.open(clock, quotas) });
      const subscribe = (index: number) =>
        http.call('POST', '/hooks', http.keys.full, {
          target_url: `https://hooks.zapier.com/hooks/standard/1/zap${index}/`,
          event: 'task.reassigned',
        });
      try {
        expect([(await subscribe(1)).status, (await subscribe(2)).status, (await subscribe(2)).status]).toEqual([
          201, 201, 200,
        ]);
        expect(await subscribe(3)).toMatchObject({ status: 409, json: { error: { code: 'quota_reached' } } });
        const people = [1, 2, 3].map(person);
        expect(await http.call('POST', '/people/import', http.keys.full, people)).toMatchObject({ status: 409 });
      } finally {
        await http.close();
      }
    });
  });
}

test('calls are counted by workspace, whichever of its keys they come with; another workspace goes on', async () => {
  const http = await startHttp({ limits: { requestsPerMinute: 5 } });
  try {
    const { full, readOnly } = http.keys;
    for (const key of [full, readOnly, http.foreignKey]) await http.call('GET', '/people', key);
    const statuses = [];
    for (const key of [full, readOnly, full, readOnly, full, readOnly]) {
      statuses.push((await http.call('GET', '/people', key)).status);
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
    const limited = await http.call('GET', '/people', full);
    expect(limited.json.error).toMatchObject({
      code: 'rate_limited',
      message: expect.stringContaining('5 times a minute'),
    });
    expect(limited.headers.get('retry-after')).toBe('60');
    expect((await http.call('GET', '/people', http.foreignKey)).status).toBe(200);
  } finally {
    await http.close();
  }
});

test('calls without a working key are counted by address, and known keys go on', async () => {
  const http = await startHttp({ limits: { unauthenticatedPerMinute: 7 } });
  try {
    await http.call('GET', '/people', http.keys.full);
    await http.call('GET', '/people', 'topo_refused');
    const statuses = [];
    for (const key of [
      undefined,
      'topo_refused',
      undefined,
      'topo_refused',
      undefined,
      'topo_refused',
      undefined,
      undefined,
    ]) {
      statuses.push((await http.call('POST', '/people/import', key, [])).status);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 401, 429, 429]);
    expect((await http.call('GET', '/people', http.keys.full)).status).toBe(200);
  } finally {
    await http.close();
  }
});

test('the largest body is configured', async () => {
  const http = await startHttp({ limits: { bodyKilobytes: 1 } });
  try {
    const body = (size: number) => JSON.stringify({ name: 'x'.repeat(size) });
    const put = (size: number) => http.call('PUT', `/people/${userId(1)}`, http.keys.full, body(size));
    expect((await put(900)).status).toBe(400);
    expect(await put(1100)).toMatchObject({ status: 413, json: { error: { code: 'payload_too_large' } } });
  } finally {
    await http.close();
  }
});
