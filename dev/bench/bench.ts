import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What every measurement is given. */
export type Bench = {
  /** A new folder that is removed when the program ends, however it ends. */
  newFolder(): string;
  /** Tells people how far it has come. */
  say(text: string): void;
  /** Runs when the program ends, however it ends: for what would outlive it. */
  atExit(clean: () => void): void;
};

/** Makes the folders' parent at once, and removes it at the end. */
export const createBench = (say: (text: string) => void): Bench => {
  const folder = mkdtempSync(join(tmpdir(), 'topo-for-zapier-bench-'));
  const atExit = (clean: () => void) => {
    process.once('exit', clean);
  };
  atExit(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return { newFolder: () => mkdtempSync(join(folder, 'part-')), say, atExit };
};
