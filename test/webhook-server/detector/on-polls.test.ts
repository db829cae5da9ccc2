import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { onPolls } from '../../../webhook-server/detector/on-polls.ts';
import type { Topic } from '../../../webhook-server/store/work-store.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** Counts how often polls may be due, for whoever announces topics. */
const startCounting = () => {
  const announced = new EventEmitter<Record<Topic, []>>();
  const counted = { calls: 0 };
  const onWork = (topic: Topic, listener: () => void) => {
    announced.on(topic, listener);
    return () => announced.off(topic, listener);
  };
  const stop = onPolls({ onWork }, () => {
    counted.calls += 1;
  });
  return { announced, counted, stop };
};

test('a poll that is due is looked for at once, and those that are due soon together, half a second later', () => {
  const { announced, counted } = startCounting();
  announced.emit('poll');
  expect(counted.calls).toBe(1);
  announced.emit('poll-soon');
  jest.advanceTimersByTime(300);
  announced.emit('poll-soon');
  expect(counted.calls).toBe(1);
  jest.advanceTimersByTime(200);
  expect(counted.calls).toBe(2);
  announced.emit('poll-soon');
  jest.advanceTimersByTime(500);
  expect(counted.calls).toBe(3);
});

test('whoever has stopped is not called any more', () => {
  const { announced, counted, stop } = startCounting();
  announced.emit('poll-soon');
  stop();
  announced.emit('poll');
  jest.advanceTimersByTime(1_000);
  expect(counted.calls).toBe(0);
});
