import { describe, expect, test } from '@jest/globals';
import { unnamedPerson } from '../../../contract/person.ts';
import { type StoreBench, seen } from './store-bench.ts';

export const describePeople = (name: string, at: StoreBench): void => {
  const { scan, listen, bodies } = at;
  const ids = async () => (await at.tenant.people()).map(({ user_id }) => user_id);

  describe(`${name}: people`, () => {
    test('whoever was seen as an assignee is known, and is once in the list, however the id is written', async () => {
      await listen();
      await scan([seen('t1', 'GRACE', 1), seen('t2', 'grace', 2)]);
      expect(await at.tenant.people()).toEqual([unnamedPerson('ada'), unnamedPerson('grace')]);
    });

    test('the named come first, by name, whatever its case; the others by id', async () => {
      await listen();
      await scan([seen('t1', 'zoe', 1)]);
      await at.tenant.namePeople([
        { user_id: 'u1', name: 'berta', email: null },
        { user_id: 'u2', name: 'Carla', email: 'carla@example.com' },
        { user_id: 'u3', name: 'Anna', email: null },
        { user_id: 'u4', name: null, email: 'nobody@example.com' },
      ]);
      expect(await ids()).toEqual(['u3', 'u1', 'u2', 'ada', 'u4', 'zoe']);
    });

    test('a person is named anew, and the last of two names in one list counts', async () => {
      await at.tenant.namePeople([{ user_id: 'ada', name: 'Ada', email: 'ada@example.com' }]);
      await at.tenant.namePeople([
        { user_id: 'ada', name: 'Augusta', email: null },
        { user_id: 'ada', name: 'Ada King', email: null },
      ]);
      expect(await at.tenant.people()).toEqual([{ ...unnamedPerson('ada'), name: 'Ada King' }]);
      await at.tenant.namePeople([]);
      expect(await at.tenant.people()).toHaveLength(1);
    });

    test('an event carries the names that are known when it is told', async () => {
      await listen();
      await at.tenant.namePeople([{ user_id: 'grace', name: 'Grace “Amazing” Hopper 🚢', email: 'grace@example.com' }]);
      await scan([seen('t1', 'Grace', 1)]);
      const [event] = await bodies();
      expect(event?.new_assignee).toEqual({
        user_id: 'Grace',
        name: 'Grace “Amazing” Hopper 🚢',
        email: 'grace@example.com',
      });
      expect(event?.previous_assignee).toEqual({ user_id: 'ada', name: null, email: null });
    });

    test('a person may have more addresses, and be away; what a later name leaves out stays', async () => {
      const away_until = '2026-12-01T08:00:00.000Z';
      const ada = {
        user_id: 'ada',
        name: 'Ada',
        email: 'ada@example.com',
        aliases: ['a.king@crm.example'],
        away_until,
      };
      await at.tenant.namePeople([ada]);
      expect(await at.tenant.person('ada')).toEqual(ada);
      expect(await at.tenant.searchPeople({ text: 'CRM.example', limit: 1 })).toEqual({
        people: [ada],
        hasMore: false,
      });
      const [renamed] = await at.tenant.namePeople([{ user_id: 'ada', name: 'Ada King', email: null }]);
      expect(renamed).toEqual({ ...ada, name: 'Ada King', email: null, isSeen: false });
      await at.tenant.namePeople([{ user_id: 'ada', name: 'Ada', email: null, aliases: [], away_until: null }]);
      expect(await at.tenant.people()).toEqual([{ ...unnamedPerson('ada'), name: 'Ada' }]);
    });

    test('of people with names it is known whether a task has shown them', async () => {
      await listen();
      const seenBy = async () =>
        (
          await at.tenant.namePeople(
            ['ada', 'grace', 'kim'].map((user_id) => ({ user_id, name: `${user_id}!`, email: null })),
          )
        ).map(({ user_id, isSeen }) => [user_id, isSeen]);
      expect(await seenBy()).toEqual([
        ['ada', true],
        ['grace', false],
        ['kim', false],
      ]);
      await scan([seen('t1', 'GRACE', 1)]);
      expect(await seenBy()).toEqual([
        ['ada', true],
        ['grace', true],
        ['kim', false],
      ]);
      expect((await at.tenant.person('grace'))?.name).toBe('grace!');
    });

    test('a person is forgotten; only an id that a task has shown stays', async () => {
      await listen();
      const away_until = '2026-12-01T08:00:00.000Z';
      await at.tenant.namePeople([
        { user_id: 'ada', name: 'Ada', email: 'ada@example.com', aliases: ['a@crm.example'], away_until },
        { user_id: 'kim', name: 'Kim', email: null },
        { user_id: 'zoe', name: 'Zoë', email: null },
      ]);
      expect(await at.store.tenant('other').forgetPerson('ada')).toBe(false);
      expect(await at.tenant.forgetPerson('ada')).toBe(true);
      expect(await at.tenant.forgetPerson('kim')).toBe(true);
      expect(await at.tenant.forgetPerson('kim')).toBe(false);
      expect(await at.tenant.people()).toEqual([{ ...unnamedPerson('zoe'), name: 'Zoë' }, unnamedPerson('ada')]);
    });

    test('another organization knows nobody of it', async () => {
      await listen();
      await at.tenant.namePeople([{ user_id: 'ada', name: 'Ada', email: null }]);
      expect(await at.store.tenant('other').people()).toEqual([]);
    });
  });
};
