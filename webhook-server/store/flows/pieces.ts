import type { Run } from '../database.ts';
import { changesPerPiece, deliveriesPerPiece } from '../rules.ts';
import { phrase, type Statement, sql } from '../sql.ts';

/** A change that was not told yet; `run_key` is its sequence run, or its task where there is none. */
type UntoldRow = { seq: number; run_key: string };

/** What a piece is about: whole sequence runs, so that none is told in two. `nextSeq`: where the next piece begins. */
type Piece = { runKeys: string[]; nextSeq: number | null };

/** What is told of hundreds of hooks is much, so a piece takes few changes then. */
const sizeOfPiece = (listeners: number): number =>
  Math.max(1, Math.min(changesPerPiece, Math.floor(deliveriesPerPiece / Math.max(1, listeners))));

/** The oldest of what was found and not told, from `fromSeq` on. */
export const oldestUnpublished = (organizationId: string, fromSeq: number, limit: number): Statement => sql`
  select seq, coalesce(sequence_id, task_id) as run_key from event
  where organization_id = ${organizationId} and body is null and ${phrase('place in queue')} >= ${fromSeq}
  order by ${phrase('place in queue')}
  limit ${limit}`;

/** Reads as much of it as a piece may hold, and one more. */
export const readUntold = (run: Run, organizationId: string, fromSeq: number): Promise<UntoldRow[]> =>
  run.rows<UntoldRow>(oldestUnpublished(organizationId, fromSeq, changesPerPiece + 1));

/** Takes a piece from the front of what is not told yet, as large as the number of hooks allows. */
export const cutPiece = (rows: readonly UntoldRow[], listeners: number): Piece => {
  const size = sizeOfPiece(listeners);
  const [next] = rows.slice(size);
  return {
    runKeys: [...new Set(rows.slice(0, size).map(({ run_key }) => run_key))],
    nextSeq: next === undefined ? null : Number(next.seq),
  };
};
