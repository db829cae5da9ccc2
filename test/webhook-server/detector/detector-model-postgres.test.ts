// Random: as many histories as there is time for.

import fc from 'fast-check';
import { history } from '../../support/detector-history.ts';
import { type OpenStore, runHistory } from '../../support/history-run.ts';
import { newSchemaUrl, openPostgresStore, testPostgres } from '../../support/postgres.ts';

const isDeep = process.env['TEST_DEEP'] === 'yes';
const numRuns = isDeep ? 1_000 : 20;
const seed = Number(process.env['SEED'] ?? 20_261_124);

const newDatabase = async (): Promise<OpenStore> => {
  const url = await newSchemaUrl();
  return (clock, steadyClock) => openPostgresStore(clock, url, undefined, steadyClock);
};

testPostgres(
  `over PostgreSQL, in ${numRuns} histories every net change is told once, with the right people, in order, and the open tasks are Topo's`,
  async () => {
    await fc.assert(
      fc.asyncProperty(history, async (history) => runHistory(history, await newDatabase())),
      { numRuns, seed, interruptAfterTimeLimit: 80 * 60_000 },
    );
  },
  90 * 60_000,
);
