import { expect, test } from '@jest/globals';
import { createPollPlaces } from '../../../webhook-server/detector/poll-places.ts';

const startPlaces = (most = 256) => {
  let nowMs = 0;
  const places = createPollPlaces(most, () => nowMs);
  return {
    places,
    /** A second in which all places were taken, or so many. */
    second({ running = places.count(), isFull = true, tookMs = 200, troubles = 0, answers = 20 } = {}) {
      for (let index = 0; index < answers; index += 1) places.answered(tookMs, index < troubles);
      nowMs += 1_000;
      places.claimed(running, isFull);
      return places.count();
    },
  };
};

test('places grow while more is due than there are places, up to the setting', () => {
  const { places, second } = startPlaces(50);
  expect(places.count()).toBe(8);
  expect([second(), second(), second(), second()]).toEqual([16, 32, 50, 50]);
});

test('places shrink when most of them stay free, and never below the few that it begins with', () => {
  const { second } = startPlaces();
  second();
  second();
  expect(second({ isFull: false, running: 8 })).toBe(32);
  expect(second({ isFull: false, running: 2 })).toBe(16);
  expect(second({ isFull: false, running: 0 })).toBe(8);
  expect(second({ isFull: false, running: 0 })).toBe(8);
});

test('places halve when Topo refuses or fails many calls, and not for one workspace in trouble', () => {
  const { second } = startPlaces();
  second();
  expect(second({ troubles: 5 })).toBe(32);
  expect(second({ troubles: 6 })).toBe(16);
  expect(second({ answers: 4, troubles: 4 })).toBe(32);
});

test('places do not grow while answers become slow, and do when they stay so', () => {
  const { second } = startPlaces();
  expect(second({ tookMs: 200 })).toBe(16);
  expect(second({ tookMs: 600 })).toBe(16);
  let places = 16;
  for (let seconds = 0; seconds < 12 && places === 16; seconds += 1) places = second({ tookMs: 600 });
  expect(places).toBe(32);
});

test('places grow while every one is taken by a call that nobody answers', () => {
  const { second } = startPlaces();
  expect([second({ answers: 0 }), second({ answers: 0 })]).toEqual([16, 32]);
});

test('half of the places are kept for polls of one page', () => {
  const { places, second } = startPlaces();
  expect(places.goingOn()).toBe(4);
  second();
  expect(places.goingOn()).toBe(8);
  expect(startPlaces(2).places.goingOn()).toBe(1);
});
