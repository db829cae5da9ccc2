import type { Transaction } from '../database.ts';
import { sql } from '../sql.ts';

/** What `GET /hooks/:id/deliveries` says of deliveries that waited when a backup was made. */
const reason = 'the server was restored from a backup';

/**
 * Makes an older state of the database tell nothing of what it holds and nothing of the time since: every workspace is
 * read anew, as if for the first time, and what waited is dropped. Deliveries stay, to be sent by hand.
 */
export const beginQuietly = async (run: Transaction): Promise<void> => {
  await run.change(sql`
    update workspace
    set is_baselined = ${false}, is_complete = ${false}, watermark_us = null, watermark_moved_at_ms = null,
        is_settled = ${false}, swept_at_ms = null, read_at_ms = null, unusable_tasks = 0, listening_since_ms = null,
        told_from_us = null, goes_on = ${true}, poll_at_ms = ${run.nowMs}`);
  await run.change(sql`delete from reading`);
  await run.change(sql`delete from undecided`);
  await run.change(sql`delete from event where body is null`);
  await run.change(sql`
    update delivery set state = 'dropped', settled_at_ms = ${run.nowMs}, reason = ${reason} where state = 'waiting'`);
};
