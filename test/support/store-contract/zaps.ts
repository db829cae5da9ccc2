import { describe, expect, test } from '@jest/globals';
import { newHook, type StoreBench } from './store-bench.ts';

export const describeZaps = (name: string, at: StoreBench): void => {
  const subscribe = (id: string, zapId?: string) => at.tenant.subscribe(newHook({ id, zapId }));

  describe(`${name}: Zaps`, () => {
    test('a Zap that is turned off and on has a new hook, which knows the one before and its name', async () => {
      expect(await subscribe('hok_1', 'zap')).toMatchObject({ zapId: 'zap', name: null, predecessor: null });
      await at.tenant.nameHook('hok_1', 'Tell Ada');
      await at.tenant.endHook('hok_1');
      await at.store.tenant('another').subscribe(newHook({ zapId: 'zap' }));
      expect(await subscribe('hok_other', 'another zap')).toMatchObject({ predecessor: null });
      expect(await subscribe('hok_2', 'zap')).toMatchObject({ name: 'Tell Ada', predecessor: 'hok_1' });
    });

    test('of a Zap that nobody knows the hook before is the last one that had the same name', async () => {
      await subscribe('hok_1');
      await at.tenant.nameHook('hok_1', 'Tell Ada');
      await subscribe('hok_2');
      expect(await at.tenant.nameHook('hok_2', 'Tell Ada')).toMatchObject({ predecessor: null });
      await at.tenant.endHook('hok_1');
      expect(await at.tenant.nameHook('hok_2', 'Tell Ada')).toMatchObject({ name: 'Tell Ada', predecessor: 'hok_1' });
      expect(await at.tenant.nameHook('hok_2', null)).toMatchObject({ name: null, predecessor: 'hok_1' });
      expect(await at.store.tenant('another').nameHook('hok_2', 'Mine')).toBeUndefined();
    });
  });
};
