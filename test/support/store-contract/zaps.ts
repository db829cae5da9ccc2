import { describe, expect, test } from '@jest/globals';
import { newHook, type StoreBench } from './store-bench.ts';

export const describeZaps = (name: string, at: StoreBench): void => {
  const subscribe = (id: string, zapId?: string) => at.tenant.subscribe(newHook({ id, zapId }));

  describe(`${name}: Zaps`, () => {
    test('a Zap that is turned off and on has a new hook, which knows the one before and its name', async () => {
      expect(await subscribe('hok_first', 'zap')).toMatchObject({ zapId: 'zap', name: null, predecessor: null });
      await at.tenant.nameHook('hok_first', 'Tell Ada');
      await at.tenant.endHook('hok_first');
      await at.store.tenant('another').subscribe(newHook({ zapId: 'zap' }));
      expect(await subscribe('hok_other', 'another zap')).toMatchObject({ predecessor: null });
      expect(await subscribe('hok_second', 'zap')).toMatchObject({ name: 'Tell Ada', predecessor: 'hok_first' });
    });

    test('of a Zap that nobody knows the hook before is the last one that had the same name', async () => {
      await subscribe('hok_first');
      await at.tenant.nameHook('hok_first', 'Tell Ada');
      await subscribe('hok_second');
      expect(await at.tenant.nameHook('hok_second', 'Tell Ada')).toMatchObject({ predecessor: null });
      await at.tenant.endHook('hok_first');
      expect(await at.tenant.nameHook('hok_second', 'Tell Ada')).toMatchObject({
        name: 'Tell Ada',
        predecessor: 'hok_first',
      });
      expect(await at.tenant.nameHook('hok_second', null)).toMatchObject({ name: null, predecessor: 'hok_first' });
      expect(await at.store.tenant('another').nameHook('hok_second', 'Mine')).toBeUndefined();
    });
  });
};
