import { describe, expect, test } from '@jest/globals';
import { newHook, type StoreBench, seen } from './store-bench.ts';

const leaseMs = 60_000;

export const describeBeginQuietly = (name: string, at: StoreBench): void => {
  const { scan, listen, claimPoll, claimDeliveries, newScan, page } = at;

  describe(`${name}: a restored state that begins quietly`, () => {
    test('drops what waits and keeps it to be sent by hand, and reads the workspace as if for the first time', async () => {
      const hook = await listen(newHook({ targetHash: 'target' }));
      await scan([seen('t1', 'grace', 1)]);
      await at.store.beginQuietly();
      expect(await claimDeliveries()).toEqual([]);
      expect(await at.tenant.deliveries(hook.id, { limit: 10 })).toMatchObject({
        deliveries: [{ state: 'dropped', reason: 'the server was restored from a backup' }],
      });
      expect(await claimPoll()).toMatchObject({
        isBaselined: false,
        watermark: null,
        incremental: null,
        background: null,
      });
    });

    test('tells nothing of what that reading shows, and then everything', async () => {
      await listen();
      await at.store.beginQuietly();
      const claim = await claimPoll();
      const baseline = newScan({ kind: 'baseline', isSilent: claim.isSilent });
      await at.store.work.recordPage(page(claim, [seen('t1', 'grace', 1)], { scan: baseline }), { leaseMs });
      const { organizationId, lease } = claim;
      const done = { result: 'done', nextPollInMs: 0, sawChange: false } as const;
      await at.store.work.finishPoll({ organizationId, lease, ...done });
      expect(await claimDeliveries()).toEqual([]);
      await scan([seen('t1', 'ada', 2)]);
      expect(await claimDeliveries()).toHaveLength(1);
    });
  });
};
