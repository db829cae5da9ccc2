import { readFileSync } from 'node:fs';

const isSlow = (path) => /^\/\/ (?:Slow|Random|Long): /.test(readFileSync(path, 'utf8'));

/**
 * Begins with the slow files, those that repeat themselves at random, and other long ones, so that no worker is left alone
 * with one.
 */
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
