import { expect, test } from '@jest/globals';
import { retryAfterMs } from '../../../contract/retry-after.ts';
import { type Attempted, decide, horizonMs } from '../../../webhook-server/delivery/policy.ts';

const answered = (status: number, retryAfter?: number): Attempted => ({
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
  '%i is refused, and tried again',
  (status) => {
    expect(decide(answered(status), facts)).toEqual({
      kind: 'retry',
      afterMs: 5_000,
      reason: `the target answered ${status}`,
      certainty: 'refused',
    });
  },
);

test('what was never sent and what nobody answered are told apart', () => {
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
])('after attempt %i it waits %i ms, a fifth more or less', (attempt, afterMs) => {
  expect(decide(answered(500), { ...facts, attempt })).toMatchObject({ afterMs });
  expect(decide(answered(500), { ...facts, attempt, random: 0 })).toMatchObject({ afterMs: afterMs * 0.8 });
  expect(decide(answered(500), { ...facts, attempt, random: 0.999999 })).toMatchObject({
    afterMs: Math.round(afterMs * 1.2 - afterMs * 0.4e-6),
  });
});

test.each([
  [429, 3_600_000],
  [503, 86_400_000],
  [500, 7_000],
])('a Retry-After with %i is honoured in full', (status, asked) => {
  expect(decide(answered(status, asked), facts)).toMatchObject({ kind: 'retry', afterMs: asked });
});

test('a Retry-After of nothing waits a second', () => {
  expect(decide(answered(429, 0), facts)).toMatchObject({ afterMs: 1_000 });
});

test('a delivery that would come again after three days is dead', () => {
  const dead = { kind: 'dead', reason: 'the target answered 500', certainty: 'refused' };
  expect(decide(answered(500), { ...facts, ageMs: horizonMs })).toEqual({ ...dead, afterMs: 5_000 });
  expect(decide(answered(500), { ...facts, ageMs: horizonMs - 5_000 })).toMatchObject({ kind: 'retry' });
});

test('a target that asks for more than three days is left alone for three, and this delivery is dead', () => {
  const dead = { kind: 'dead', afterMs: horizonMs, reason: 'the target answered 429', certainty: 'refused' };
  expect(decide(answered(429, horizonMs), facts)).toMatchObject({ kind: 'retry', afterMs: horizonMs });
  expect(decide(answered(429, horizonMs + 1), facts)).toEqual(dead);
  expect(decide(answered(429, Number.POSITIVE_INFINITY), facts)).toEqual(dead);
});

test('Retry-After is read in seconds or as a date', () => {
  const nowMs = Date.parse('2026-01-01T00:00:00Z');
  expect(retryAfterMs('120', nowMs)).toBe(120_000);
  expect(retryAfterMs('Thu, 01 Jan 2026 00:01:00 GMT', nowMs)).toBe(60_000);
  expect(retryAfterMs('Wed, 31 Dec 2025 00:00:00 GMT', nowMs)).toBe(0);
  expect(retryAfterMs('Thursday, 01-Jan-26 00:01:00 GMT', nowMs)).toBe(60_000);
  for (const neither of ['soon', '-5', '+5', '10, 20', '1.5.2', '1e3', '']) {
    expect(retryAfterMs(neither, nowMs)).toBeUndefined();
  }
  expect(retryAfterMs(undefined, nowMs)).toBeUndefined();
});
