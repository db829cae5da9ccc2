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

test('look-ups get half of the requests, spread over the minute, and scans the rest', () => {
  let nowMs = 1_000_000;
  const budget = createRequestBudget(60, [], () => nowMs, { hasLookUps: true });
  let lookUps = 0;
  for (let seconds = 0; seconds < 60; seconds += 1) {
    let inOneGo = 0;
    while (budget.spendOnLookUp() === 0) inOneGo += 1;
    expect(inOneGo).toBeLessThanOrEqual(5);
    lookUps += inOneGo;
    nowMs += 999;
  }
  expect(lookUps).toBe(30);
  expect(budget.lookedUpAtMs).toHaveLength(30);
  let scans = 0;
  while (budget.spend() === 0) scans += 1;
  expect(scans).toBe(30);
});

test('while look-ups wait, scans leave them a quarter, and otherwise take everything', () => {
  const nowMs = 1_000_000;
  for (const [hasLookUps, expected] of [
    [true, 45],
    [false, 60],
  ] as const) {
    const budget = createRequestBudget(60, [], () => nowMs, { hasLookUps });
    let scans = 0;
    while (budget.spend() === 0) scans += 1;
    expect(scans).toBe(expected);
    expect(budget.spendOnLookUp() === 0).toBe(hasLookUps);
  }
});

test('look-ups of earlier polls count as look-ups', () => {
  const nowMs = 1_000_000;
  const earlier = [nowMs - 20_000, nowMs - 15_000];
  const budget = createRequestBudget(4, earlier, () => nowMs, { lookedUpAtMs: earlier });
  expect(budget.spendOnLookUp()).toBe(40_000);
  expect(budget.spend()).toBe(0);
  expect(budget.spentAtMs).toEqual([...earlier, nowMs]);
});
