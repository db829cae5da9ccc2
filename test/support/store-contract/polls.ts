import { describe, expect, test } from '@jest/globals';
import { hourMs, leaseMs, newHook, type StoreBench, seen } from './store-bench.ts';

export const describePolls = (name: string, at: StoreBench): void => {
  const { claimPoll, newScan, page, scan, listen } = at;
  describe(`${name}: polls`, () => {
    test('a workspace is due when its first hook subscribes, for one poll at a time', async () => {
      expect(await at.store.work.claimPolls({ limit: 10, leaseMs })).toEqual([]);
      await at.tenant.subscribe(newHook());
      const claim = await claimPoll();
      expect(claim).toMatchObject({
        organizationId: 'org',
        sealedKey: 'sealed-key',
        isBaselined: false,
        incremental: null,
        background: null,
      });
      expect(await at.store.work.claimPolls({ limit: 10, leaseMs })).toEqual([]);
    });

    test('it is due again when the poll says so', async () => {
      await at.tenant.subscribe(newHook());
      const { organizationId, lease } = await claimPoll();
      await at.store.work.finishPoll({ organizationId, lease, nextPollInMs: 15_000, result: 'done', sawChange: false });
      expect(await at.store.work.msUntilPoll()).toBe(15_000);
      at.nowMs += 14_999;
      expect(await at.store.work.claimPolls({ limit: 10, leaseMs })).toEqual([]);
      at.nowMs += 1;
      await claimPoll();
    });

    test('a lease that ran out goes to the next, and what its owner still does is not stored', async () => {
      await listen();
      const late = await claimPoll();
      at.nowMs += leaseMs;
      const next = await claimPoll();
      expect(next.lease).not.toBe(late.lease);
      const changed = [seen('t1', 'grace', 1)];
      expect(await at.store.work.recordPage(page(late, changed), { leaseMs })).toEqual({ kind: 'lease lost' });
      await at.store.work.finishPoll({ ...late, nextPollInMs: 0, result: 'done', sawChange: false });
      expect(await at.store.work.claimPolls({ limit: 10, leaseMs })).toEqual([]);
      expect(await at.store.work.recordPage(page(next, changed), { leaseMs })).toMatchObject({
        kind: 'recorded',
        untoldFrom: null,
        detected: [{ type: 'task.reassigned' }],
      });
    });

    test('each page renews the lease', async () => {
      await at.tenant.subscribe(newHook());
      const claim = await claimPoll();
      at.nowMs += leaseMs - 1;
      await at.store.work.recordPage(page(claim, []), { leaseMs });
      at.nowMs += leaseMs - 1;
      expect(await at.store.work.claimPolls({ limit: 10, leaseMs })).toEqual([]);
    });

    test('a scan that was interrupted goes on where it was', async () => {
      await at.tenant.subscribe(newHook());
      const claim = await claimPoll();
      const cursor = { offset: 99, overlapOffset: 98, borderKey: 7, totalCount: 300, isBorderRead: false, tie: null };
      const interrupted = newScan({ kind: 'baseline', rowsRead: 100, floorUs: 5, cursor });
      await at.store.work.recordPage(page(claim, [], { scan: interrupted, end: null }), { leaseMs });
      await at.store.work.finishPoll({ ...claim, nextPollInMs: 0, result: 'failed', sawChange: false });
      expect(await claimPoll()).toMatchObject({ background: interrupted, failures: 1, isBaselined: false });
    });

    test('workspaces whose reading goes on are claimed, and waited for, apart from the others', async () => {
      await listen();
      const unread = at.store.tenant('unread');
      await unread.subscribe(newHook());
      const none = await at.store.work.claimPolls({ limit: 10, goingOnLimit: 0, leaseMs });
      expect(none.map(({ organizationId }) => organizationId)).not.toContain('unread');
      for (const { organizationId, lease } of none) {
        await at.store.work.finishPoll({
          organizationId,
          lease,
          nextPollInMs: 15_000,
          result: 'done',
          sawChange: false,
        });
      }
      expect(await at.store.work.msUntilPoll()).toBe(0);
      expect(await at.store.work.msUntilPoll({ isGoingOnFull: true })).toBeGreaterThan(0);
      const [claim] = await at.store.work.claimPolls({ limit: 10, goingOnLimit: 1, leaseMs });
      expect(claim).toMatchObject({ organizationId: 'unread', goesOn: true });
    });

    test('a scan that is interrupted goes on, and the next poll after its end does not', async () => {
      await listen();
      at.nowMs += hourMs;
      const claim = await claimPoll();
      expect(claim.goesOn).toBe(false);
      const cursor = { offset: 99, overlapOffset: 98, borderKey: 7, totalCount: 300, isBorderRead: false, tie: null };
      const paused = newScan({ kind: 'incremental', rowsRead: 100, floorUs: 5, cursor });
      await at.store.work.recordPage(page(claim, [], { scan: paused, end: null }), { leaseMs });
      const ended = { nextPollInMs: 0, result: 'done' as const, sawChange: false };
      await at.store.work.finishPolls([{ ...claim, ...ended }]);
      const again = await claimPoll();
      expect(again).toMatchObject({ goesOn: true, incremental: paused, records: claim.records + 1 });
      await at.store.work.recordPage(page(again, [], { scan: paused }), { leaseMs });
      await at.store.work.finishPolls([{ ...again, ...ended }]);
      expect(await claimPoll()).toMatchObject({ goesOn: false, incremental: null });
    });

    test('polls that end together are each given back, and a lost lease gives back nothing', async () => {
      const organizationIds = ['one', 'two', 'three'];
      for (const id of organizationIds) await at.store.tenant(id).subscribe(newHook({ id, secretHash: id }));
      const claims = await at.store.work.claimPolls({ limit: 10, leaseMs });
      expect(claims).toHaveLength(3);
      const outcomes = claims.map(({ organizationId, lease }, index) => ({
        organizationId,
        lease: index === 0 ? 'lost' : lease,
        nextPollInMs: 1_000 * index,
        result: index === 2 ? ('failed' as const) : ('done' as const),
        sawChange: false,
      }));
      await at.store.work.finishPolls(outcomes);
      at.nowMs += 2_000;
      const again = await at.store.work.claimPolls({ limit: 10, leaseMs });
      expect(again.map(({ organizationId, failures }) => ({ organizationId, failures }))).toEqual([
        { organizationId: claims[1]?.organizationId, failures: 0 },
        { organizationId: claims[2]?.organizationId, failures: 1 },
      ]);
    });

    test('failures are counted until a poll goes well', async () => {
      await at.tenant.subscribe(newHook());
      for (const result of ['failed', 'key refused'] as const) {
        await at.store.work.finishPoll({ ...(await claimPoll()), nextPollInMs: 0, result, sawChange: false });
      }
      const claim = await claimPoll();
      expect(claim.failures).toBe(2);
      await at.store.work.finishPoll({ ...claim, nextPollInMs: 0, result: 'done', sawChange: false });
      expect((await claimPoll()).failures).toBe(0);
    });

    test('a key that was refused is replaced by another one, one that works is kept', async () => {
      await at.tenant.subscribe(newHook());
      expect(await at.tenant.needsKey('other-hash')).toBe(false);
      await at.tenant.renewKey({ sealedKey: 'other', keyHash: 'other-hash' });
      const claim = await claimPoll();
      expect(claim.sealedKey).toBe('sealed-key');
      await at.store.work.finishPoll({ ...claim, nextPollInMs: hourMs, result: 'key refused', sawChange: false });
      expect(await at.tenant.needsKey('key-hash')).toBe(false);
      expect(await at.tenant.needsKey('other-hash')).toBe(true);
      await at.tenant.renewKey({ sealedKey: 'same key, sealed again', keyHash: 'key-hash' });
      expect(await at.store.work.claimPolls({ limit: 10, leaseMs })).toEqual([]);
      await at.tenant.renewKey({ sealedKey: 'other', keyHash: 'other-hash' });
      expect((await claimPoll()).sealedKey).toBe('other');
    });

    test('a key that had to make way for one that may do more serves again when that one is refused', async () => {
      await at.tenant.subscribe(newHook());
      const needed = { sealedKey: 'able', keyHash: 'able-hash', bringsNeededKey: true };
      await at.tenant.subscribe(newHook(needed));
      const claim = await claimPoll();
      expect(claim.sealedKey).toBe('able');
      await at.store.work.finishPoll({ ...claim, nextPollInMs: 0, result: 'key refused', sawChange: false });
      expect((await claimPoll()).sealedKey).toBe('sealed-key');
    });

    test('new work is announced', async () => {
      const topics: string[] = [];
      const stop = at.store.work.onWork('poll', () => topics.push('poll'));
      at.store.work.onWork('deliver', () => topics.push('deliver'));
      await listen();
      expect(topics).toEqual(['poll']);
      await scan([seen('t1', 'grace', 1)]);
      expect(topics).toEqual(['poll', 'deliver']);
      stop();
      await at.tenant.subscribe(newHook());
      expect(topics).toEqual(['poll', 'deliver']);
    });
  });
};
