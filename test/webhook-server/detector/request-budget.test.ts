import { expect, test } from '@jest/globals';
import { createRequestBudget } from '../../../webhook-server/detector/request-budget.ts';

test('a request waits until the one that was made before so many others is a minute old', () => {
  let nowMs = 1_000_000;
  const budget = createRequestBudget(2, [], () => nowMs);
  expect(budget.spend()).toBe(0);
  nowMs += 10_000;
  expect(budget.spend()).toBe(0);
  nowMs += 10_000;
  expect(budget.spend()).toBe(40_000);
  nowMs += 39_999;
  expect(budget.spend()).toBe(1);
  nowMs += 1;
  expect(budget.spend()).toBe(0);
  expect(budget.spend()).toBe(10_000);
});

test('what earlier polls spent counts, and is handed on until it is a minute old', () => {
  let nowMs = 1_000_000;
  const budget = createRequestBudget(3, [nowMs - 60_000, nowMs - 59_999, nowMs - 5_000], () => nowMs);
  expect(budget.spend()).toBe(0);
  expect(budget.spentAtMs).toEqual([nowMs - 59_999, nowMs - 5_000, nowMs]);
  expect(budget.spend()).toBe(1);
  nowMs += 1;
  expect(budget.spend()).toBe(0);
});

test('a clock that was set back blocks nobody for longer than a minute', () => {
  const nowMs = 1_000_000;
  const budget = createRequestBudget(1, [nowMs + 3_600_000], () => nowMs);
  expect(budget.spend()).toBe(60_000);
});
