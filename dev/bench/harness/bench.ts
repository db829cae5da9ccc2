import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a benchmark runs with. */
export type Bench = {
  /** Makes a folder that is removed when the program ends, however it ends. */
  newFolder(): string;
  /** Reports progress to people. */
  say(text: string): void;
  /** Notes a condition under which the figures hold; it is printed above them. */
  note(condition: string): void;
  /** Runs when the program ends, however it ends: for what would outlive it. */
  atExit(clean: () => void): void;
};

/** @param conditions gets what a benchmark notes. */
export const createBench = (say: (text: string) => void, conditions: string[]): Bench => {
  const folder = mkdtempSync(join(tmpdir(), 'topo-for-zapier-bench-'));
  const cleanings: (() => void)[] = [];
  process.once('exit', () => {
    for (const clean of cleanings) clean();
  });
  const atExit = (clean: () => void) => {
    cleanings.push(clean);
  };
  atExit(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return {
    newFolder: () => mkdtempSync(join(folder, 'part-')),
    say,
    note: (condition) => {
      say(condition);
      conditions.push(condition);
    },
    atExit,
  };
};
