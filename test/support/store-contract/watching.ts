import { describe, expect, test } from '@jest/globals';
import { hourMs, leaseMs, newHook, type StoreBench, seen, startMs } from './store-bench.ts';

const dayMs = 24 * hourMs;
const all = ['tasks:read', 'sequences:read', 'contacts:read'];

export const describeWatching = (name: string, at: StoreBench): void => {
  const { claimPoll, newScan, page, scan, listen } = at;
  const claims = () => at.store.work.claimPolls({ limit: 10, leaseMs });
  const key = { sealedKey: 'asking', keyHash: 'asking-hash', scopes: all };

  const readAll = async (rows = [seen('t1', 'ada')]) => {
    const claim = await claimPoll();
    const { organizationId, lease } = claim;
    const baseline = page(claim, rows, { scan: newScan({ kind: 'baseline', isSilent: claim.isSilent }) });
    await at.store.work.recordPage(baseline, { leaseMs });
    const readAtMs = at.nowMs;
    await at.store.work.finishPoll({
      organizationId,
      lease,
      nextPollInMs: 0,
      result: 'done',
      sawChange: false,
      readAtMs,
    });
  };

  const newAssignees = async () =>
    (await at.tenant.events({ limit: 10 }))?.items.map(({ new_assignee }) => new_assignee.user_id);

  describe(`${name}: watching`, () => {
    test('a step that asks has the workspace read, and hears how far that is', async () => {
      expect(await at.tenant.watch(key)).toMatchObject({ isComplete: false, readAtMs: null, progress: null });
      expect(await claimPoll()).toMatchObject({
        sealedKey: 'asking',
        hasListeners: false,
        isSilent: true,
        scopes: all,
      });
    });

    test('once every task was read it is complete, and says when Topo was looked at', async () => {
      await at.tenant.watch(key);
      await readAll();
      at.nowMs += 5_000;
      expect(await at.tenant.watch(key)).toMatchObject({ isComplete: true, readAtMs: at.nowMs - 5_000 });
    });

    test('nobody is told what changes before the first hook', async () => {
      await at.tenant.watch(key);
      await readAll();
      await scan([seen('t1', 'grace', 1)], { isSilent: true });
      await at.tenant.subscribe(newHook());
      expect((await at.tenant.events({ limit: 10 }))?.items).toEqual([]);
    });

    test('what changes after the last hook is kept as history, and nobody is told', async () => {
      const hook = await listen();
      await at.tenant.endHook(hook.id);
      expect(await scan([seen('t1', 'grace', 1)], { isSilent: true })).toBe(0);
      await at.tenant.subscribe(newHook());
      await scan([seen('t1', 'ada', 2)], { isSilent: true });
      expect(await newAssignees()).toEqual(['ada', 'grace']);
      expect(await at.bodies()).toEqual([]);
    });

    test('what changed while it was not read is no history', async () => {
      const hook = await listen();
      await at.tenant.endHook(hook.id);
      at.nowMs += dayMs + leaseMs;
      expect(await claims()).toEqual([]);
      await at.tenant.subscribe(newHook());
      await scan([seen('t1', 'grace', 1)], { isSilent: true });
      expect(await newAssignees()).toEqual([]);
    });

    test('what a step has read since then is history again, and what nobody read is not', async () => {
      const hook = await listen();
      await at.tenant.endHook(hook.id);
      at.nowMs += dayMs + leaseMs;
      expect(await claims()).toEqual([]);
      await at.tenant.watch(key);
      await scan([seen('t1', 'grace', 1)], { isSilent: true });
      await scan([seen('t1', 'hedy', 2)], { isSilent: true });
      expect(await newAssignees()).toEqual(['hedy']);
    });

    test('history costs no look at Topo: nothing waits for it, and nothing is asked for it alone', async () => {
      const hook = await listen({ scopes: all });
      await at.tenant.endHook(hook.id);
      const intent = { task_id: 't1', assignee_user_id: 'grace', scope: 'TASK' as const };
      await at.tenant.announce([{ id: 'open', ...intent }]);
      const claim = await claimPoll();
      const closed = { ...seen('t2', 'ada', 1, { sequence_id: 's2' }), isOpen: false };
      const rows = [seen('t1', 'grace', 1), closed];
      const found = page(claim, rows, { scan: newScan({ isSilent: true }), waitsForFacts: true });
      await at.store.work.recordPage(found, { leaseMs });
      const looked = { organizationId: 'org', lease: claim.lease, result: 'done' as const, sawChange: false };
      at.nowMs += 40_000;
      await at.store.work.finishPoll({ ...looked, nextPollInMs: hourMs });
      expect(await at.store.work.msUntilPoll()).toBe(hourMs);
      expect(JSON.stringify(await at.store.work.factsToLookUp('org'))).not.toContain('s2');
    });

    test('new tasks, too, are kept as history after the last hook, and only the next hook’s own are told to it', async () => {
      const events = ['task.created', 'task.reassigned'] as const;
      const created = (id: string, second: number) => ({
        ...seen(id, 'hedy', second),
        createdAtUs: (startMs + second * 1000) * 1000,
      });
      const hook = await listen({ events: [...events] });
      await at.tenant.endHook(hook.id);
      await scan([created('t4', 1)], { isSilent: true });
      await at.tenant.subscribe(newHook({ events: [...events] }));
      const end = { watermark: { us: (startMs + 2_000) * 1000, movedAtMs: at.nowMs, isSettled: false } };
      const claim = await claimPoll();
      await at.store.work.recordPage(page(claim, [], { scan: newScan({ isSilent: true }), end }), { leaseMs });
      await at.store.work.finishPoll({ ...claim, nextPollInMs: 0, result: 'done', sawChange: false });
      await scan([created('t5', 2), created('t6', 3)]);
      expect((await at.bodies()).map(({ task }) => task.id)).toEqual(['t6']);
      expect((await at.tenant.events({ limit: 10, types: [...events] }))?.items.map(({ task }) => task.id)).toEqual([
        't6',
        't4',
      ]);
    });

    test('a hook of a watched workspace listens after one more silent look, which comes at once', async () => {
      await at.tenant.watch(key);
      await readAll();
      const claim = await claimPoll();
      await at.store.work.finishPoll({ ...claim, nextPollInMs: hourMs, result: 'done', sawChange: false });
      await at.tenant.subscribe(newHook());
      expect(await claimPoll()).toMatchObject({ isSilent: true, hasListeners: true });
      at.nowMs += leaseMs;
      await scan([seen('t1', 'grace', 1)], { isSilent: true });
      expect((await claimPoll()).isSilent).toBe(false);
      at.nowMs += leaseMs;
      await scan([seen('t1', 'ada', 2)]);
      expect(await newAssignees()).toEqual(['ada']);
    });

    test('a day after the last question it is not read any more, and its key is erased', async () => {
      await at.tenant.watch(key);
      await readAll();
      at.nowMs += dayMs - 1;
      expect(await claims()).toHaveLength(1);
      at.nowMs += leaseMs;
      expect(await claims()).toEqual([]);
      expect(await at.store.keyHashes()).toEqual([]);
      expect(await at.store.work.msUntilPoll()).toBeUndefined();
    });

    test('each question counts from then on', async () => {
      await at.tenant.watch(key);
      at.nowMs += dayMs - 1;
      await at.tenant.watch(key);
      at.nowMs += dayMs - 1;
      expect(await claims()).toHaveLength(1);
    });

    test('after its last hook a workspace is read for a day, silently, then its key is erased', async () => {
      const hook = await listen();
      const underWay = await claimPoll();
      await at.tenant.endHook(hook.id);
      const late = page(underWay, [seen('t1', 'grace', 1)]);
      expect(await at.store.work.recordPage(late, { leaseMs })).toEqual({ kind: 'lease lost' });
      at.nowMs += leaseMs;
      expect(await claimPoll()).toMatchObject({ hasListeners: false, isSilent: true });
      at.nowMs += dayMs;
      expect(await claims()).toEqual([]);
      expect(await at.store.keyHashes()).toEqual([]);
      await at.tenant.renewKey({ sealedKey: 'other', keyHash: 'other-hash' });
      expect(await claims()).toEqual([]);
    });

    test('while a hook lives nobody has to ask', async () => {
      await listen();
      at.nowMs += 30 * dayMs;
      expect(await claims()).toHaveLength(1);
    });

    test('its keys can be erased at once, unless a hook lives', async () => {
      const hook = await listen();
      expect(await at.tenant.forgetWorkspace()).toBe('has hooks');
      expect(await claims()).toHaveLength(1);
      await at.tenant.endHook(hook.id);
      expect(await at.tenant.forgetWorkspace()).toBe('forgotten');
      expect(await at.store.keyHashes()).toEqual([]);
      at.nowMs += leaseMs;
      expect(await claims()).toEqual([]);
    });

    test('what was known of its tasks goes with the retention, and is read anew when somebody asks again', async () => {
      await at.tenant.watch(key);
      await readAll([seen('t1', 'ada'), seen('t2', 'ada')]);
      await at.tenant.forgetWorkspace();
      const lease = (await at.store.work.claimCleanUp({ leaseMs })) ?? '';
      const monthMs = 30 * dayMs;
      const retention = { eventMs: monthMs, deliveryMs: monthMs, deadDeliveryMs: monthMs, hookMs: monthMs };
      await at.store.work.removeExpired({ lease, leaseMs, retention, limit: 3 });
      await at.store.work.removeExpired({ lease, leaseMs, retention, limit: 100 });
      expect((await at.tenant.tasks({ limit: 10, scopes: all })).tasks).toEqual([]);
      expect(await at.tenant.people()).toEqual([]);
      expect(await at.tenant.watch(key)).toMatchObject({ isComplete: false, readAtMs: null });
      await at.tenant.watch(key);
      expect(await claimPoll()).toMatchObject({ isBaselined: false });
    });

    test('it is read with the key that may read most', async () => {
      await at.tenant.watch({ sealedKey: 'small', keyHash: 'small-hash', scopes: ['tasks:read'] });
      await at.tenant.watch(key);
      expect(
        await at.tenant.watch({ sealedKey: 'small', keyHash: 'small-hash', scopes: ['tasks:read'] }),
      ).toBeDefined();
      expect(await claimPoll()).toMatchObject({ sealedKey: 'asking', scopes: all });
    });

    test('a hook brings a key that may read more, too, and the old one serves when that is refused', async () => {
      await at.tenant.subscribe(newHook({ scopes: ['tasks:read'] }));
      await at.tenant.subscribe(newHook({ sealedKey: 'able', keyHash: 'able-hash', scopes: all }));
      const claim = await claimPoll();
      expect(claim.sealedKey).toBe('able');
      await at.store.work.finishPoll({ ...claim, nextPollInMs: 0, result: 'key refused', sawChange: false });
      expect((await claimPoll()).sealedKey).toBe('sealed-key');
    });

    test('a look comes at once, unless one is under way', async () => {
      await at.tenant.watch(key);
      await readAll();
      const claim = await claimPoll();
      await at.store.work.finishPoll({ ...claim, nextPollInMs: hourMs, result: 'done', sawChange: false });
      expect(await claims()).toEqual([]);
      await at.tenant.lookNow();
      expect(await claims()).toHaveLength(1);
    });
  });
};
