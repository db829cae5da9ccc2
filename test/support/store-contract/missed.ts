import { describe, expect, test } from '@jest/globals';
import type { MissedQuery, NewHook } from '../../../webhook-server/store/tenant-store.ts';
import { dayMs, hourMs, newHook, type StoreBench, seen, seenMany, startMs } from './store-bench.ts';

export const describeMissed = (name: string, at: StoreBench): void => {
  const { scan, listen, settle, claimDelivery } = at;

  const recover = async (hookId: string, query: Partial<MissedQuery> = {}) => {
    const counts: number[] = [];
    let from: MissedQuery['from'] = null;
    do {
      const recovery = await at.tenant.recoverMissed(hookId, { sinceMs: 0, isDryRun: false, ...query, from });
      if (recovery.kind !== 'looked') return recovery.kind;
      counts.push(recovery.count);
      from = recovery.next;
    } while (from !== null);
    return counts.reduce((sum, count) => sum + count, 0);
  };

  /** A Zap is turned off, these tasks change, and it is turned on again. */
  const missWhileOff = async (change: () => Promise<unknown>, again: Partial<NewHook> = {}) => {
    const before = await listen({ zapId: 'zap', ...again });
    at.nowMs += 1_000;
    await at.tenant.endHook(before.id);
    await change();
    at.nowMs += 1_000;
    return at.tenant.subscribe(newHook({ zapId: 'zap', ...again }));
  };

  const changeTwo = async () => {
    await scan([seen('t1', 'grace', 1)], { isSilent: true });
    await scan([seen('t2', 'grace', 2, { sequence_id: 's2' })], { isSilent: true });
  };

  const told = async () => (await at.bodies()).map(({ task }) => task.id);

  describe(`${name}: what a hook missed while its Zap was off`, () => {
    test('is sent once, in the order in which it happened, and is counted before', async () => {
      const hook = await missWhileOff(changeTwo);
      expect(await recover(hook.id, { isDryRun: true })).toBe(2);
      expect(await told()).toEqual([]);
      expect(await recover(hook.id)).toBe(2);
      expect(await recover(hook.id)).toBe(0);
      expect(await recover(hook.id, { isDryRun: true })).toBe(0);
      expect(await told()).toEqual(['t1', 't2']);
      const [event] = (await at.tenant.events({ limit: 1 }))?.items ?? [];
      const verdict = (await at.tenant.event(event?.id ?? ''))?.hooks.find(({ hookId }) => hookId === hook.id)?.verdict;
      expect(verdict).toMatchObject({ kind: 'sent', deliveries: [{ isManual: true }] });
    });

    test('is that of its time, and nothing that was told before or came later', async () => {
      const before = await listen({ zapId: 'zap' });
      const other = await at.tenant.subscribe(newHook({ id: 'hok_other' }));
      await scan([seen('t1', 'grace', 1)]);
      await at.settleAll();
      at.nowMs += 1_000;
      await at.tenant.endHook(before.id);
      await scan([seen('t1', 'ada', 2)]);
      await scan([seen('t2', 'hedy', 3, { sequence_id: 's2' })]);
      at.nowMs += 1_000;
      const hook = await at.tenant.subscribe(newHook({ zapId: 'zap' }));
      await scan([seen('t3', 'grace', 4, { sequence_id: 's3' })]);
      await at.settleAll();
      expect(await recover(other.id)).toBe(0);
      const isDryRun = true;
      expect(await recover(hook.id, { isDryRun })).toBe(2);
      expect(await recover(hook.id, { isDryRun, sinceMs: startMs + 3_000 })).toBe(1);
      expect(await recover(hook.id, { isDryRun, untilMs: startMs + 3_000 })).toBe(1);
      await recover(hook.id);
      expect((await at.bodies()).map(({ new_assignee }) => new_assignee.user_id)).toEqual(['ada', 'hedy']);
    });

    test('includes what was found before the new hook listened', async () => {
      const hook = await missWhileOff(async () => {});
      at.nowMs += 5_000;
      await scan([seen('t1', 'grace', 6)], { isSilent: true });
      await scan([seen('t1', 'ada', 7)]);
      await at.settleAll();
      expect(await recover(hook.id)).toBe(1);
      expect(await told()).toEqual(['t1']);
    });

    test('is what its filters let through now, and nothing that they kept out while a hook of the Zap was there', async () => {
      const today = { filters: { priorities: ['TODAY'] } };
      const before = await listen({ zapId: 'zap', ...today });
      await scan([seen('t3', 'hedy', 1)]);
      at.nowMs += 1_000;
      await at.tenant.endHook(before.id);
      await changeTwo();
      const subscribe = (wishes: Partial<NewHook>) =>
        at.tenant.subscribe(newHook({ zapId: 'zap', targetHash: 'target', ...wishes }));
      const { id } = await subscribe(today);
      await scan([], { isSilent: true });
      await scan([seen('t3', 'grace', 3)]);
      expect(await recover(id)).toBe(0);
      await subscribe({ events: ['task.closed'] });
      expect(await recover(id)).toBe(0);
      await subscribe({ filters: { priorities: ['HOT'] } });
      expect(await recover(id)).toBe(2);
    });

    test('is told as one event a batch to a hook that wants that, with what the server knows now', async () => {
      const changed = [
        seen('t3', 'grace', 0.5, { type: 'EMAIL_REPLY' }),
        seen('t1', 'grace', 1),
        seen('t2', 'grace', 2),
      ];
      const hook = await missWhileOff(() => scan(changed, { isSilent: true }), {
        oncePer: 'sequence',
        filters: { task_types: ['CALL'] },
      });
      await at.tenant.namePeople([{ user_id: 'grace', name: 'Grace', email: 'grace@example.com' }]);
      expect(await recover(hook.id, { isDryRun: true })).toBe(1);
      expect(await recover(hook.id, { sinceMs: startMs + 2_000 })).toBe(1);
      expect(await recover(hook.id)).toBe(0);
      expect(await at.bodies()).toMatchObject([{ changes_count: 2, batch_size: 3, new_assignee: { name: 'Grace' } }]);
    });

    test('is also that of a target that was subscribed anew, without what the hook before was sent', async () => {
      const before = await listen({ targetHash: 'target' });
      await scan([seen('t1', 'grace', 1)]);
      await settle(await claimDelivery());
      at.nowMs += 1_000;
      await at.tenant.endHook(before.id);
      await scan([seen('t1', 'ada', 2)], { isSilent: true });
      const hook = await at.tenant.subscribe(newHook({ targetHash: 'target' }));
      expect(await recover(hook.id)).toBe(1);
      expect((await at.bodies()).map(({ new_assignee }) => new_assignee.user_id)).toEqual(['ada']);
    });

    test('is that of each time it was off, and is sent once, whichever of its hooks asks', async () => {
      const turnOn = (id: string) => at.tenant.subscribe(newHook({ id, zapId: 'zap' }));
      const second = await missWhileOff(() => scan([seen('t1', 'grace', 1)], { isSilent: true }));
      await scan([], { isSilent: true });
      at.nowMs += 5 * hourMs;
      const laterS = (at.nowMs - startMs) / 1000;
      await scan([seen('t2', 'grace', laterS)]);
      await at.settleAll();
      await at.tenant.endHook(second.id);
      await scan([seen('t3', 'grace', laterS + 1, { sequence_id: 's3' })], { isSilent: true });
      at.nowMs += 5_000;
      expect(await recover((await turnOn('hok_third')).id)).toBe(2);
      expect(await told()).toEqual(['t1', 't3']);
      await at.tenant.endHook('hok_third');
      await turnOn('hok_fourth');
      expect(await recover('hok_third', { isDryRun: true })).toBe(0);
    });

    test('leaves out the times of which nobody knows whether the workspace was read', async () => {
      const hook = await missWhileOff(changeTwo);
      const time = { sinceMs: startMs - 60_000, untilMs: startMs + dayMs };
      // Off before it was made, and from its second second on.
      expect(await at.tenant.unreadWhileOff(hook.id, time)).toMatchObject([
        { fromMs: startMs - 60_000, untilMs: startMs },
      ]);
      await scan([], { isSilent: true });
      at.nowMs += hourMs;
      await at.tenant.endHook(hook.id);
      at.nowMs += hourMs;
      const { id } = await at.tenant.subscribe(newHook({ zapId: 'zap' }));
      const unread = await at.tenant.unreadWhileOff(id, { ...time, sinceMs: startMs });
      expect(unread).toMatchObject([{ fromMs: startMs + 2_000 + hourMs, untilMs: at.nowMs, isRead: false }]);
      expect(await at.store.tenant('another').unreadWhileOff(id, time)).toEqual([]);
    });

    test('is sent piece by piece, however much it is', async () => {
      const hook = await missWhileOff(async () => {
        const many = seenMany(450, 'ada');
        await scan(many, { isSilent: true });
        await scan(
          many.map((one) => seen(one.task.id, 'grace', 1, { sequence_id: one.task.sequence_id })),
          { isSilent: true },
        );
      });
      const first = await at.tenant.recoverMissed(hook.id, { sinceMs: 0, isDryRun: false, from: null });
      expect(first).toMatchObject({ kind: 'looked', count: 400, next: { seq: expect.any(Number) } });
      expect(await recover(hook.id)).toBe(50);
    });

    test('is nobody’s whose hook has ended or belongs to another workspace', async () => {
      const hook = await missWhileOff(changeTwo);
      expect(
        await at.store.tenant('another').recoverMissed(hook.id, { sinceMs: 0, isDryRun: false, from: null }),
      ).toEqual({
        kind: 'unknown',
      });
      await at.tenant.endHook(hook.id);
      expect(await recover(hook.id)).toBe('hook ended');
    });
  });
};
