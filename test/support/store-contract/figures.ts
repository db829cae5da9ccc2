import { describe, expect, test } from '@jest/globals';
import { hourMs, leaseMs, newHook, type StoreBench, seen } from './store-bench.ts';

export const describeFigures = (name: string, at: StoreBench): void => {
  const { listen, scan, claimPoll, claimDelivery, settle } = at;
  const figures = () => at.store.work.figures();
  const refused = { kind: 'retry', afterMs: 60_000, reason: 'no', certainty: 'refused' } as const;

  describe(`${name}: figures`, () => {
    test('of an empty store are 0', async () => {
      expect(await figures()).toEqual({
        watchedWorkspaces: 0,
        refusedKeys: 0,
        oldestReadingMs: 0,
        waitingDeliveries: 0,
        oldestWaitingMs: 0,
        hooks: { active: 0, failing: 0, ended: 0 },
        longestFailingMs: 0,
      });
    });

    test('count what waits, and since when', async () => {
      await listen();
      await listen();
      await scan([seen('t1', 'grace', 1)]);
      at.nowMs += 7_000;
      await scan([seen('t2', 'grace', 2)]);
      at.nowMs += 1_000;
      expect(await figures()).toMatchObject({ waitingDeliveries: 4, oldestWaitingMs: 8_000 });
      await settle(await claimDelivery());
      expect(await figures()).toMatchObject({ waitingDeliveries: 3, oldestWaitingMs: 8_000 });
    });

    test('tell hooks that fail from hooks that do not, and for how long', async () => {
      await listen();
      const failing = await listen();
      await at.tenant.subscribe(newHook());
      await at.tenant.endHook((await at.tenant.subscribe(newHook())).id);
      await scan([seen('t1', 'grace', 1)]);
      for (const claim of await at.claimDeliveries()) {
        await settle(claim, claim.hookId === failing.id ? refused : { kind: 'delivered' });
      }
      at.nowMs += hourMs;
      expect(await figures()).toMatchObject({
        hooks: { active: 2, failing: 1, ended: 1 },
        longestFailingMs: hourMs,
      });
      await settle(await claimDelivery());
      expect(await figures()).toMatchObject({ hooks: { active: 3, failing: 0, ended: 1 }, longestFailingMs: 0 });
    });

    test('have the age of the last complete look, of the workspace where it is oldest', async () => {
      await at.tenant.subscribe(newHook());
      const foreign = at.store.tenant('foreign');
      await foreign.subscribe(newHook());
      at.nowMs += 20_000;
      expect(await figures()).toMatchObject({ watchedWorkspaces: 2, oldestReadingMs: 20_000 });
      for (const { organizationId, lease } of await at.store.work.claimPolls({ limit: 10, leaseMs })) {
        expect(await figures()).toMatchObject({ oldestReadingMs: 20_000 });
        const outcome = { organizationId, lease, nextPollInMs: 0, result: 'done', sawChange: false } as const;
        await at.store.work.finishPoll({ ...outcome, readAtMs: at.nowMs });
      }
      at.nowMs += 3_000;
      expect(await figures()).toMatchObject({ oldestReadingMs: 3_000 });
    });

    test('count workspaces whose key Topo refuses, and none that is not watched', async () => {
      const { id } = await at.tenant.subscribe(newHook());
      const { organizationId, lease } = await claimPoll();
      const end = { organizationId, lease, nextPollInMs: 0, result: 'key refused', sawChange: false } as const;
      await at.store.work.finishPoll(end);
      expect(await figures()).toMatchObject({ watchedWorkspaces: 1, refusedKeys: 1 });
      await at.tenant.endHook(id);
      await at.tenant.forgetWorkspace();
      expect(await figures()).toMatchObject({ watchedWorkspaces: 0, refusedKeys: 0, oldestReadingMs: 0 });
    });
  });
};
