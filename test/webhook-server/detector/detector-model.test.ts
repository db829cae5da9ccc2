import { test } from '@jest/globals';
import fc from 'fast-check';
import { createSqliteStore } from '../../../webhook-server/store/sqlite/sqlite-store.ts';
import { history } from '../../support/detector-history.ts';
import { type OpenStore, runHistory } from '../../support/history-run.ts';

/** A database that is gone with its store. */
const openStore: OpenStore = async (clock) => createSqliteStore(':memory:', clock);

const isDeep = process.env['TEST_DEEP'] === 'yes';
const numRuns = Number(process.env['HISTORIES'] ?? (isDeep ? 20_000 : 1_000));
const seed = Number(process.env['SEED'] ?? 20_260_302);

test(
  `in ${numRuns} histories every net change is told once, with the right people, in order, and nothing else is`,
  async () => {
    await fc.assert(
      fc.asyncProperty(history, (history) => runHistory(history, openStore)),
      { numRuns, seed, interruptAfterTimeLimit: 80 * 60_000 },
    );
  },
  90 * 60_000,
);
