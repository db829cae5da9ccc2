import { describe, expect, test } from '@jest/globals';
import { publishRest } from '../../../webhook-server/detector/publish-rest.ts';
import type { DeliveryClaim, PollClaim, SeenTask } from '../../../webhook-server/store/work-store.ts';
import { dayMs, leaseMs, newHook, type StoreBench, seen } from './store-bench.ts';

/** With so many hooks a piece tells few changes. */
const hookCount = 50;
const runCount = 9;
const tasksPerRun = 4;
const changeCount = runCount * tasksPerRun;

const tasksOf = (assigneeId: string, second = 0): SeenTask[] =>
  Array.from({ length: changeCount }, (_, index) =>
    seen(`b${index}`, assigneeId, second, { sequence_id: `run-${Math.floor(index / tasksPerRun)}` }),
  );

export const describeBursts = (name: string, at: StoreBench): void => {
  const waitsForFacts = false;

  const subscribeMany = async () => {
    for (let hook = 0; hook < hookCount; hook += 1) {
      const oncePer = hook === 0 ? 'sequence' : 'task';
      await at.tenant.subscribe(newHook({ id: `hook-${hook}`, targetHash: `target-${hook}`, oncePer }));
    }
    await at.scan(tasksOf('ada'), { kind: 'baseline' });
  };

  /** Stores what changed, of which the first piece is told. */
  const find = async (assigneeId: string, second: number) => {
    const claim = await at.claimPoll();
    const scan = at.newScan({ id: `scan-${second}`, startedAtMs: at.nowMs });
    const outcome = await at.store.work.recordPage(at.page(claim, tasksOf(assigneeId, second), { scan }), { leaseMs });
    if (outcome.kind === 'lease lost') throw new Error('The lease is lost.');
    return { claim, scan, fromSeq: outcome.untoldFrom };
  };
  type Found = Awaited<ReturnType<typeof find>>;

  const tellRest = ({ claim: { organizationId, lease }, scan, fromSeq }: Found) =>
    publishRest(at.store.work, { organizationId, lease, scan, waitsForFacts, fromSeq }, leaseMs);
  const giveBack = ({ organizationId, lease }: PollClaim) =>
    at.store.work.finishPoll({ organizationId, lease, nextPollInMs: 0, result: 'done', sawChange: true });

  const deliver = (claims: readonly DeliveryClaim[]) =>
    at.store.work.settle(claims.map(({ id, lease }) => ({ id, lease, outcome: { kind: 'delivered' } as const })));

  const claimAll = async () => {
    const claims: DeliveryClaim[] = [];
    for (;;) {
      const some = await at.claimDeliveries({ limit: 500, perHook: 100 });
      if (some.length === 0) return claims;
      claims.push(...some);
      await deliver(some);
    }
  };
  const heardBy = (hookId: string, claims: Awaited<ReturnType<typeof claimAll>>) =>
    claims.filter((claim) => claim.hookId === hookId).map(({ body }) => JSON.parse(body));

  describe(`${name}: bursts`, () => {
    test('are told in pieces: the first at once, each sequence run whole, and each change once', async () => {
      await subscribeMany();
      const found = await find('grace', 1);
      expect(found.fromSeq).not.toBeNull();
      const early = await claimAll();
      expect(early.length).toBeGreaterThan(0);
      expect(await tellRest(found)).toEqual({ kind: 'published', untoldFrom: null });
      const claims = [...early, ...(await claimAll())];
      expect(new Set(claims.map(({ id }) => id)).size).toBe(claims.length);
      expect(claims).toHaveLength((hookCount - 1) * changeCount + runCount);
      const together = heardBy('hook-0', claims);
      expect(together.map(({ changes_count }) => changes_count)).toEqual(Array(runCount).fill(tasksPerRun));
      const single = heardBy('hook-7', claims);
      expect(single.map(({ task }) => task.id).toSorted()).toEqual(
        tasksOf('')
          .map(({ task }) => task.id)
          .toSorted(),
      );
      expect(new Set(single.map(({ batch_size }) => batch_size))).toEqual(new Set([tasksPerRun]));
    });

    test('go on with the next poll when a process ends between two pieces', async () => {
      await subscribeMany();
      const { claim } = await find('grace', 1);
      await giveBack(claim);
      expect((await at.claimPoll()).hasUnpublished).toBe(true);
      at.nowMs += leaseMs;
      await at.scan([]);
      const claims = await claimAll();
      expect(heardBy('hook-7', claims)).toHaveLength(changeCount);
      expect(heardBy('hook-0', claims)).toHaveLength(runCount);
    });

    test('are told to the hooks that were there when they were found', async () => {
      await subscribeMany();
      const found = await find('grace', 1);
      await at.tenant.subscribe(newHook({ id: 'late', targetHash: 'late' }));
      await tellRest(found);
      const claims = await claimAll();
      expect(heardBy('late', claims)).toEqual([]);
      expect(heardBy('hook-7', claims)).toHaveLength(changeCount);
      await giveBack(found.claim);
      await tellRest(await find('ada', 2));
      expect(heardBy('late', await claimAll())).toHaveLength(changeCount);
    });

    test('are Zapier’s to the last piece when intents speak for them', async () => {
      await subscribeMany();
      const intents = tasksOf('').map(({ task }) => task.id);
      await at.tenant.announce(
        intents.map((id) => ({ id: `int-${id}`, task_id: id, assignee_user_id: 'grace', scope: 'TASK' as const })),
      );
      await at.tenant.settleIntents(intents.map((id) => ({ id: `int-${id}`, state: 'done', updatedAtUs: null })));
      at.nowMs += 120_000;
      await tellRest(await find('grace', 1));
      const events = await at.tenant.events({ limit: 100 });
      expect(events?.items.map(({ source }) => source)).toEqual(Array(changeCount).fill('zapier'));
    });

    test('send what they have to tell however much else is gone by then', async () => {
      await subscribeMany();
      await tellRest(await find('grace', 1));
      const [dead, ...others] = (await at.claimDeliveries({ limit: 500, perHook: 100 })).filter(
        ({ hookId }) => hookId !== 'hook-0',
      );
      if (dead === undefined) throw new Error('Nothing is due.');
      await at.settle(dead, { kind: 'dead', afterMs: 0, reason: 'x', certainty: 'refused' });
      await deliver(others);
      at.nowMs += 2 * dayMs;
      const retention = { eventMs: dayMs, deliveryMs: dayMs, deadDeliveryMs: 90 * dayMs, hookMs: dayMs };
      const lease = (await at.store.work.claimCleanUp({ leaseMs })) ?? '';
      for (let count = 1; count > 0; ) {
        const outcome = await at.store.work.removeExpired({ lease, leaseMs, retention, limit: 1_000 });
        count = outcome.kind === 'removed' ? outcome.count : 0;
      }
      expect((await at.tenant.events({ limit: 10 }))?.items).toEqual([]);
      // What waits is sent, and what died can be sent by hand.
      const claims = await claimAll();
      expect(claims.length).toBeGreaterThan(0);
      for (const { body } of claims) expect(JSON.parse(body).new_assignee.user_id).toBe('grace');
      await at.tenant.retryDelivery(dead.id);
      expect((await claimAll()).map(({ body }) => body)).toEqual([dead.body]);
    });
  });
};
