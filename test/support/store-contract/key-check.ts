import { describe, expect, test } from '@jest/globals';
import type { StoreBench } from './store-bench.ts';

export const describeKeyCheck = (name: string, at: StoreBench): void => {
  describe(`${name}: key check`, () => {
    test('the first text is kept and answered from then on', async () => {
      expect(await at.store.keyCheck('first')).toBe('first');
      expect(await at.store.keyCheck('second')).toBe('first');
    });
  });
};
