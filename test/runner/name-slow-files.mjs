import { availableParallelism, loadavg } from 'node:os';
import { relative } from 'node:path';

const slowAfterMs = 8_000;

/** How many times as long everything takes on a machine that has other things to do. */
const slowdown = () => Math.max(1, (loadavg()[0] ?? 0) / availableParallelism());

/** Names the files that took long for a quick run, so that it stays one. */
export default class NameSlowFiles {
  onRunComplete(_contexts, { testResults }) {
    const mostMs = slowAfterMs * slowdown();
    const slow = testResults.filter(({ perfStats }) => perfStats.runtime > mostMs);
    if (slow.length === 0) return;
    const lines = slow
      .toSorted((one, other) => other.perfStats.runtime - one.perfStats.runtime)
      .map(
        ({ testFilePath, perfStats }) =>
          `  ${(perfStats.runtime / 1_000).toFixed(1)} s  ${relative('.', testFilePath)}\n`,
      );
    process.stderr.write(
      `These files took long. Make them faster, or let them begin with “// Slow: …”:\n${lines.join('')}`,
    );
  }
}
