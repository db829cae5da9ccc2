import { randomUUID } from 'node:crypto';
import type { DeliveryClaim, WorkStore } from '../work-store.ts';
import { admit } from './admission.ts';
import type { Database, Run, Transaction } from './database.ts';
import { type DueRow, dueDeliveries, lockDueHooks, readNextDue } from './due-deliveries.ts';
import { settle } from './settle.ts';
import { sql } from './sql.ts';

type ClaimOptions = Parameters<WorkStore['claimDeliveries']>[0];
type LeasedRow = DueRow & { lease: string };

const claimOf = (row: LeasedRow, nowMs: number): DeliveryClaim => ({
  id: row.id,
  hookId: row.hook_id,
  lease: row.lease,
  sealedTarget: row.sealed_target,
  sealedSecret: row.sealed_secret,
  body: row.body,
  attempt: row.attempts + 1,
  ageMs: row.first_sent_at_ms === null ? 0 : nowMs - row.first_sent_at_ms,
  hookFailures: row.failures,
});

/** An attempt counts from here on: whether the target heard of it is unknown until it is settled. */
const lease = async (run: Run, rows: readonly LeasedRow[], nowMs: number, leaseMs: number): Promise<void> => {
  await run.change(sql`
    update delivery
    set lease = taken.lease, lease_until_ms = ${nowMs + leaseMs}, attempts = attempts + 1, certainty = 'ambiguous',
        first_sent_at_ms = coalesce(first_sent_at_ms, ${nowMs}), last_sent_at_ms = ${nowMs}
    from unnest(${rows.map(({ seq }) => seq)}::bigint[], ${rows.map((row) => row.lease)}::text[]) as taken (seq, lease)
    where delivery.seq = taken.seq`);
};

/** Which of its deliveries a hook may have under way is decided by one process at a time: the one that locked the hook. */
const claim = async (run: Transaction, options: ClaimOptions): Promise<DeliveryClaim[]> => {
  const { limit, perHook, leaseMs, paces } = options;
  const hookIds = await lockDueHooks(run, run.nowMs);
  if (hookIds.length === 0) return [];
  const due = await run.rows<DueRow>(dueDeliveries(hookIds, { nowMs: run.nowMs, perHook }, limit));
  const admitted = await admit(run, due, paces);
  if (admitted.length === 0) return [];
  const leased = admitted.map((row) => ({ ...row, lease: randomUUID() }));
  await lease(run, leased, run.nowMs, leaseMs);
  return leased.map((row) => claimOf(row, run.nowMs));
};

/** Which delivery is sent when, and what became of it. */
export const createDeliveryWork = (
  database: Database,
): Pick<WorkStore, 'claimDeliveries' | 'settle' | 'msUntilDelivery'> => ({
  async claimDeliveries(options) {
    return options.limit <= 0 ? [] : database.transaction((run) => claim(run, options));
  },

  settle: (settlements) => settle(database, settlements),

  msUntilDelivery: ({ perHook }) =>
    database.transaction(async (run) => {
      const dueAtMs = await readNextDue(run, { nowMs: run.nowMs, perHook });
      return dueAtMs === null ? undefined : Math.max(0, dueAtMs - run.nowMs);
    }),
});
