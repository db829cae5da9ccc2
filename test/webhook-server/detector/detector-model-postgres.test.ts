import fc from 'fast-check';
import { history } from '../../support/detector-history.ts';
import { runHistory } from '../../support/history-run.ts';
import { openPostgresStore, testPostgres } from '../../support/postgres.ts';

const isDeep = process.env['TEST_DEEP'] === 'yes';
const numRuns = isDeep ? 1_000 : 40;
const seed = Number(process.env['SEED'] ?? 20_261_124);

testPostgres(
  `over PostgreSQL, in ${numRuns} histories every net change is told once, with the right people, in order`,
  async () => {
    await fc.assert(
      fc.asyncProperty(history, (history) => runHistory(history, openPostgresStore)),
      { numRuns, seed, interruptAfterTimeLimit: 80 * 60_000 },
    );
  },
  90 * 60_000,
);
