import type { Transaction } from './database.ts';
import { sql } from './sql.ts';

type Requested = { organizationId: string; lease: string; requestedAtMs?: readonly number[] | undefined };

/**
 * Locks the workspace, renews its lease and notes when Topo was asked about it; answers whether the lease is still ours.
 */
export const keepLease = async (
  run: Transaction,
  { organizationId, lease, requestedAtMs }: Requested,
  leaseMs: number,
): Promise<boolean> => {
  const changed = await run.change(sql`
    update workspace
    set lease_until_ms = ${run.nowMs + leaseMs},
        requested_at_ms = coalesce(${jsonOf(requestedAtMs)}::jsonb, requested_at_ms)
    where organization_id = ${organizationId} and lease = ${lease}`);
  return changed > 0;
};

/** The times as a parameter; null leaves what is there. */
export const jsonOf = (requestedAtMs: readonly number[] | undefined): string | null =>
  requestedAtMs === undefined ? null : JSON.stringify(requestedAtMs);
