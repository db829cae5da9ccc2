import { readFileSync } from 'node:fs';

const isSlow = (path) => /^\/\/ (?:Slow|Random): /.test(readFileSync(path, 'utf8'));

/** Begins with the slow files, and those that repeat themselves at random, so that no worker is left alone with one. */
export default class SlowFirst {
  sort(tests) {
    const slow = tests.filter(({ path }) => isSlow(path));
    return [...slow, ...tests.filter(({ path }) => !isSlow(path))];
  }

  allFailedTests(tests) {
    return tests;
  }

  cacheResults() {}

  shard(tests) {
    return tests;
  }
}
