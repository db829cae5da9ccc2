import type { Transaction } from '../database.ts';
import { factsFreshMs } from '../rules.ts';
import { constant, type Statement, sql, tableOf } from '../sql.ts';
import type { FactKind } from '../work-store.ts';

export const idColumn = { sequence: 'sequence_id', contact: 'contact_id', template: 'template_id' } as const;

/** An open task of this sequence run. */
export const hasOpenTask = (organizationId: Statement): Statement => sql`exists (
  select 1 from snapshot
  where snapshot.organization_id = ${organizationId} and snapshot.sequence_id = sequence.sequence_id and snapshot.is_open)`;

/** What refers to a row of this kind: an open task or a kept event to a sequence run, and a sequence run to the others. */
const isReferredTo = (kind: FactKind, beforeMs: number): Statement => {
  if (kind === 'sequence') {
    return sql`(sequence.told_at_ms >= ${beforeMs} or ${hasOpenTask(sql`sequence.organization_id`)})`;
  }
  const reference = kind === 'contact' ? sql`sequence.contact_id` : sql`sequence.sequence_template_id`;
  const table = constant(kind);
  return sql`exists (
    select 1 from sequence
    where sequence.organization_id = ${table}.organization_id and ${reference} = ${table}.${constant(idColumn[kind])})`;
};

/** How many rows were removed, and whether there may be more to look at. */
export type Cleaned = { removed: number; goesOn: boolean };

type Checked = { organization_id: string; id: string; is_used: number | boolean };

/** Checks rows that were not checked for a day, at most `limit`, and removes those that nothing refers to. */
const check = async (
  run: Transaction,
  kind: FactKind,
  beforeMs: number,
  limit: number,
): Promise<Cleaned & { looked: number }> => {
  const [table, id] = [constant(kind), constant(idColumn[kind])];
  const rows = await run.rows<Checked>(sql`
    select organization_id, ${id} as id, ${isReferredTo(kind, beforeMs)} as is_used from ${table}
    where checked_at_ms < ${run.nowMs - factsFreshMs}
    order by checked_at_ms limit ${limit}`);
  const among = (chosen: readonly Checked[]): Statement => sql`(organization_id, ${id}) in (
    select chosen_in, chosen_id from ${tableOf('chosen', chosen, {
      chosen_in: ['text', (row) => row.organization_id],
      chosen_id: ['text', (row) => row.id],
    })})`;
  const used = rows.filter(({ is_used }) => Boolean(is_used));
  const unused = rows.filter(({ is_used }) => !is_used);
  if (unused.length > 0) await run.change(sql`delete from ${table} where ${among(unused)}`);
  if (used.length > 0) await run.change(sql`update ${table} set checked_at_ms = ${run.nowMs} where ${among(used)}`);
  return { removed: unused.length, looked: rows.length, goesOn: rows.length >= limit };
};

/**
 * Removes what no open task and no kept event refers to. Each row is checked once a day, so that the work is spread.
 *
 * @param beforeMs events from before this time are not kept.
 */
export const removeUnusedFacts = async (run: Transaction, beforeMs: number, limit: number): Promise<Cleaned> => {
  let [removed, looked] = [0, 0];
  for (const kind of ['sequence', 'contact', 'template'] as const) {
    const checked = await check(run, kind, beforeMs, limit - looked);
    removed += checked.removed;
    looked += checked.looked;
    if (checked.goesOn) return { removed, goesOn: true };
  }
  return { removed, goesOn: false };
};
