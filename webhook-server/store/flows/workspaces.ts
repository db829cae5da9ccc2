import type { Run, Transaction } from '../database.ts';
import { json, oneOf, phrase, sql } from '../sql.ts';

/**
 * Locks workspaces, so that nothing is told to their hooks, and none begins or ends, until the transaction is over.
 * Whoever locks hooks or deliveries as well locks these first, and all of them at once.
 */
export const lockWorkspaces = async (run: Transaction, organizationIds: readonly string[]): Promise<void> => {
  await run.rows(sql`
    select 1 from workspace where organization_id ${oneOf(organizationIds)}
    order by organization_id
    ${phrase('lock')}`);
};

/** `isSilent`: nobody listens yet. `readings` of all tasks have begun. */
export type Standing = { isSilent: boolean; readings: number; toldFromUs: number | null };

type Held = {
  organizationId: string;
  lease: string;
  requestedAtMs?: readonly number[] | undefined;
  lookedUpAtMs?: readonly number[] | undefined;
};

/**
 * Locks the workspace, renews its lease and notes when Topo was asked about it; without `requestedAtMs` what is known
 * stays. Returns how the workspace stands, or nothing when the lease is not ours any more.
 */
export const renewLease = async (
  run: Transaction,
  { organizationId, lease, requestedAtMs, lookedUpAtMs }: Held,
  leaseMs: number,
): Promise<Standing | undefined> => {
  const row = await run.first<{ is_silent: number | boolean; readings: number; told_from_us: number | null }>(sql`
    update workspace
    set lease_until_ms = ${run.nowMs + leaseMs}, requested_at_ms = coalesce(${json(requestedAtMs)}, requested_at_ms),
        looked_up_at_ms = coalesce(${json(lookedUpAtMs)}, looked_up_at_ms), records = records + 1
    where organization_id = ${organizationId} and lease = ${lease}
    returning is_silent, readings, told_from_us`);
  if (row === undefined) return undefined;
  return { isSilent: Boolean(row.is_silent), readings: row.readings, toldFromUs: row.told_from_us };
};

/** The hooks of a workspace that have not ended. */
export const findLiveHookIds = async (run: Run, organizationId: string): Promise<string[]> => {
  const rows = await run.rows<{ id: string }>(sql`
    select id from hook where organization_id = ${organizationId} and ended_at_ms is null`);
  return rows.map(({ id }) => id);
};
