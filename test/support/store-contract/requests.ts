import { describe, expect, test } from '@jest/globals';
import { leaseMs, newHook, type StoreBench } from './store-bench.ts';

export const describeRequests = (name: string, at: StoreBench): void => {
  const { claimPoll, page, newScan } = at;

  describe(`${name}: requests to Topo`, () => {
    test('a workspace that was never polled has made none', async () => {
      await at.tenant.subscribe(newHook());
      expect((await claimPoll()).requestedAtMs).toEqual([]);
    });

    test('they are noted with every page, with every look-up and at the end, and come with the next claim', async () => {
      await at.tenant.subscribe(newHook());
      const next = async () => {
        at.nowMs += leaseMs;
        return claimPoll();
      };
      const paging = await claimPoll();
      const begun = page(paging, [], { scan: newScan({ kind: 'baseline' }), end: null, requestedAtMs: [1, 2] });
      await at.store.work.recordPage(begun, { leaseMs });

      const lookingUp = await next();
      expect(lookingUp.requestedAtMs).toEqual([1, 2]);
      const { organizationId, lease } = lookingUp;
      await at.store.work.recordFacts({ organizationId, lease, requestedAtMs: [2, 3] }, { leaseMs });

      const finishing = await next();
      expect(finishing.requestedAtMs).toEqual([2, 3]);
      const outcome = { nextPollInMs: 0, result: 'failed', sawChange: false } as const;
      await at.store.work.finishPoll({ ...finishing, ...outcome, requestedAtMs: [3, 4] });
      expect((await claimPoll()).requestedAtMs).toEqual([3, 4]);
    });

    test('whoever says nothing about them leaves them as they are', async () => {
      await at.tenant.subscribe(newHook());
      const { organizationId, lease } = await claimPoll();
      const outcome = { organizationId, lease, nextPollInMs: 0, result: 'done', sawChange: false } as const;
      await at.store.work.finishPoll({ ...outcome, requestedAtMs: [5] });
      const again = await claimPoll();
      await at.store.work.recordPage(page(again, []), { leaseMs });
      await at.store.work.finishPoll({ ...outcome, lease: again.lease });
      expect((await claimPoll()).requestedAtMs).toEqual([5]);
    });

    test('whoever has lost the lease changes nothing', async () => {
      await at.tenant.subscribe(newHook());
      const late = await claimPoll();
      at.nowMs += leaseMs;
      const next = await claimPoll();
      await at.store.work.recordPage(page(late, [], { requestedAtMs: [9] }), { leaseMs });
      await at.store.work.finishPoll({
        ...late,
        nextPollInMs: 0,
        result: 'done',
        sawChange: false,
        requestedAtMs: [9],
      });
      await at.store.work.finishPoll({ ...next, nextPollInMs: 0, result: 'done', sawChange: false });
      expect((await claimPoll()).requestedAtMs).toEqual([]);
    });

    test('they outlive the last hook, as Topo remembers them too', async () => {
      const hook = await at.tenant.subscribe(newHook());
      const claim = await claimPoll();
      await at.store.work.recordPage(page(claim, [], { requestedAtMs: [7] }), { leaseMs });
      await at.tenant.endHook(hook.id);
      await at.tenant.subscribe(newHook());
      expect((await claimPoll()).requestedAtMs).toEqual([7]);
    });
  });
};
