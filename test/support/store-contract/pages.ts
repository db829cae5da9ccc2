import { describe, expect, test } from '@jest/globals';
import { type DirectoryEntry, unnamedPerson } from '../../../contract/person.ts';
import type { StoredHook } from '../../../webhook-server/store/tenant-store.ts';
import { newHook, type StoreBench, seen, seenMany } from './store-bench.ts';

/** What a list of any length is read with: pages, and looks at a bounded number of rows. */
export const describePages = (name: string, at: StoreBench): void => {
  const { scan, listen } = at;

  describe(`${name}: long lists`, () => {
    test('hooks come in pages, newest first, also those of one moment', async () => {
      const ids: string[] = [];
      for (let made = 0; made < 7; made += 1) {
        if (made === 4) at.nowMs += 1;
        ids.unshift((await at.tenant.subscribe(newHook())).id);
      }
      const read: string[] = [];
      let before: StoredHook | undefined;
      do {
        const page = await at.tenant.hooks({ limit: 2, before });
        expect(page.length).toBeLessThanOrEqual(2);
        read.push(...page.map(({ id }) => id));
        before = page.at(-1);
      } while (before !== undefined);
      expect(read).toEqual(ids);
      expect(await at.tenant.hook(ids[3] ?? '')).toMatchObject({ id: ids[3] });
      expect(await at.store.tenant('other').hook(ids[3] ?? '')).toBeUndefined();
    });

    test('people come in pages: the named first, whatever the case, then the others', async () => {
      const named = ['berta', 'Anna', 'anna', 'Žofie', '1', null, null].map((personName, index) => ({
        user_id: `u${index}`,
        name: personName,
        email: null,
      }));
      await at.tenant.namePeople(named);
      const read: DirectoryEntry[] = [];
      let after: DirectoryEntry | undefined;
      do {
        const page = await at.tenant.people({ limit: 2, after });
        read.push(...page);
        after = page.at(-1);
      } while (after !== undefined);
      expect(read).toEqual(await at.tenant.people());
      expect(read.map(({ user_id }) => user_id)).toEqual(['u4', 'u1', 'u2', 'u0', 'u3', 'u5', 'u6']);
      expect(await at.tenant.person('u1')).toEqual({ ...unnamedPerson('u1'), name: 'Anna' });
      expect(await at.store.tenant('other').person('u1')).toBeUndefined();
    });

    test('people are found by a part of their name, e-mail address or id, in pages', async () => {
      const crowd = Array.from({ length: 2_100 }, (_, index) => ({
        user_id: `u-${String(index).padStart(4, '0')}`,
        name: `Person ${String(index).padStart(4, '0')}`,
        email: null,
      }));
      const rare = [
        { ...unnamedPerson('zz-1'), name: 'Žofie', email: 'zofie@example.com' },
        { ...unnamedPerson('zz-2'), email: 'zora@example.com' },
      ];
      await at.tenant.namePeople([...crowd, ...rare]);
      const find = (text: string, limit = 10, after?: DirectoryEntry) => at.tenant.searchPeople({ text, limit, after });
      expect(await find('ŽOFIE')).toEqual({ people: [rare[0]], hasMore: false });
      expect(await find('@EXAMPLE')).toEqual({ people: rare, hasMore: false });
      expect(await find('ZZ-')).toEqual({ people: rare, hasMore: false });
      expect(await find('ZZ-', 1)).toEqual({ people: rare.slice(0, 1), hasMore: true });
      expect(await find('ZZ-', 1, rare[0])).toEqual({ people: rare.slice(1), hasMore: false });
      expect((await find('person 20', 10)).hasMore).toBe(true);
      expect(await find('nobody')).toEqual({ people: [], hasMore: false });
      expect(await at.store.tenant('other').searchPeople({ text: 'ZZ-', limit: 10 })).toMatchObject({ people: [] });
    });

    test('a rare event is found behind thousands of others, and no page is empty before the end', async () => {
      await listen();
      const others = (assigneeId: string, second: number) => seenMany(2_300, assigneeId, second);
      const rare = (assigneeId: string, second: number) => [
        seen('r1', assigneeId, second, { type: 'RARE', sequence_id: null }),
        seen('r2', assigneeId, second, { type: 'RARE', sequence_id: null }),
      ];
      await scan([...others('ada', 0), ...rare('ada', 0)]);
      await scan([...others('grace', 2), ...rare('grace', 1)]);
      const find = (taskType: string, before?: string) =>
        at.tenant.events({ limit: 1, taskTypes: [taskType], ...(before === undefined ? {} : { before }) });
      const first = await find('RARE');
      const second = await find('RARE', first?.items[0]?.id);
      expect([first?.items.length, first?.has_more, second?.items.length, second?.has_more]).toEqual([
        1,
        true,
        1,
        false,
      ]);
      expect(await find('NONE')).toEqual({ items: [], has_more: false });
      // Any event is a place to go on from, whether or not it matches.
      const [newest] = (await at.tenant.events({ limit: 1 }))?.items ?? [];
      expect((await find('RARE', newest?.id))?.items).toEqual(first?.items);
      expect(await at.tenant.events({ limit: 1, taskTypes: ['NONE'], isWanted: () => false })).toEqual({
        items: [],
        has_more: false,
      });
    });

    test('intents of a list are settled together; the first of two results counts, and unknown ids are named', async () => {
      await listen();
      const intent = (id: string, taskId: string) => ({
        id,
        task_id: taskId,
        assignee_user_id: 'grace',
        scope: 'TASK' as const,
      });
      await at.tenant.announce([intent('int_1', 't1'), intent('int_2', 't2')]);
      await at.store.tenant('other').announce([intent('int_theirs', 't1')]);
      const result = (id: string, state: 'done' | 'failed') => ({ id, state, updatedAtUs: null });
      const unknown = await at.tenant.settleIntents([
        result('int_0', 'done'),
        result('int_1', 'done'),
        result('int_1', 'failed'),
        result('int_theirs', 'failed'),
        result('int_2', 'failed'),
      ]);
      expect(unknown).toEqual(['int_0', 'int_theirs']);
      await scan([seen('t1', 'grace', 1), seen('t2', 'grace', 1)]);
      const items = (await at.tenant.events({ limit: 10 }))?.items ?? [];
      expect(items.map(({ task, source }) => `${task.id} ${source}`).toSorted()).toEqual(['t1 zapier', 't2 topo']);
    });
  });
};
