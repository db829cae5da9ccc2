import { describe, expect, test } from '@jest/globals';
import { type StoreBench, seen } from './store-bench.ts';

export const describePeople = (name: string, at: StoreBench): void => {
  const { scan, listen, bodies } = at;
  const ids = async () => (await at.tenant.people()).map(({ user_id }) => user_id);

  describe(`${name}: people`, () => {
    test('whoever was seen as an assignee is known, and is once in the list, however the id is written', async () => {
      await listen();
      await scan([seen('t1', 'GRACE', 1), seen('t2', 'grace', 2)]);
      expect(await at.tenant.people()).toEqual([
        { user_id: 'ada', name: null, email: null },
        { user_id: 'grace', name: null, email: null },
      ]);
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
      expect(await at.tenant.people()).toEqual([{ user_id: 'ada', name: 'Ada King', email: null }]);
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

    test('another organization knows nobody of it', async () => {
      await listen();
      await at.tenant.namePeople([{ user_id: 'ada', name: 'Ada', email: null }]);
      expect(await at.store.tenant('other').people()).toEqual([]);
    });
  });
};
