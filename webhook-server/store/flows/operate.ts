import type { Run, TenantDatabase, Transaction } from '../database.ts';
import type { OperatedHook, OperatedHookQuery } from '../operator-store.ts';
import type { Quotas } from '../quotas.ts';
import { allOf, phrase, type Statement, sql } from '../sql.ts';
import type { DeliveryListing, DeliveryQuery, EndReason, Recovery, Requeued } from '../tenant-store.ts';
import { listDeliveries, recoverDeliveries, retryDelivery } from './deliveries-by-hand.ts';

type Owner = { organization_id: string };

const ownerOfHook = (run: Run, hookId: string): Promise<Owner | undefined> =>
  run.first<Owner>(sql`select organization_id from hook where id = ${hookId}`);

const ownerOfDelivery = (run: Run, deliveryId: string): Promise<Owner | undefined> =>
  run.first<Owner>(sql`select organization_id from delivery where id = ${deliveryId}`);

type OperatedRow = {
  id: string;
  organization_id: string;
  created_at_ms: number;
  failing_since_ms: number | null;
  resume_at_ms: number;
  ended_at_ms: number | null;
  ended_reason: EndReason | null;
};

const inState: Record<NonNullable<OperatedHookQuery['state']>, Statement> = {
  active: sql`ended_at_ms is null and failing_since_ms is null`,
  failing: sql`ended_at_ms is null and failing_since_ms is not null`,
  ended: sql`ended_at_ms is not null`,
};

/** Hooks of all workspaces, or of one, newest first. */
export const listOperatedHooks = async (
  run: Run,
  { limit, skip, state, organizationId }: OperatedHookQuery,
): Promise<OperatedHook[]> => {
  const conditions = [
    ...(state === undefined ? [sql`true`] : [inState[state]]),
    ...(organizationId === undefined ? [] : [sql`organization_id = ${organizationId}`]),
  ];
  const rows = await run.rows<OperatedRow>(sql`
    select id, organization_id, created_at_ms, failing_since_ms, resume_at_ms, ended_at_ms, ended_reason from hook
    where ${allOf(conditions)}
    order by created_at_ms desc, ${phrase('hook number')} desc
    limit ${limit} offset ${skip}`);
  return rows.map((row) => ({
    id: row.id,
    organizationId: row.organization_id,
    createdAtMs: row.created_at_ms,
    failingSinceMs: row.failing_since_ms,
    resumeAtMs: row.resume_at_ms,
    ended:
      row.ended_at_ms === null || row.ended_reason === null
        ? null
        : { atMs: row.ended_at_ms, reason: row.ended_reason },
  }));
};

/** The deliveries of a hook, whosever it is. */
export const listOperatedDeliveries = async (
  database: TenantDatabase,
  hookId: string,
  query: DeliveryQuery,
): Promise<DeliveryListing> => {
  const owner = await ownerOfHook(database, hookId);
  if (owner === undefined) return { kind: 'unknown hook' };
  return listDeliveries(database, { organizationId: owner.organization_id, hookId }, query);
};

/** Sends a settled delivery again, whosever it is. */
export const retryOperated = async (run: Transaction, deliveryId: string, quotas: Quotas): Promise<Requeued> => {
  const owner = await ownerOfDelivery(run, deliveryId);
  return owner === undefined ? { kind: 'unknown' } : retryDelivery(run, owner.organization_id, deliveryId, quotas);
};

/** Sends again what a hook has lost, whosever it is. */
export const recoverOperated = async (
  run: Transaction,
  hookId: string,
  options: { sinceMs: number; limit: number },
  quotas: Quotas,
): Promise<Recovery> => {
  const owner = await ownerOfHook(run, hookId);
  if (owner === undefined) return { kind: 'unknown' };
  return recoverDeliveries(run, { organizationId: owner.organization_id, hookId }, options, quotas);
};
