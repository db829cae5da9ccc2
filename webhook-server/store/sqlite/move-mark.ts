import { StoreError } from '../store.ts';

/** How a file stands to a move into PostgreSQL. */
export type MoveState = 'own' | 'moving' | 'moved';

// Added to a file's `user_version`, they make every version of the server take it for that of a newer one.
const added: Record<MoveState, number> = { own: 0, moving: 1_000_000, moved: 2_000_000 };

/** What a file's `user_version` says: the schema number of its tables, and how it stands to a move. */
export const readMark = (userVersion: number): { schema: number; state: MoveState } => {
  const state = userVersion >= added.moved ? 'moved' : userVersion >= added.moving ? 'moving' : 'own';
  return { schema: userVersion - added[state], state };
};

/** The `user_version` that says it. */
export const userVersionOf = (schema: number, state: MoveState): number => schema + added[state];

const sentences: Record<Exclude<MoveState, 'own'>, string> = {
  moving:
    'The database is being moved to PostgreSQL, and belongs to no server until that is done. Run `topo-for-zapier ' +
    'move-to-postgres` again to go on, or with --cancel to stay with SQLite.',
  moved:
    'Everything was moved from this file to PostgreSQL: set DATABASE_URL. There is no way back, because what servers ' +
    'have told since is not in this file, and would be told again.',
};

/** @throws StoreError when a move has begun or ended: the file belongs to no server. */
export const refuseMoved = (userVersion: number): void => {
  const { state } = readMark(userVersion);
  if (state !== 'own') throw new StoreError(sentences[state]);
};
