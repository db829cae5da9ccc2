// Random: as many histories as there is time for.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from '@jest/globals';
import fc from 'fast-check';
import { createSqliteStore } from '../../../webhook-server/store/sqlite/sqlite-store.ts';
import { history } from '../../support/detector-history.ts';
import { type OpenStore, runHistory } from '../../support/history-run.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const path = join(tempFolder(), 'store.sqlite');

/** Opens the same database again and again; each history begins with an empty one. */
const newDatabase = (): OpenStore => {
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
  return async (clock, steadyClock) => createSqliteStore(path, clock, undefined, steadyClock);
};

const isDeep = process.env['TEST_DEEP'] === 'yes';
const numRuns = Number(process.env['HISTORIES'] ?? (isDeep ? 12_000 : 100));
const seed = Number(process.env['SEED'] ?? 20_260_302);

test(
  `in ${numRuns} histories every net change is told once, with the right people, in order, and the open tasks are Topo's`,
  async () => {
    await fc.assert(
      fc.asyncProperty(history, (history) => runHistory(history, newDatabase())),
      { numRuns, seed, interruptAfterTimeLimit: 80 * 60_000 },
    );
  },
  90 * 60_000,
);
