import { describe, expect, test } from '@jest/globals';
import { leaseMs, newHook, type StoreBench, seen } from './store-bench.ts';

export const describeChanges = (name: string, at: StoreBench): void => {
  const { claimPoll, newScan, page, scan, listen, claimDeliveries, bodies, settleAll } = at;
  describe(`${name}: changes`, () => {
    test('a task that is met for the first time is no event', async () => {
      await listen();
      expect(await scan([seen('new', 'grace', 1)])).toBe(0);
      expect(await claimDeliveries()).toEqual([]);
    });

    test('another assignee is an event, once', async () => {
      await listen();
      expect(await scan([seen('t1', 'grace', 1)])).toBe(1);
      expect(await scan([seen('t1', 'grace', 1)])).toBe(0);
      expect(await bodies()).toMatchObject([
        {
          type: 'task.reassigned',
          kind: 'reassigned',
          source: 'topo',
          occurred_at: '2026-01-05T09:00:01.000Z',
          detected_at: '2026-01-05T09:00:00.000Z',
          previous_assignee: { user_id: 'ada', name: null, email: null },
          new_assignee: { user_id: 'grace', name: null, email: null },
          task: { id: 't1' },
          changes_count: 1,
          batch_size: 1,
          type_label: 'Call',
          priority_label: 'Hot',
          contact: { id: null, name: null, email: null, company: null },
          sequence_template: { id: null, name: null },
          task_url: null,
          summary: 'A call (hot) went from a colleague to another colleague.',
        },
      ]);
    });

    test('nobody to person is assigned, person to nobody is unassigned', async () => {
      await listen();
      await scan([seen('t3', 'ada', 1, { sequence_id: 's3' }), seen('t1', null, 1, { sequence_id: 's1' })]);
      const kinds = (await bodies()).map(({ task, kind }) => [task.id, kind]).sort();
      expect(kinds).toEqual([
        ['t1', 'unassigned'],
        ['t3', 'assigned'],
      ]);
    });

    test('a row that is older than what is known is ignored', async () => {
      await listen();
      await scan([seen('t1', 'grace', 2)]);
      expect(await scan([seen('t1', 'ada', 1)])).toBe(0);
      expect(await scan([seen('t1', 'grace', 3)])).toBe(0);
    });

    test('a first reading tells nobody and overwrites nothing that it has read', async () => {
      await at.tenant.subscribe(newHook());
      const claim = await claimPoll();
      const cursor = { offset: 1, overlapOffset: 0, borderKey: 1, totalCount: 2, isBorderRead: false, tie: null };
      const baseline = newScan({ kind: 'baseline', cursor });
      await at.store.work.recordPage(page(claim, [seen('t1', 'ada')], { scan: baseline, end: null }), { leaseMs });
      await at.store.work.recordPage(page(claim, [seen('t1', 'grace', 1)], { scan: newScan({ kind: 'baseline' }) }), {
        leaseMs,
      });
      await at.store.work.finishPoll({ ...claim, nextPollInMs: 0, result: 'done', sawChange: false });
      expect(await scan([seen('t1', 'grace', 1)])).toBe(1);
    });

    test('a silent scan learns and tells nobody', async () => {
      const hook = await listen();
      await at.tenant.endHook(hook.id);
      await at.tenant.subscribe(newHook());
      expect((await at.tenant.hooks())[0]?.listeningSinceMs).toBeNull();
      const claim = await claimPoll();
      expect(claim).toMatchObject({ isSilent: true, isBaselined: true });
      const silent = newScan({ isSilent: true });
      await at.store.work.recordPage(page(claim, [seen('t1', 'grace', 1)], { scan: silent }), { leaseMs });
      await at.store.work.finishPoll({ ...claim, nextPollInMs: 0, result: 'done', sawChange: false });
      expect((await at.tenant.hooks())[0]?.listeningSinceMs).toBe(at.nowMs);
      expect((await claimPoll()).isSilent).toBe(false);
      expect(await claimDeliveries()).toEqual([]);
    });

    test('a page is known when every row is as it was seen', async () => {
      await listen();
      const rows = [seen('t1', 'ada'), seen('t2', 'ada')];
      expect(await at.store.work.isKnown('org', rows)).toBe(true);
      expect(await at.store.work.isKnown('org', [...rows, seen('t4', 'ada')])).toBe(false);
      expect(await at.store.work.isKnown('org', [seen('t1', 'grace')])).toBe(false);
      expect(await at.store.work.isKnown('org', [seen('t1', 'ada', 1)])).toBe(false);
      expect(await at.store.work.isKnown('other', rows)).toBe(false);
    });

    test('the same task id in two organizations is two tasks', async () => {
      await listen();
      const other = at.store.tenant('other');
      await other.subscribe(newHook());
      const claim = await at.store.work.claimPolls({ limit: 10, leaseMs });
      const foreign = claim.find(({ organizationId }) => organizationId === 'other');
      if (foreign === undefined) throw new Error('The other workspace is not due.');
      await at.store.work.recordPage(page(foreign, [seen('t1', 'grace', 5)]), { leaseMs });
      expect(await claimDeliveries()).toEqual([]);
      expect((await other.events({ limit: 10 }))?.items).toEqual([]);
    });

    test('the changes of one scan are told together, when it ends, in the order in which they happened', async () => {
      await listen();
      const claim = await claimPoll();
      const cursor = { offset: 100, overlapOffset: 98, borderKey: 1, totalCount: 300, isBorderRead: false, tie: null };
      const first = page(claim, [seen('t2', 'grace', 2)], { scan: newScan({ cursor }), end: null });
      await at.store.work.recordPage(first, { leaseMs });
      expect(await claimDeliveries()).toEqual([]);
      expect((await at.tenant.events({ limit: 10 }))?.items).toEqual([]);
      await at.store.work.recordPage(page(claim, [seen('t1', 'grace', 1)]), { leaseMs });

      expect((await bodies()).map(({ task, batch_size }) => [task.id, batch_size])).toEqual([['t1', 2]]);
      const events = (await at.tenant.events({ limit: 10 }))?.items ?? [];
      expect(events.map(({ task }) => task.id)).toEqual(['t2', 't1']);
      expect(new Set(events.map(({ batch_id }) => batch_id)).size).toBe(1);
    });

    test('a hook that wants one event a sequence hears of all its tasks at once', async () => {
      await listen({ oncePer: 'sequence' });
      await scan([seen('t2', 'grace', 2), seen('t1', 'grace', 1)]);
      const [event, ...others] = await bodies();
      expect(others).toEqual([]);
      expect(event).toMatchObject({ changes_count: 2, batch_size: 2, task: { id: 't1' } });
      expect(event?.changes.map(({ task, previous_assignee }) => [task.id, previous_assignee.user_id])).toEqual([
        ['t1', 'ada'],
        ['t2', 'ada'],
      ]);
    });

    test('only hooks whose filters match are told', async () => {
      const hook = await listen({ filters: { task_types: ['CALL'] } });
      await at.tenant.subscribe(newHook({ filters: { task_types: ['EMAIL_REPLY'] } }));
      await scan([seen('t1', 'grace', 1)]);
      expect((await claimDeliveries()).map(({ hookId }) => hookId)).toEqual([hook.id]);
    });

    test('a hook that has ended is not told', async () => {
      await listen();
      const other = await at.tenant.subscribe(newHook());
      await scan([seen('t1', 'grace', 1)]);
      await at.tenant.endHook(other.id);
      expect(await claimDeliveries()).toHaveLength(1);
      await scan([seen('t1', 'ada', 2)]);
      await settleAll();
      expect(await claimDeliveries()).toHaveLength(0);
    });
  });
};
