import { expect, test } from '@jest/globals';
import { type Figure, isReached, median, medianFigure, percentile } from '../../../dev/bench/harness/figure.ts';
import { measureInPairs, ratios } from '../../../dev/bench/harness/pairs.ts';
import { printFigures } from '../../../dev/bench/harness/print-figures.ts';

const figure = (change: Partial<Figure> = {}): Figure => ({ figure: 'a poll', value: 1, unit: 'ms', ...change });

test('the median is the middle sample, or the mean of the two in the middle', () => {
  expect(median([3, 1, 20])).toBe(3);
  expect(median([4, 1, 2, 30])).toBe(3);
  expect(() => median([])).toThrow(RangeError);
});

test('a percentile is the sample that so many percent do not exceed', () => {
  const samples = Array.from({ length: 200 }, (_, index) => 200 - index);
  expect(percentile(samples, 50)).toBe(100);
  expect(percentile(samples, 99)).toBe(198);
  expect(percentile([7], 99)).toBe(7);
  expect(() => percentile([], 50)).toThrow(RangeError);
});

test('samples are taken in turn, and each ratio is that of its own pair', async () => {
  const taken: string[] = [];
  const take = (name: string, values: readonly number[]) => async (pair: number) => {
    taken.push(`${name}${pair}`);
    return values[pair] ?? 0;
  };

  const pairs = await measureInPairs(3, take('a', [2, 30, 8]), take('b', [1, 10, 2]));

  expect(taken).toEqual(['a0', 'b0', 'a1', 'b1', 'a2', 'b2']);
  expect(ratios(pairs)).toEqual([2, 3, 4]);
});

test('a figure of several samples has their median, how many there were, and their bounds', () => {
  expect(medianFigure({ figure: 'a poll', unit: '×', against: 'another' }, [1.5, 1, 4])).toEqual({
    figure: 'a poll',
    value: 1.5,
    unit: '×',
    against: 'another',
    pairs: 3,
    min: 1,
    max: 4,
  });
});

test('a target is reached up to and including its bound, and judged before anything is rounded', () => {
  expect(isReached(figure())).toBeUndefined();
  expect(isReached(figure({ value: 1.2, atMost: 1.2 }))).toBe(true);
  expect(isReached(figure({ value: 1.200001, atMost: 1.2 }))).toBe(false);
  expect(isReached(figure({ value: 0.25, atLeast: 0.25 }))).toBe(true);
  expect(isReached(figure({ value: 0.249999, atLeast: 0.25 }))).toBe(false);
});

test('as JSON each figure is one line with the fields that it has', () => {
  const figures = [figure({ value: 1 / 3 }), figure({ against: 'b', pairs: 2, min: 1.23456, max: 1010, atMost: 1.2 })];

  const lines = printFigures(figures, { isJson: true }).trimEnd().split('\n');

  expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
    { figure: 'a poll', value: 0.3333, unit: 'ms' },
    { figure: 'a poll', value: 1, unit: 'ms', against: 'b', pairs: 2, min: 1.235, max: 1010, atMost: 1.2, reach: true },
  ]);
});

test('as a table the columns are aligned, and a target that was missed stands out', () => {
  const figures = [
    figure({ value: 12_345 }),
    figure({ figure: 'b', value: 2, unit: '×', atMost: 1.2 }),
    figure({ figure: 'c', value: 2, unit: '×', atLeast: 2 }),
  ];

  expect(printFigures(figures, { isJson: false })).toBe(
    [
      'figure   value  unit  against  pairs  min  max  target',
      '──────  ──────  ────  ───────  ─────  ───  ───  ───────────────────',
      'a poll  12,345  ms',
      'b            2  ×                               at most 1.2: MISSED',
      'c            2  ×                               at least 2: reached',
      '',
    ].join('\n'),
  );
});
