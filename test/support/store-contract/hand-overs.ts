import { describe, expect, test } from '@jest/globals';
import { dayMs, hourMs, leaseMs, newHook, type StoreBench, seen, startMs } from './store-bench.ts';

const hour = 3_600;

export const describeHandOvers = (name: string, at: StoreBench): void => {
  const { scan, listen } = at;
  const week = { sinceMs: startMs, untilMs: startMs + 7 * dayMs, limit: 100 };

  /** In the first hour Ada hands two tasks to Grace, and one that nobody had goes to her; in the third Grace hands one back. */
  const history = async () => {
    await listen();
    await scan([seen('t1', 'Grace', 1)]);
    await scan([seen('t2', 'Grace', 2), seen('t3', 'Grace', 3)]);
    await scan([seen('t1', 'ada', 2 * hour)]);
  };

  describe(`${name}: hand-overs`, () => {
    test('who handed to whom is counted, the most first, and hour by hour', async () => {
      await history();
      expect(await at.tenant.handOvers(week)).toEqual({
        pairs: [
          { previousId: 'ada', newId: 'grace', times: 2 },
          { previousId: null, newId: 'grace', times: 1 },
          { previousId: 'grace', newId: 'ada', times: 1 },
        ],
        hasMore: false,
        hours: [
          { hourMs: startMs, times: 3 },
          { hourMs: startMs + 2 * hourMs, times: 1 },
        ],
      });
      expect(await at.tenant.handOvers({ ...week, limit: 1 })).toMatchObject({
        pairs: [{ previousId: 'ada', newId: 'grace' }],
        hasMore: true,
      });
    });

    test('of a time and of one source alone, by whole hours', async () => {
      await history();
      const timesOf = async (query: object) =>
        (await at.tenant.handOvers({ ...week, ...query })).hours.map(({ times }) => times);
      expect(await timesOf({ sinceMs: startMs + hourMs - 1 })).toEqual([3, 1]);
      expect(await timesOf({ sinceMs: startMs + hourMs })).toEqual([1]);
      expect(await timesOf({ untilMs: startMs + 2 * hourMs })).toEqual([3]);
      expect(await timesOf({ source: 'topo' })).toEqual([3, 1]);
      expect(await timesOf({ source: 'zapier' })).toEqual([]);
    });

    test('of one person, who gave or took', async () => {
      await history();
      expect((await at.tenant.handOvers({ ...week, person: 'ada' })).pairs).toEqual([
        { previousId: 'ada', newId: 'grace', times: 2 },
        { previousId: 'grace', newId: 'ada', times: 1 },
      ]);
      expect((await at.tenant.handOvers({ ...week, person: 'bob' })).hours).toEqual([]);
    });

    test('of one template, which has a name; what is of none, or was not known, is counted without', async () => {
      await at.tenant.subscribe(newHook());
      const tasks = (userId: string, second: number) => [
        seen('t1', userId, second, { sequence_id: 'r1' }),
        seen('t2', userId, second),
        seen('t3', userId, second),
      ];
      await scan(tasks('ada', 0), { kind: 'baseline' });
      const { organizationId, lease } = await at.claimPoll();
      const sequences = [{ sequenceId: 'r1', contactId: null, templateId: 'Template-A' }];
      const templates = [{ templateId: 'Template-A', name: 'Founders' }];
      await at.store.work.recordFacts({ organizationId, lease, sequences }, { leaseMs });
      await at.store.work.recordFacts({ organizationId, lease, templates }, { leaseMs });
      await at.store.work.finishPoll({ organizationId, lease, nextPollInMs: 0, result: 'done', sawChange: false });
      await scan(tasks('grace', 1));
      const timesOf = async (templateId: string) =>
        (await at.tenant.handOvers({ ...week, templateId })).hours.map(({ times }) => times);
      expect(await timesOf('template-a')).toEqual([1]);
      expect(await timesOf('template-b')).toEqual([]);
      expect((await at.tenant.handOvers(week)).hours).toEqual([{ hourMs: startMs, times: 3 }]);
      expect(await at.tenant.templates()).toEqual([{ id: 'Template-A', name: 'Founders' }]);
      expect(await at.store.tenant('another').templates()).toEqual([]);
    });

    test('what else happens to a task, and what another workspace does, is not counted', async () => {
      await listen({ events: ['task.reassigned', 'task.created', 'task.closed'] });
      await scan([seen('new', 'ada', 1)]);
      await scan([{ ...seen('t1', 'ada', 2), isOpen: false }]);
      expect((await at.tenant.handOvers(week)).pairs).toEqual([]);
      await scan([seen('t2', 'grace', 3)]);
      expect((await at.tenant.handOvers(week)).pairs).toHaveLength(1);
      expect((await at.store.tenant('another').handOvers(week)).pairs).toEqual([]);
    });

    test('are removed with the events', async () => {
      await history();
      const clean = async () => {
        const lease = (await at.store.work.claimCleanUp({ leaseMs })) ?? '';
        const keptMs = 30 * dayMs;
        const retention = { eventMs: keptMs, deliveryMs: keptMs, deadDeliveryMs: keptMs, hookMs: keptMs };
        await at.store.work.removeExpired({ lease, leaseMs, retention, limit: 100 });
        await at.store.work.finishCleanUp({ lease, againInMs: 0 });
        return (await at.tenant.handOvers(week)).hours.length;
      };
      at.nowMs = startMs + 30 * dayMs + hourMs;
      expect(await clean()).toBe(2);
      at.nowMs += 1;
      expect(await clean()).toBe(1);
    });
  });
};
