import { escapeLiteral } from 'pg';
import type { Stance } from '../database.ts';
import { StoreError, StoreOutdated } from '../store.ts';

/** What a server was started with; `keyCheck` is undefined until it has checked its key. */
export type Known = { schemaNumber: number; keyCheck: string | undefined };

/** Whoever changes the tables, or seals everything anew, takes it alone; every transaction shares it. */
export const takeTurnAlone = `select pg_advisory_xact_lock(7464210, hashtext(current_schema()))`;

/** Others stand in line behind one who waits to be alone, so that wait is short. */
export const aloneWithinMs = 5_000;

/** Proves by the function of the migration 0004 that the database is still the one that this server knows. */
const proofOf = ({ schemaNumber, keyCheck }: Known, stance: Stance): string =>
  `prove(${schemaNumber}, ${keyCheck === undefined || stance === 'settling' ? 'null' : escapeLiteral(keyCheck)})`;

/** Begins a transaction and asks for the time, all in one round trip. The last of its results is the time. */
export const beginText = (known: Known, stance: Stance): string => {
  const alone = stance === 'alone' ? `set local lock_timeout = ${aloneWithinMs}; ${takeTurnAlone};` : '';
  // In this order: the proof may wait.
  return `begin; ${alone} select ${proofOf(known, stance)}, now_ms() as now_ms`;
};

const startAgain = 'This server ends; start it again with its current version and settings.';

/** The codes that `prove` fails with, and what they mean. */
const reasons: Record<string, string> = {
  TZ001: `The tables were changed for another version of this server while this one ran. ${startAgain}`,
  TZ002:
    'While this server ran everything was sealed with another ENCRYPTION_KEY, or another database took the place of ' +
    `the one that it knows. ${startAgain}`,
};

/** What the code of an error says about the proof; undefined when it says nothing. */
export const outdatedBy = (code: string | undefined): StoreOutdated | undefined => {
  const reason = reasons[code ?? ''];
  return reason === undefined ? undefined : new StoreOutdated(reason);
};

/** A transaction that should run alone could not begin in time. */
export const othersBusy = (): StoreError =>
  new StoreError(
    'Another server on the database did not end its work in time, so nothing was sealed with the new ENCRYPTION_KEY. ' +
      'Start this server again; if that does not help, stop the others first.',
  );

/** Codes of PostgreSQL for a function or a table that is not there. */
export const isMissing = (code: string | undefined): boolean => code === '42883' || code === '42P01';

/** `prove` itself is not there. */
export const tablesGone = (): StoreOutdated =>
  new StoreOutdated(
    'The tables of the database are gone, and with them every hook: it was dropped, or another one took its place. ' +
      'This server ends. Restore a backup before it is started again; without one it begins anew, and each Zap must be ' +
      'turned off and on again.',
  );
