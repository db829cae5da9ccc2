import { expect, test } from '@jest/globals';
import { retryAfterMs } from '../../../contract/retry-after.ts';
import {
  type AttemptResult,
  decide,
  horizonMs,
  maxRetryAfterMs,
} from '../../../webhook-server/delivery/retry-policy.ts';

const answered = (status: number, retryAfter?: number): AttemptResult => ({
  kind: 'answered',
  status,
  retryAfterMs: retryAfter,
});
const facts = { attempt: 1, ageMs: 0, random: 0.5 };
const hourMs = 3_600_000;

test.each([200, 201, 202, 204, 299])('%i is delivered', (status) => {
  expect(decide(answered(status), facts)).toEqual({ kind: 'delivered' });
});

test('410 ends the hook', () => {
  expect(decide(answered(410), facts)).toEqual({ kind: 'gone' });
});

test.each([301, 302, 307, 308, 400, 401, 403, 404, 408, 422, 429, 500, 502, 503, 504])(
  '%i is refused and retried',
  (status) => {
    expect(decide(answered(status), facts)).toEqual({
      kind: 'retry',
      afterMs: 5_000,
      reason: `the target answered ${status}`,
      certainty: 'refused',
    });
  },
);

test('a message that was never sent is told apart from one without a response', () => {
  expect(decide({ kind: 'never sent', reason: 'x' }, facts)).toMatchObject({ kind: 'retry', certainty: 'never sent' });
  expect(decide({ kind: 'no answer', reason: 'x' }, facts)).toMatchObject({ kind: 'retry', certainty: 'ambiguous' });
});

test.each([
  [1, 5_000],
  [2, 30_000],
  [3, 120_000],
  [4, 600_000],
  [5, hourMs],
  [6, 3 * hourMs],
  [7, 6 * hourMs],
  [8, 12 * hourMs],
  [9, 12 * hourMs],
  [20, 12 * hourMs],
])('after attempt %i it waits %i ms, plus or minus a fifth', (attempt, afterMs) => {
  expect(decide(answered(500), { ...facts, attempt })).toMatchObject({ afterMs });
  expect(decide(answered(500), { ...facts, attempt, random: 0 })).toMatchObject({ afterMs: afterMs * 0.8 });
  expect(decide(answered(500), { ...facts, attempt, random: 0.999999 })).toMatchObject({
    afterMs: Math.round(afterMs * 1.2 - afterMs * 0.4e-6),
  });
});

test.each([
  [429, 3_600_000],
  [503, maxRetryAfterMs],
  [500, 7_000],
])('a Retry-After with %i takes the place of the back-off', (status, asked) => {
  expect(decide(answered(status, asked), facts)).toMatchObject({ kind: 'retry', afterMs: asked });
});

test('a delivery whose next attempt would come after three days is dead', () => {
  const dead = { kind: 'dead', reason: 'the target answered 500', certainty: 'refused' };
  expect(decide(answered(500), { ...facts, ageMs: horizonMs })).toEqual({ ...dead, afterMs: 5_000 });
  expect(decide(answered(500), { ...facts, ageMs: horizonMs - 5_000 })).toMatchObject({ kind: 'retry' });
});

test('the longest Retry-After never kills a first attempt, and near the end it rests the hook no longer than ever', () => {
  const longest = answered(429, maxRetryAfterMs);
  expect(maxRetryAfterMs).toBe(12 * hourMs);
  expect(decide(longest, facts)).toMatchObject({ kind: 'retry', afterMs: 12 * hourMs });
  expect(decide(longest, { ...facts, ageMs: horizonMs - 12 * hourMs })).toMatchObject({ kind: 'retry' });
  expect(decide(longest, { ...facts, ageMs: horizonMs - 12 * hourMs + 1 })).toEqual({
    kind: 'dead',
    afterMs: 12 * hourMs,
    reason: 'the target answered 429',
    certainty: 'refused',
  });
});

test('Retry-After is in seconds or a date', () => {
  const nowMs = Date.parse('2026-01-01T00:00:00Z');
  const options = { maxMs: maxRetryAfterMs };
  expect(retryAfterMs('120', nowMs, options)).toBe(120_000);
  expect(retryAfterMs('Thu, 01 Jan 2026 00:01:00 GMT', nowMs, options)).toBe(60_000);
  expect(retryAfterMs('Wed, 31 Dec 2025 00:00:00 GMT', nowMs, options)).toBe(5_000);
  expect(retryAfterMs('Thursday, 01-Jan-26 00:01:00 GMT', nowMs, options)).toBe(60_000);
  for (const neither of ['soon', '-5', '+5', '10, 20', '1.5.2', '1e3', '']) {
    expect(retryAfterMs(neither, nowMs, options)).toBeUndefined();
  }
  expect(retryAfterMs(undefined, nowMs, options)).toBeUndefined();
});
