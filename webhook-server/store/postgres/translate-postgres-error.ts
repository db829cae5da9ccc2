import { DatabaseError } from 'pg';
import { errorCode } from '../../error-code.ts';
import { StoreError } from '../store.ts';

const next = 'Check DATABASE_URL, and that the server is up.';

/** Our migrations found something of another program in their way; the database names it. */
const foreignObjects = new Set(['42723', '42725', '42P13', '42P07', '42710']);

/** What the operator can do about it, by the code of PostgreSQL or of the network. */
const sentences: Record<string, string> = {
  '28P01': 'The database refuses the user or the password of DATABASE_URL.',
  '28000': 'The database refuses the user of DATABASE_URL. Check its pg_hba.conf, and whether it wants TLS (sslmode).',
  '3D000': 'The database that DATABASE_URL names does not exist. Create it first.',
  '3F000': 'The user of DATABASE_URL has no schema to create tables in.',
  '42501': 'The user of DATABASE_URL lacks a right in its schema. Make it the owner of the database, or of a schema.',
  '25006': 'The database is read-only: it may be a standby. Let DATABASE_URL name the primary server.',
  '53100': 'The disk of the database is full. Free some space.',
  '53300': 'The database has no connection left for this server. Raise max_connections, or run fewer servers.',
  '57014': 'A statement took the database too long and was given up.',
  '55P03': 'A row stayed locked for too long. Another server may hang.',
  ECONNREFUSED: `Nothing answers where DATABASE_URL points. ${next}`,
  ENOTFOUND: `The host of DATABASE_URL has no address. ${next}`,
  ENOENT: `The socket of DATABASE_URL is not there. ${next}`,
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Data, constraint and syntax errors: what we asked is wrong, and will be at every try. */
const isOurFault = (code: string): boolean => /^(22|23|42)/.test(code) && sentences[code] === undefined;

const explainForeignObject = (error: Error): StoreError =>
  new StoreError(
    `The schema of DATABASE_URL holds something of another program where this server needs the name (${error.message}). ` +
      'Give the server a database or a schema of its own.',
  );

/**
 * What an error of the database means to whoever called the store. The original is left behind: its details may quote
 * whole rows.
 */
export const explain = (error: unknown): Error => {
  if (error instanceof StoreError) return error;
  const code = errorCode(error);
  if (error instanceof DatabaseError && foreignObjects.has(code ?? '')) return explainForeignObject(error);
  if (error instanceof DatabaseError && code !== undefined && isOurFault(code)) {
    return new Error(`PostgreSQL refused a statement (${code}): ${error.message}`);
  }
  return new StoreError(sentences[code ?? ''] ?? `The database cannot be used (${messageOf(error)}). ${next}`);
};
