import { describe, expect, test } from '@jest/globals';
import type { TenantStore } from '../../../webhook-server/store/tenant-store.ts';
import { type StoreBench, seen } from './store-bench.ts';

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
    ])('filters %j', async (filters, expected) => {
      await history();
      expect(await ids({ limit: 10, ...filters })).toEqual(expected);
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
