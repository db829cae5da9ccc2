import { describe, expect, test } from '@jest/globals';
import { newHook, type StoreBench } from './store-bench.ts';

export const describeHooks = (name: string, at: StoreBench): void => {
  const { scan } = at;
  describe(`${name}: hooks`, () => {
    test('a hook that subscribes is listed, newest first, and listens once the first reading has ended', async () => {
      await at.tenant.subscribe(newHook({ id: 'first' }));
      at.nowMs += 1000;
      await at.tenant.subscribe(newHook({ id: 'second' }));
      expect((await at.tenant.hooks()).map(({ id, listeningSinceMs }) => [id, listeningSinceMs])).toEqual([
        ['second', null],
        ['first', null],
      ]);
      at.nowMs += 1000;
      await scan([], { kind: 'baseline' });
      expect((await at.tenant.hooks()).map(({ listeningSinceMs }) => listeningSinceMs)).toEqual([at.nowMs, at.nowMs]);
    });

    test('the same target again answers the same hook, with the new filters', async () => {
      const added = newHook();
      await at.tenant.subscribe(added);
      const again = newHook({ targetHash: added.targetHash, filters: { kinds: ['assigned'] }, oncePer: 'sequence' });
      const hook = await at.tenant.subscribe(again);
      expect(hook).toMatchObject({ id: added.id, filters: { kinds: ['assigned'] }, oncePer: 'sequence' });
      expect(hook.sealedSecret).toBe(added.sealedSecret);
      expect(await at.tenant.hooks()).toHaveLength(1);
    });

    test('the same target in another organization is another hook', async () => {
      const added = newHook();
      await at.tenant.subscribe(added);
      const other = await at.store.tenant('other').subscribe(newHook({ targetHash: added.targetHash }));
      expect(other.id).not.toBe(added.id);
    });

    test('an ended hook stays listed, and its target may subscribe anew', async () => {
      const added = newHook();
      await at.tenant.subscribe(added);
      expect(await at.tenant.endHook(added.id)).toBe(true);
      expect(await at.tenant.endHook(added.id)).toBe(true);
      const anew = await at.tenant.subscribe(newHook({ targetHash: added.targetHash }));
      expect(anew.id).not.toBe(added.id);
      const hooks = await at.tenant.hooks();
      expect(hooks.map(({ id, ended }) => [id, ended?.reason])).toEqual([
        [anew.id, undefined],
        [added.id, 'unsubscribed'],
      ]);
    });

    test('a hook of another organization can neither be seen nor ended', async () => {
      const added = await at.tenant.subscribe(newHook());
      const other = at.store.tenant('other');
      expect(await other.hooks()).toEqual([]);
      expect(await other.endHook(added.id)).toBe(false);
      expect((await at.tenant.hooks())[0]?.ended).toBeNull();
    });

    test('a hook is found by its secret', async () => {
      const added = newHook();
      await at.tenant.subscribe(added);
      expect(await at.store.hookOfSecret(added.secretHash)).toEqual({ organizationId: 'org', hookId: added.id });
      expect(await at.store.hookOfSecret('unknown')).toBeUndefined();
    });
  });
};
