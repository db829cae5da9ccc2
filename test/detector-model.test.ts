import { test } from '@jest/globals';
import fc from 'fast-check';
import { type History, history } from './support/detector-history.ts';
import { HistoryRun } from './support/history-run.ts';

const runHistory = async ({ restsFirst, steps, ...start }: History): Promise<void> => {
  const run = await HistoryRun.start(start);
  try {
    if (restsFirst) {
      await run.do({ kind: 'poll' });
      await run.check();
    }
    for (const step of steps) await run.do(step);
    await run.check();
    await run.check();
  } finally {
    await run.close();
  }
};

const isDeep = process.env['TEST_DEEP'] === 'yes';
const numRuns = Number(process.env['HISTORIES'] ?? (isDeep ? 20_000 : 1_000));
const seed = Number(process.env['SEED'] ?? 20_260_302);

test(
  `in ${numRuns} histories every net change is told once, with the right people, in order, and nothing else is`,
  async () => {
    await fc.assert(fc.asyncProperty(history, runHistory), { numRuns, seed, interruptAfterTimeLimit: 80 * 60_000 });
  },
  90 * 60_000,
);
