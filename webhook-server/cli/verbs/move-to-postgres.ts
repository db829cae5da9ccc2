import type { Verb } from '../verb.ts';

/** `topo-for-zapier move-to-postgres` */
export const moveToPostgres: Verb = {
  summary: 'moves everything from the SQLite file into an empty PostgreSQL',
  about:
    'Stop the server first. DATA_DIR says where the file is, DATABASE_URL where everything goes; the encryption key stays\n' +
    'the same. Both are compared table by table. When it is stopped, run it again: it goes on. No server uses the file from\n' +
    'its beginning on, or the database before its end. There is no way back: docs/operate.md says why.',
  operands: [],
  flags: { cancel: 'gives the file back to its server, while the move has not ended' },
  async run(_operands, flags, surroundings) {
    const { cancel, move } = await import('../move.ts');
    return flags.has('cancel') ? cancel(surroundings) : move(surroundings);
  },
};
