import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { retryAfterMs } from '../../contract/retry-after.ts';

const nowMs = Date.parse('2026-01-01T00:00:00Z');
const hourMs = 3_600_000;
const upToAnHour = { maxMs: hourMs };

test('fractions of a second count only where they are asked for', () => {
  expect(retryAfterMs('7.5', nowMs, upToAnHour)).toBeUndefined();
  expect(retryAfterMs('7.5', nowMs, { ...upToAnHour, fractions: true })).toBe(7_500);
  expect(retryAfterMs(' 7 ', nowMs, { ...upToAnHour, fractions: true })).toBe(7_000);
});

test('without a clock only seconds count', () => {
  expect(retryAfterMs('7', undefined, upToAnHour)).toBe(7_000);
  expect(retryAfterMs('Thu, 01 Jan 2026 00:01:00 GMT', undefined, upToAnHour)).toBeUndefined();
});

test.each([
  ['0', 5_000],
  ['00', 5_000],
  ['4', 5_000],
  ['5', 5_000],
  ['3600', hourMs],
  ['3601', hourMs],
  ['99999999999999999999999', hourMs],
  ['9'.repeat(400), hourMs],
  ['Thu, 01 Jan 2026 00:00:01 GMT', 5_000],
  ['Wed, 31 Dec 2025 00:00:00 GMT', 5_000],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 5_000],
  ['Thu, 01 Jan 2026 02:00:00 GMT', hourMs],
  ['Fri, 31 Dec 9999 23:59:59 GMT', hourMs],
])('a Retry-After of %s waits %i ms: at least 5 s, and at most as long as the caller grants', (header, expected) => {
  expect(retryAfterMs(header, nowMs, upToAnHour)).toBe(expected);
});

test('whatever the header holds, the wait is a whole number within the bounds, or there is none', () => {
  const header = fc.oneof(
    fc.string(),
    fc.nat().map(String),
    fc.bigInt({ min: 0n }).map(String),
    fc.float({ min: 0, noNaN: true }).map(String),
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
  );
  fc.assert(
    fc.property(header, fc.boolean(), (text, fractions) => {
      const ms = retryAfterMs(text, nowMs, { ...upToAnHour, fractions });
      if (ms === undefined) return;
      expect(Number.isInteger(ms)).toBe(true);
      expect(ms).toBeGreaterThanOrEqual(5_000);
      expect(ms).toBeLessThanOrEqual(hourMs);
    }),
  );
});
