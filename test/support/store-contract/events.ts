import { describe, expect, test } from '@jest/globals';
import type { TenantStore } from '../../../webhook-server/store/tenant-store.ts';
import { leaseMs, newHook, type StoreBench, seen, startMs } from './store-bench.ts';

export const describeEvents = (name: string, at: StoreBench): void => {
  const { scan, listen } = at;
  describe(`${name}: events`, () => {
    const history = async () => {
      await listen();
      await scan([seen('t1', 'grace', 1)]);
      await scan([seen('t2', 'hedy', 2, { type: 'EMAIL_REPLY', priority: 'TODAY' })]);
      await scan([seen('t3', 'ada', 3)]);
    };
    const ids = async (query: Parameters<TenantStore['events']>[0]) => {
      const answer = await at.tenant.events(query);
      return answer?.items.map(({ task }) => task.id);
    };

    test('they come newest first, page by page', async () => {
      await history();
      const first = await at.tenant.events({ limit: 2 });
      expect(first).toMatchObject({ has_more: true, items: [{ task: { id: 't3' } }, { task: { id: 't2' } }] });
      const rest = await at.tenant.events({ limit: 2, before: first?.items[1]?.id });
      expect(rest).toMatchObject({ has_more: false, items: [{ task: { id: 't1' } }] });
    });

    test.each([
      [{ newAssigneeIds: ['grace', 'hedy'] }, ['t2', 't1']],
      [{ previousAssigneeIds: ['ada'] }, ['t2', 't1']],
      [{ taskTypes: ['EMAIL_REPLY'] }, ['t2']],
      [{ priorities: ['HOT'] }, ['t3', 't1']],
      [{ kinds: ['assigned' as const] }, ['t3']],
      [{ ignoreSources: ['topo' as const] }, []],
      [{ ignoreSources: ['zapier' as const] }, ['t3', 't2', 't1']],
      [{ person: 'ada' }, ['t3', 't2', 't1']],
      [{ person: 'grace' }, ['t1']],
      [{ person: 'ada', taskTypes: ['EMAIL_REPLY'] }, ['t2']],
      [{ source: 'topo' as const }, ['t3', 't2', 't1']],
      [{ source: 'zapier' as const }, []],
      [{ types: ['task.closed' as const] }, []],
      [{ sinceMs: startMs + 2_000 }, ['t3', 't2']],
      [{ untilMs: startMs + 2_000 }, ['t1']],
      [{ person: 'ada', sinceMs: startMs + 2_000, untilMs: startMs + 3_000 }, ['t2']],
    ])('filters %j', async (filters, expected) => {
      await history();
      expect(await ids({ limit: 10, ...filters })).toEqual(expected);
    });

    test('those of a contact are found by its id, its address and its name', async () => {
      await at.tenant.subscribe(newHook());
      await scan([seen('t1', 'ada', 0, { sequence_id: 'r1' }), seen('t2', 'ada', 0, { sequence_id: 'r2' })], {
        kind: 'baseline',
      });
      const { organizationId, lease } = await at.claimPoll();
      const known = { company: null, jobTitle: null };
      const sequences = [
        { sequenceId: 'r1', contactId: 'c1', templateId: null },
        { sequenceId: 'r2', contactId: 'c2', templateId: null },
      ];
      const contacts = [
        { ...known, contactId: 'c1', name: 'Zoë Able', email: 'Zoe@Example.com' },
        { ...known, contactId: 'c2', name: 'Bob', email: 'bob@example.com' },
      ];
      await at.store.work.recordFacts({ organizationId, lease, sequences }, { leaseMs });
      await at.store.work.recordFacts({ organizationId, lease, contacts }, { leaseMs });
      await at.store.work.finishPoll({ organizationId, lease, nextPollInMs: 0, result: 'done', sawChange: false });
      await scan([seen('t1', 'grace', 1, { sequence_id: 'r1' }), seen('t2', 'grace', 2, { sequence_id: 'r2' })]);
      for (const contact of ['c1', 'zoe@example.com', 'zoe able']) {
        expect(await ids({ limit: 10, contact })).toEqual(['t1']);
        expect(await ids({ limit: 10, contact, untilMs: startMs })).toEqual([]);
      }
      expect(await ids({ limit: 10, contact: 'nobody' })).toEqual([]);
    });

    test('another organization sees none of them, nor may it go on after one', async () => {
      await history();
      const [newest] = (await at.tenant.events({ limit: 1 }))?.items ?? [];
      const other = at.store.tenant('other');
      expect(await other.events({ limit: 10 })).toEqual({ items: [], has_more: false });
      expect(await other.events({ limit: 10, before: newest?.id })).toBeUndefined();
      expect(await at.tenant.events({ limit: 10, before: 'evt_unknown' })).toBeUndefined();
    });
  });
};
