import { changedAtMs } from '../changes/ids.ts';
import type { Transaction } from '../database.ts';
import type { Delays, Spread } from '../operator-store.ts';
import { type Statement, sql } from '../sql.ts';

const dayMs = 24 * 3_600_000;

/** So many deliveries are looked at, the newest: a busy workspace may have had a million in a day. */
const mostLookedAt = 1_000;

type DelayRow = { id: string; created_at_ms: number; settled_at_ms: number };

const columns = sql`id, state, is_manual, created_at_ms, settled_at_ms`;

/** The value that so many of a hundred do not exceed. */
const shareOf = (sorted: readonly number[], percent: number): number =>
  sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0;

/** A clock of Topo's that is ahead of ours makes no delay negative. */
const spreadOf = (delays: readonly number[]): Spread => {
  const sorted = delays.map((ms) => Math.max(0, ms)).toSorted((left, right) => left - right);
  return { halfMs: shareOf(sorted, 50), mostMs: shareOf(sorted, 95) };
};

const delaysOf = async (run: Transaction, newest: Statement): Promise<Delays | undefined> => {
  const rows = await run.rows<DelayRow>(sql`
    select id, created_at_ms, settled_at_ms from (${newest}) as newest
    where state = 'delivered' and not is_manual and created_at_ms >= ${run.nowMs - dayMs}`);
  const found = rows.flatMap(({ id, created_at_ms, settled_at_ms }) => {
    const atMs = changedAtMs(id);
    return atMs === undefined ? [] : [{ heardMs: settled_at_ms - atMs, sentMs: settled_at_ms - created_at_ms }];
  });
  if (found.length === 0) return undefined;
  return {
    deliveries: found.length,
    heard: spreadOf(found.map(({ heardMs }) => heardMs)),
    sent: spreadOf(found.map(({ sentMs }) => sentMs)),
  };
};

/** How soon the Zaps of a workspace heard of changes in the last day; nothing when none did. */
export const findDelays = (run: Transaction, organizationId: string): Promise<Delays | undefined> =>
  delaysOf(
    run,
    sql`
      select ${columns} from delivery
      where organization_id = ${organizationId} and created_at_ms >= ${run.nowMs - dayMs}
      order by created_at_ms desc, seq desc limit ${mostLookedAt}`,
  );

/** The same of all workspaces, by what was stored last. */
export const findAllDelays = (run: Transaction): Promise<Delays | undefined> =>
  delaysOf(run, sql`select ${columns} from delivery order by seq desc limit ${mostLookedAt}`);
