import { describe, expect, test } from '@jest/globals';
import type { DueNotice, Trouble } from '../../../webhook-server/store/work-store.ts';
import { hourMs, leaseMs, newHook, type StoreBench, seen } from './store-bench.ts';

const minuteMs = 60_000;
const unreadMs = 10 * minuteMs;

export const describeNotices = (name: string, at: StoreBench): void => {
  const { listen, scan, claimPoll, settle } = at;
  const claim = async () => (await at.store.work.claimNotices({ leaseMs })) ?? '';
  const reviewAs = (lease: string, noticed: Trouble[] = []) =>
    at.store.work.reviewNotices({ lease, leaseMs, unreadMs, noticed });

  /** One look, a minute after the one before, in which everything that is due is told. */
  const look = async (noticed: Trouble[] = []): Promise<readonly DueNotice[]> => {
    const lease = await claim();
    const review = await reviewAs(lease, noticed);
    const due = review.kind === 'reviewed' ? review.due : [];
    for (const notice of due) await at.store.work.recordNotice({ lease, leaseMs, notice });
    await at.store.work.finishNotices({ lease, againInMs: minuteMs });
    at.nowMs += minuteMs;
    return due;
  };
  const looks = async (count: number, noticed: Trouble[] = []): Promise<DueNotice[]> => {
    const due: DueNotice[] = [];
    for (let index = 0; index < count; index += 1) due.push(...(await look(noticed)));
    return due;
  };
  const keepRead = async () => {
    const { organizationId, lease } = await claimPoll();
    const outcome = { organizationId, lease, nextPollInMs: 0, result: 'done', sawChange: false } as const;
    await at.store.work.finishPoll({ ...outcome, readAtMs: at.nowMs });
  };
  const disk: Trouble = { cause: 'disk almost full', count: 1 };

  describe(`${name}: notices`, () => {
    test('are looked for in one process at a time, which proves it with each step', async () => {
      const late = await claim();
      expect(await at.store.work.claimNotices({ leaseMs })).toBeUndefined();
      expect(await at.store.work.msUntilNotices()).toBe(leaseMs);
      at.nowMs += leaseMs;
      const lease = await claim();
      expect(await reviewAs(late)).toEqual({ kind: 'lease lost' });
      const notice: DueNotice = { kind: 'begun', ...disk };
      expect(await at.store.work.recordNotice({ lease: late, leaseMs, notice })).toBe(false);
      expect(await reviewAs(lease, [disk])).toEqual({ kind: 'reviewed', due: [notice] });
      await at.store.work.finishNotices({ lease, againInMs: minuteMs });
      expect(await at.store.work.msUntilNotices()).toBe(minuteMs);
    });

    test('are none while all is well', async () => {
      await listen();
      expect(await looks(3)).toEqual([]);
    });

    test('are due until they were told, then once, and once more after ten looks that find it well', async () => {
      const lease = await claim();
      const begun = { kind: 'begun', ...disk };
      for (const _try of [1, 2]) expect(await reviewAs(lease, [disk])).toMatchObject({ due: [begun] });
      await at.store.work.finishNotices({ lease, againInMs: 0 });
      expect(await looks(5, [disk])).toEqual([begun]);
      expect(await looks(9)).toEqual([]);
      expect(await looks(1, [disk])).toEqual([]);
      expect(await looks(9)).toEqual([]);
      expect(await looks(1)).toEqual([{ kind: 'over', cause: 'disk almost full' }]);
      expect(await looks(12)).toEqual([]);
      expect(await look([disk])).toEqual([begun]);
    });

    test('tell of hooks that have failed for an hour, all at once', async () => {
      const hooks = [await listen(), await listen()];
      await scan([seen('t1', 'grace', 1)]);
      for (const one of await at.claimDeliveries()) {
        await settle(one, { kind: 'retry', afterMs: 0, reason: 'no', certainty: 'refused' });
      }
      at.nowMs += hourMs - 1;
      await keepRead();
      expect(await look()).toEqual([]);
      await keepRead();
      expect(await look()).toEqual([{ kind: 'begun', cause: 'hooks failing', count: 2 }]);
      for (const { id } of hooks) await at.tenant.endHook(id);
      await keepRead();
      expect(await looks(10)).toEqual([{ kind: 'over', cause: 'hooks failing' }]);
    });

    test('tell of deliveries that were given up in the last hour', async () => {
      await listen();
      await scan([seen('t1', 'grace', 1), seen('t2', 'grace', 1, { sequence_id: 's2' })]);
      const [first, second] = await at.claimDeliveries();
      if (first === undefined || second === undefined) throw new Error('Two deliveries should be due.');
      await settle(first, { kind: 'dead', afterMs: 0, reason: 'no', certainty: 'refused' });
      await settle(second);
      expect(await look()).toEqual([{ kind: 'begun', cause: 'deliveries given up', count: 1 }]);
      at.nowMs += hourMs - 2 * minuteMs;
      await keepRead();
      expect(await looks(10)).toEqual([]);
      await keepRead();
      expect(await looks(1)).toEqual([{ kind: 'over', cause: 'deliveries given up' }]);
    });

    test('tell of refused keys, and not again that these workspaces are not read', async () => {
      await at.tenant.subscribe(newHook());
      const { organizationId, lease } = await claimPoll();
      const end = { organizationId, lease, nextPollInMs: hourMs, result: 'key refused', sawChange: false } as const;
      await at.store.work.finishPoll(end);
      expect(await look()).toEqual([{ kind: 'begun', cause: 'keys refused', count: 1 }]);
      at.nowMs += unreadMs;
      expect(await look()).toEqual([]);
    });

    test('tell of workspaces that were not read for long, and that they are read again', async () => {
      await at.tenant.subscribe(newHook());
      await at.store.tenant('foreign').subscribe(newHook());
      at.nowMs += unreadMs - 1;
      expect(await look()).toEqual([]);
      expect(await look()).toEqual([{ kind: 'begun', cause: 'workspaces not read', count: 2 }]);
      for (const { organizationId, lease } of await at.store.work.claimPolls({ limit: 10, leaseMs })) {
        const outcome = { organizationId, lease, nextPollInMs: 0, result: 'done', sawChange: false } as const;
        await at.store.work.finishPoll({ ...outcome, readAtMs: at.nowMs });
      }
      expect(await looks(10)).toEqual([{ kind: 'over', cause: 'workspaces not read' }]);
    });
  });
};
