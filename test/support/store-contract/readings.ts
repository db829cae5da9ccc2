import { describe, expect, test } from '@jest/globals';
import type { PollOutcome } from '../../../webhook-server/store/work-store.ts';
import { dayMs, newHook, type StoreBench } from './store-bench.ts';

const minuteMs = 60_000;
const broken = { result: 'failed' as const, trouble: { reason: 'Topo answered 503', isLimited: false } };
const limited = { result: 'failed' as const, trouble: { reason: 'Topo answered 429', isLimited: true } };

export const describeReadings = (name: string, at: StoreBench): void => {
  const poll = async (change: Partial<PollOutcome> = {}) => {
    const { organizationId, lease } = await at.claimPoll();
    const plain = { organizationId, lease, nextPollInMs: 15_000, result: 'done' as const, sawChange: false };
    await at.store.work.finishPolls([{ ...plain, ...change }]);
    at.nowMs += 15_000;
  };

  const pollFor = async (minutes: number, change: Partial<PollOutcome> = {}) => {
    for (let polls = 0; polls < minutes * 4; polls += 1) await poll(change);
  };

  describe(`${name}: readings`, () => {
    test('polls are counted by the minute, and told as spans of time', async () => {
      await at.tenant.subscribe(newHook());
      const startMs = at.nowMs;
      await pollFor(3);
      await pollFor(1, broken);
      await pollFor(1, limited);
      await poll(limited);
      await poll();
      expect(await at.tenant.readings({ sinceMs: startMs, untilMs: at.nowMs })).toEqual([
        {
          fromMs: startMs,
          untilMs: startMs + 3 * minuteMs,
          isRead: true,
          reason: null,
          polls: { well: 12, failed: 0, limited: 0 },
        },
        {
          fromMs: startMs + 3 * minuteMs,
          untilMs: startMs + 4 * minuteMs,
          isRead: false,
          reason: 'Topo answered 503',
          polls: { well: 0, failed: 4, limited: 0 },
        },
        {
          fromMs: startMs + 4 * minuteMs,
          untilMs: startMs + 5 * minuteMs,
          isRead: false,
          reason: 'Topo answered 429',
          polls: { well: 0, failed: 0, limited: 4 },
        },
        {
          fromMs: startMs + 5 * minuteMs,
          untilMs: at.nowMs,
          isRead: true,
          reason: 'Topo answered 429',
          polls: { well: 1, failed: 0, limited: 1 },
        },
      ]);
    });

    test('a silence is a gap once the next poll is overdue', async () => {
      await at.tenant.subscribe(newHook());
      const startMs = at.nowMs;
      await poll({ nextPollInMs: 10 * minuteMs });
      at.nowMs = startMs + 10 * minuteMs;
      await poll();
      at.nowMs = startMs + 30 * minuteMs;
      const spans = await at.tenant.readings({ sinceMs: startMs - minuteMs, untilMs: at.nowMs + minuteMs });
      expect(spans.map(({ fromMs, untilMs, isRead }) => [fromMs - startMs, untilMs - startMs, isRead])).toEqual([
        [-minuteMs, 0, false],
        [0, 12.25 * minuteMs, true],
        [12.25 * minuteMs, 30 * minuteMs, false],
      ]);
      const later = await at.tenant.readings({ sinceMs: startMs + 12 * minuteMs, untilMs: at.nowMs });
      expect(later[0]).toMatchObject({ fromMs: startMs + 12 * minuteMs, isRead: true });
    });

    test('the end of a poll whose lease was lost does not count, nor does that of another workspace', async () => {
      await at.tenant.subscribe(newHook());
      await at.claimPoll();
      const startMs = at.nowMs;
      const late = { organizationId: 'org', lease: 'lost', nextPollInMs: 0, result: 'done' as const, sawChange: false };
      await at.store.work.finishPolls([late]);
      await at.store.work.finishPoll({ ...late, ...broken });
      at.nowMs += minuteMs / 2;
      const spans = await at.tenant.readings({ sinceMs: startMs, untilMs: at.nowMs });
      expect(spans).toMatchObject([{ isRead: false, polls: { well: 0, failed: 0, limited: 0 } }]);
      await at.store.tenant('another').subscribe(newHook());
      await poll();
      expect(await at.tenant.readings({ sinceMs: startMs, untilMs: at.nowMs })).toHaveLength(1);
    });

    test('are removed with the events', async () => {
      await at.tenant.subscribe(newHook());
      const startMs = at.nowMs;
      await poll();
      const clean = async () => {
        const lease = (await at.store.work.claimCleanUp({ leaseMs: minuteMs })) ?? '';
        const keptMs = 30 * dayMs;
        const retention = { eventMs: keptMs, deliveryMs: keptMs, deadDeliveryMs: keptMs, hookMs: keptMs };
        await at.store.work.removeExpired({ lease, leaseMs: minuteMs, retention, limit: 100 });
        await at.store.work.finishCleanUp({ lease, againInMs: 0 });
        return (await at.tenant.readings({ sinceMs: startMs, untilMs: startMs + minuteMs }))[0]?.isRead;
      };
      at.nowMs = startMs + 30 * dayMs;
      expect(await clean()).toBe(true);
      at.nowMs += 1;
      expect(await clean()).toBe(false);
    });
  });
};
