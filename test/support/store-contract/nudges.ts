import { describe, expect, test } from '@jest/globals';
import { nudgedLooksApartMs } from '../../../webhook-server/store/rules.ts';
import { type StoreBench, seen } from './store-bench.ts';

export const describeNudges = (name: string, at: StoreBench): void => {
  const { scan, listen, claimPoll } = at;

  const finish = async (readAtMs: number, sawChange = false) => {
    const { organizationId, lease } = await claimPoll();
    const outcome = { result: 'done' as const, sawChange, readAtMs, nextPollInMs: 60_000 };
    await at.store.work.finishPoll({ organizationId, lease, ...outcome });
  };

  describe(`${name}: nudges from outside`, () => {
    test('the first lets the workspace be polled at once, and again like any nudge', async () => {
      await listen();
      at.nowMs += 10_000;
      await finish(at.nowMs);
      at.nowMs += 10_000;
      await at.tenant.nudgeFromOutside();
      expect(await at.store.work.msUntilPoll()).toBe(0);
      await finish(at.nowMs);
      expect(await at.store.work.msUntilPoll()).toBe(500);
    });

    test('however many come, and at whatever rate, their looks lie apart', async () => {
      await listen();
      await finish(at.nowMs);
      at.nowMs += 60_000;
      let polls = 0;
      for (const endsAtMs = at.nowMs + 120_000; at.nowMs < endsAtMs; at.nowMs += 100) {
        await at.tenant.nudgeFromOutside();
        if ((await at.store.work.msUntilPoll()) !== 0) continue;
        await finish(at.nowMs);
        polls += 1;
      }
      // Beside the two early looks of each look-out of half a minute.
      expect(polls).toBeLessThanOrEqual(120_000 / nudgedLooksApartMs + 2 * 4 + 1);
      expect(polls).toBeGreaterThanOrEqual(120_000 / nudgedLooksApartMs);
    });

    test('after a change was seen the next one is looked for anew', async () => {
      await listen();
      await at.tenant.nudgeFromOutside();
      await scan([seen('t1', 'Grace', 1)]);
      await finish(at.nowMs, true);
      expect(await at.store.work.msUntilPoll()).toBe(60_000);
      at.nowMs += 1_000;
      await at.tenant.nudgeFromOutside();
      expect(await at.store.work.msUntilPoll()).toBe(nudgedLooksApartMs - 1_000);
    });

    test('a workspace that nobody watches is not polled', async () => {
      await at.tenant.nudgeFromOutside();
      expect(await at.store.work.msUntilPoll()).toBeUndefined();
    });
  });

  describe(`${name}: nudge addresses`, () => {
    const address = (number: number) => ({ tokenHash: `hash-${number}`, sealedToken: `sealed-${number}` });

    test('a workspace has one at a time, and each is found by its hash', async () => {
      expect(await at.tenant.nudgeAddress()).toBeUndefined();
      const other = at.store.tenant('other');
      await at.tenant.replaceNudgeAddress(address(1));
      await other.replaceNudgeAddress(address(2));
      expect(await at.tenant.nudgeAddress()).toEqual({ sealedToken: 'sealed-1', createdAtMs: at.nowMs });
      expect(await at.store.organizationOfNudge('hash-1')).toBe('org');
      expect(await at.store.organizationOfNudge('hash-2')).toBe('other');
      await at.tenant.replaceNudgeAddress(address(3));
      expect(await at.store.organizationOfNudge('hash-1')).toBeUndefined();
      expect(await at.store.organizationOfNudge('hash-3')).toBe('org');
      await at.tenant.removeNudgeAddress();
      expect(await at.store.organizationOfNudge('hash-3')).toBeUndefined();
      expect(await at.store.organizationOfNudge('hash-2')).toBe('other');
    });

    test('it goes at once with what is known of its workspace', async () => {
      await at.tenant.replaceNudgeAddress(address(1));
      expect(await at.tenant.forgetWorkspace()).toBe('forgotten');
      expect(await at.tenant.nudgeAddress()).toBeUndefined();
    });
  });
};
