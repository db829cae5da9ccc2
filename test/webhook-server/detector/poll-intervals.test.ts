import { expect, test } from '@jest/globals';
import { nextPollInMs } from '../../../webhook-server/detector/poll-intervals.ts';

const intervals = { intervalMs: 15_000, idleIntervalMs: 60_000, reconcileIntervalMs: 86_400_000 };

test('a poll comes up to a tenth of its interval sooner, so that workspaces do not march in step', () => {
  expect(nextPollInMs(intervals, 0, 0)).toBe(15_000);
  expect(nextPollInMs(intervals, 0, 0.5)).toBe(14_250);
  expect(nextPollInMs(intervals, 600_000, 0.5)).toBe(57_000);
});
