import { describe, expect, test } from '@jest/globals';
import type { ClaimLimits, DeliveryClaim, RecordOutcome, SeenTask } from '../../../webhook-server/store/work-store.ts';
import { leaseMs, newHook, type StoreBench, seen, seenMany } from './store-bench.ts';

const limits: ClaimLimits = { limit: 8, perHook: 8, leaseMs: 45_000, rateLimits: null };

const claimsIn = (outcome: RecordOutcome): readonly DeliveryClaim[] | undefined =>
  outcome.kind === 'recorded' ? outcome.claims : undefined;

export const describeClaimsAtOnce = (name: string, at: StoreBench): void => {
  const { listen, scan, claimDeliveries, msUntilDelivery, settle } = at;

  /** Records a page and leases what it makes due. Returns the claims, and whether somebody was told to look for more. */
  const record = async (rows: SeenTask[], claim: ClaimLimits = limits) => {
    const poll = await at.claimPoll();
    let isAnnounced = false;
    const unsubscribe = at.store.work.onWork('deliver', () => {
      isAnnounced = true;
    });
    const outcome = await at.store.work.recordPage(at.page(poll, rows), { leaseMs, claim });
    unsubscribe();
    const { organizationId, lease } = poll;
    await at.store.work.finishPoll({ organizationId, lease, nextPollInMs: 0, result: 'done', sawChange: false });
    return { claims: claimsIn(outcome), isAnnounced };
  };

  describe(`${name}: claims of what is told`, () => {
    test('what a page makes due is leased with it, and nobody else can claim it', async () => {
      await listen();
      const { claims = [], isAnnounced } = await record([seen('t1', 'grace', 1)]);
      expect(claims).toMatchObject([{ attempt: 1, ageMs: 0, hookFailures: 0, detectedAgoMs: 0 }]);
      expect(isAnnounced).toBe(false);
      expect(await claimDeliveries()).toEqual([]);
      expect(await msUntilDelivery()).toBe(45_000);
      const [{ id = '', lease = '' } = {}] = claims;
      expect(await settle({ id, lease })).toEqual({ kind: 'settled' });
      expect(await msUntilDelivery()).toBeUndefined();
    });

    test('when a change was detected is told by its event, whatever the task says', async () => {
      await listen();
      const said = '1999-01-01T00:00:00.000Z';
      const rows = [seen('t1', 'grace', 1, { detected_at: said, note: `"detected_at":"${said}"` })];
      expect((await record(rows)).claims).toMatchObject([{ detectedAgoMs: 0 }]);
    });

    test('nothing is leased unless it is asked for', async () => {
      await listen();
      const poll = await at.claimPoll();
      const outcome = await at.store.work.recordPage(at.page(poll, [seen('t1', 'grace', 1)]), { leaseMs });
      expect(outcome).not.toHaveProperty('claims');
      expect(await claimDeliveries()).toHaveLength(1);
    });

    test('what is older comes first, and the new one waits for it', async () => {
      await listen();
      await scan([seen('t1', 'grace', 1)]);
      const [older] = await claimDeliveries();
      const { claims, isAnnounced } = await record([seen('t1', 'hedy', 2)]);
      expect(claims).toEqual([]);
      expect(isAnnounced).toBe(true);
      const { id = '', lease = '' } = older ?? {};
      expect(await settle({ id, lease })).toEqual({ kind: 'settled', hasMore: true });
      expect(await claimDeliveries()).toHaveLength(1);
    });

    test('an older one of its sequence run that is due goes out instead, and the new one is announced', async () => {
      await listen();
      await scan([seen('t1', 'grace', 1)]);
      const { claims, isAnnounced } = await record([seen('t1', 'hedy', 2)]);
      expect(claims?.map(({ body }) => JSON.parse(body).new_assignee.user_id)).toEqual(['grace']);
      expect(isAnnounced).toBe(true);
    });

    test('a hook that rests goes on resting', async () => {
      await listen();
      await scan([seen('t1', 'grace', 1)]);
      const [claim] = await claimDeliveries();
      const { id = '', lease = '' } = claim ?? {};
      await settle({ id, lease }, { kind: 'retry', afterMs: 5_000, reason: 'it failed', certainty: 'refused' });
      const { claims, isAnnounced } = await record([seen('t2', 'grace', 2, { sequence_id: 's2' })]);
      expect(claims).toEqual([]);
      expect(isAnnounced).toBe(true);
      expect(await msUntilDelivery()).toBe(5_000);
    });

    test('more than there are places for is left to a claim of its own', async () => {
      await listen();
      await scan(seenMany(9, 'ada'));
      const many = await record(seenMany(9, 'grace', 1));
      expect(many.claims).toEqual([]);
      expect(many.isAnnounced).toBe(true);
      expect(await claimDeliveries({ limit: 100, perHook: 100 })).toHaveLength(9);
    });

    test('only the hooks that are told are looked at, and another organization never', async () => {
      await listen();
      await at.store.tenant('other').subscribe(newHook({ id: 'hok_other' }));
      const deaf = await listen({ id: 'hok_deaf', filters: { task_types: ['EMAIL_REPLY'] } });
      await at.tenant.sendTest(deaf.id, { eventId: 'evt_test', body: '{}' });
      const { claims } = await record([seen('t1', 'grace', 1)]);
      expect(claims?.map(({ hookId }) => hookId)).not.toContain(deaf.id);
      expect(claims).toHaveLength(1);
    });

    test('half of a burst is left for what waits in the queue, and nobody is held back for it', async () => {
      await listen();
      await scan(seenMany(3, 'ada'));
      const rateLimits = { hook: { everyMs: 50, burst: 4 }, user: { everyMs: 34, burst: 1_000 } };
      const { claims, isAnnounced } = await record(seenMany(3, 'grace', 1), { ...limits, rateLimits });
      expect(claims).toHaveLength(2);
      expect(isAnnounced).toBe(true);
      expect(await msUntilDelivery()).toBe(0);
      expect(await claimDeliveries({ rateLimits })).toHaveLength(1);
    });

    test('whoever lost the lease of the workspace leases nothing', async () => {
      await listen();
      const poll = await at.claimPoll();
      const page = { ...at.page(poll, [seen('t1', 'grace', 1)]), lease: 'another' };
      expect(await at.store.work.recordPage(page, { leaseMs, claim: limits })).toEqual({ kind: 'lease lost' });
      expect(await msUntilDelivery()).toBeUndefined();
    });
  });
};
