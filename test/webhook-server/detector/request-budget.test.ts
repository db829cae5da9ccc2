import { expect, test } from '@jest/globals';
import { createRequestBudget } from '../../../webhook-server/detector/request-budget.ts';

test('a request waits until fewer than the limit lie within the last minute', () => {
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

test('requests of earlier polls count until they are a minute old', () => {
  let nowMs = 1_000_000;
  const budget = createRequestBudget(3, [nowMs - 60_000, nowMs - 59_999, nowMs - 5_000], () => nowMs);
  expect(budget.spend()).toBe(0);
  expect(budget.spentAtMs).toEqual([nowMs - 59_999, nowMs - 5_000, nowMs]);
  expect(budget.spend()).toBe(1);
  nowMs += 1;
  expect(budget.spend()).toBe(0);
});

test('a clock that was set back blocks a workspace for at most a minute', () => {
  const nowMs = 1_000_000;
  const budget = createRequestBudget(1, [nowMs + 3_600_000], () => nowMs);
  expect(budget.spend()).toBe(60_000);
});
