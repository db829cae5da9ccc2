import type { DeliveryState } from '../../../contract/delivery.ts';
import { newDeliveryId } from '../changes/ids.ts';
import type { Run, Transaction } from '../database.ts';
import { QuotaReached, type Quotas } from '../quotas.ts';
import { type DeliveryRow, deliveryColumns, readDelivery } from '../rows/delivery-row.ts';
import { allOf, constant, phrase, type Statement, sql, tableOf } from '../sql.ts';
import type { DeliveryListing, DeliveryQuery, Recovery, Requeued, TestEvent } from '../tenant-store.ts';
import { lockWorkspaces } from './workspaces.ts';

type OwnedHook = { organizationId: string; hookId: string };
type LiveHook = { kind: 'live'; hookId: string } | { kind: 'unknown' | 'hook ended' };

const columns = constant(deliveryColumns);

const findTarget = (run: Run, { organizationId, hookId }: OwnedHook) =>
  run.first<{ target_hash: string }>(sql`
    select target_hash from hook where id = ${hookId} and organization_id = ${organizationId}`);

/** The hook that the target of this one has now. */
const findLiveHook = async (run: Run, owned: OwnedHook): Promise<LiveHook> => {
  const target = await findTarget(run, owned);
  if (target === undefined) return { kind: 'unknown' };
  const live = await run.first<{ id: string }>(sql`
    select id from hook
    where organization_id = ${owned.organizationId} and target_hash = ${target.target_hash} and ended_at_ms is null`);
  return live === undefined ? { kind: 'hook ended' } : { kind: 'live', hookId: live.id };
};

/** How many more may be asked for by hand: one at least. */
const remainingQuota = async (
  run: Run,
  organizationId: string,
  { waitingDeliveries: most }: Quotas,
): Promise<number> => {
  const { waiting = 0 } =
    (await run.first<{ waiting: number }>(sql`
      select count(*) as waiting
      from hook join delivery on hook_id = hook.id
      where hook.organization_id = ${organizationId} and state = 'waiting'`)) ?? {};
  if (waiting >= most) throw new QuotaReached('waitingDeliveries', most);
  return most - waiting;
};

/** Adds a delivery like each of these, in their order. */
const copyAll = async (run: Transaction, from: readonly string[], hookId: string): Promise<DeliveryRow[]> => {
  const copies = tableOf(
    'copy',
    from.map((origin) => ({ origin, id: newDeliveryId() })),
    { origin: ['text', ({ origin }) => origin], copy_id: ['text', ({ id }) => id] },
  );
  const rows = await run.rows<DeliveryRow>(sql`
    insert into delivery (id, organization_id, hook_id, event_id, order_key, body, is_manual, created_at_ms)
    select copy_id, organization_id, ${hookId}, event_id, order_key, body, true, cast(${run.nowMs} as bigint)
    from ${copies} join delivery on delivery.id = origin
    order by position
    returning ${columns}`);
  await run.change(sql`update delivery set retried_as = copy_id from ${copies} where delivery.id = origin`);
  run.announce('deliver');
  return rows;
};

const queued = (row: DeliveryRow | undefined): Requeued & { kind: 'queued' } => {
  if (row === undefined) throw new Error('The delivery was not stored.');
  return { kind: 'queued', delivery: readDelivery(row) };
};

// The words of the partial indexes: that of what was lost holds both of its states.
const conditionOf: Record<DeliveryState, Statement> = {
  waiting: sql`state = 'waiting'`,
  delivered: sql`state = 'delivered'`,
  dead: sql`state = 'dead' and state in ('dead', 'dropped')`,
  dropped: sql`state = 'dropped' and state in ('dead', 'dropped')`,
};

/** The deliveries of a hook, live or ended, newest first. */
export const listDeliveries = async (run: Run, owned: OwnedHook, query: DeliveryQuery): Promise<DeliveryListing> => {
  const { hookId } = owned;
  const { limit, before, state } = query;
  if ((await findTarget(run, owned)) === undefined) return { kind: 'unknown hook' };
  const position =
    before === undefined
      ? null
      : await run.first<{ seq: number }>(sql`select seq from delivery where id = ${before} and hook_id = ${hookId}`);
  if (position === undefined) return { kind: 'unknown position' };
  const conditions = [
    sql`hook_id = ${hookId}`,
    ...(position === null ? [] : [sql`seq < ${position.seq}`]),
    ...(state === undefined ? [] : [conditionOf[state]]),
  ];
  const rows = await run.rows<DeliveryRow>(sql`
    select ${columns} from delivery
    where ${allOf(conditions)}
    order by seq desc
    limit ${limit + 1}`);
  return { kind: 'page', deliveries: rows.slice(0, limit).map(readDelivery), hasMore: rows.length > limit };
};

/** Sends a settled delivery again, as a new one. */
export const retryDelivery = async (
  run: Transaction,
  organizationId: string,
  id: string,
  quotas: Quotas,
): Promise<Requeued> => {
  // What is added is numbered in order, and for hooks that live.
  await lockWorkspaces(run, [organizationId]);
  const row = await run.first<DeliveryRow>(sql`
    select ${columns} from delivery where id = ${id} and organization_id = ${organizationId} ${phrase('lock')}`);
  if (row === undefined) return { kind: 'unknown' };
  if (row.state === 'waiting') return { kind: 'still waiting' };
  const live = await findLiveHook(run, { organizationId, hookId: row.hook_id });
  if (live.kind !== 'live') return live;
  await remainingQuota(run, organizationId, quotas);
  return queued((await copyAll(run, [id], live.hookId))[0]);
};

/** Sends again what has died or was dropped since then, oldest first and each once. */
export const recoverDeliveries = async (
  run: Transaction,
  owned: OwnedHook,
  { sinceMs, limit }: { sinceMs: number; limit: number },
  quotas: Quotas,
): Promise<Recovery> => {
  const { organizationId } = owned;
  await lockWorkspaces(run, [organizationId]);
  const target = await findTarget(run, owned);
  if (target === undefined) return { kind: 'unknown' };
  const live = await findLiveHook(run, owned);
  if (live.kind !== 'live') return live;
  const lost = await run.rows<{ id: string }>(sql`
    select delivery.id
    from hook join delivery on hook_id = hook.id
    where hook.organization_id = ${organizationId} and target_hash = ${target.target_hash}
      and state in ('dead', 'dropped') and settled_at_ms >= ${sinceMs} and retried_as is null
      and (lease is null or lease_until_ms <= ${run.nowMs})
    order by delivery.seq
    limit ${limit + 1}`);
  if (lost.length === 0) return { kind: 'queued', count: 0, hasMore: false };
  const room = await remainingQuota(run, organizationId, quotas);
  const taken = lost.slice(0, Math.min(limit, room)).map(({ id }) => id);
  await copyAll(run, taken, live.hookId);
  return { kind: 'queued', count: taken.length, hasMore: lost.length > taken.length };
};

/** Adds a delivery that tells no event of Topo's. */
export const sendTest = async (run: Transaction, owned: OwnedHook, { eventId, body }: TestEvent, quotas: Quotas) => {
  await lockWorkspaces(run, [owned.organizationId]);
  const live = await findLiveHook(run, owned);
  if (live.kind !== 'live') return live;
  await remainingQuota(run, owned.organizationId, quotas);
  const id = newDeliveryId();
  const row = await run.first<DeliveryRow>(sql`
    insert into delivery (id, organization_id, hook_id, event_id, order_key, body, is_manual, created_at_ms)
    values (${id}, ${owned.organizationId}, ${live.hookId}, ${eventId}, ${id}, ${body}, true, ${run.nowMs})
    returning ${columns}`);
  run.announce('deliver');
  return queued(row);
};
