import { expect, test } from '@jest/globals';
import { retryAfterMs } from '../../contract/retry-after.ts';

const nowMs = Date.parse('2026-01-01T00:00:00Z');

test('fractions of a second count only where they are asked for', () => {
  expect(retryAfterMs('1.5', nowMs)).toBeUndefined();
  expect(retryAfterMs('1.5', nowMs, { fractions: true })).toBe(1_500);
  expect(retryAfterMs(' 7 ', nowMs, { fractions: true })).toBe(7_000);
});

test('without a clock only seconds count', () => {
  expect(retryAfterMs('7', undefined)).toBe(7_000);
  expect(retryAfterMs('Thu, 01 Jan 2026 00:01:00 GMT', undefined)).toBeUndefined();
});
