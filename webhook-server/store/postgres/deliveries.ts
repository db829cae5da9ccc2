import { type DeliveryRow, deliveryColumns, readDelivery } from '../delivery-row.ts';
import { newDeliveryId } from '../event-id.ts';
import { QuotaReached, type Quotas } from '../quotas.ts';
import type { DeliveryListing, DeliveryQuery, Recovery, Requeued, TenantStore, TestEvent } from '../tenant-store.ts';
import type { Database, Run, Transaction } from './database.ts';
import { lockWorkspaces } from './end-hook.ts';
import { constant, sql } from './sql.ts';

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
const roomFor = async (run: Run, organizationId: string, { waitingDeliveries: most }: Quotas): Promise<number> => {
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
  const ids = from.map(() => newDeliveryId());
  const copies = await run.rows<DeliveryRow>(sql`
    insert into delivery (id, organization_id, hook_id, event_id, order_key, body, is_manual, created_at_ms)
    select copy.id, organization_id, ${hookId}, event_id, order_key, body, true, ${run.nowMs}::bigint
    from unnest(${from}::text[], ${ids}::text[]) with ordinality as copy (origin, id, position)
      join delivery on delivery.id = copy.origin
    order by position
    returning ${columns}`);
  await run.change(sql`
    update delivery set retried_as = copy.id
    from unnest(${from}::text[], ${ids}::text[]) as copy (origin, id)
    where delivery.id = copy.origin`);
  run.announce('deliver');
  return copies;
};

const queued = (row: DeliveryRow | undefined): Requeued & { kind: 'queued' } => {
  if (row === undefined) throw new Error('The delivery was not stored.');
  return { kind: 'queued', delivery: readDelivery(row) };
};

const list = async (run: Run, owned: OwnedHook, query: DeliveryQuery): Promise<DeliveryListing> => {
  const { hookId } = owned;
  const { limit, before, state = null } = query;
  if ((await findTarget(run, owned)) === undefined) return { kind: 'unknown hook' };
  const position =
    before === undefined
      ? { seq: null }
      : await run.first<{ seq: number }>(sql`select seq from delivery where id = ${before} and hook_id = ${hookId}`);
  if (position === undefined) return { kind: 'unknown position' };
  const rows = await run.rows<DeliveryRow>(sql`
    select ${columns} from delivery
    where hook_id = ${hookId}
      and (${position.seq}::bigint is null or seq < ${position.seq}::bigint)
      and (${state}::text is null or state = ${state}::text)
    order by seq desc
    limit ${limit + 1}`);
  return { kind: 'page', deliveries: rows.slice(0, limit).map(readDelivery), hasMore: rows.length > limit };
};

const retry = async (run: Transaction, organizationId: string, id: string, quotas: Quotas): Promise<Requeued> => {
  const row = await run.first<DeliveryRow>(sql`
    select ${columns} from delivery where id = ${id} and organization_id = ${organizationId} for no key update`);
  if (row === undefined) return { kind: 'unknown' };
  if (row.state === 'waiting') return { kind: 'still waiting' };
  const live = await findLiveHook(run, { organizationId, hookId: row.hook_id });
  if (live.kind !== 'live') return live;
  await roomFor(run, organizationId, quotas);
  return queued((await copyAll(run, [id], live.hookId))[0]);
};

type Recovering = { sinceMs: number; limit: number };

const recover = async (
  run: Transaction,
  owned: OwnedHook,
  { sinceMs, limit }: Recovering,
  quotas: Quotas,
): Promise<Recovery> => {
  const target = await findTarget(run, owned);
  if (target === undefined) return { kind: 'unknown' };
  const live = await findLiveHook(run, owned);
  if (live.kind !== 'live') return live;
  const lost = await run.rows<{ id: string }>(sql`
    select delivery.id
    from hook join delivery on hook_id = hook.id
    where hook.organization_id = ${owned.organizationId} and target_hash = ${target.target_hash}
      and state in ('dead', 'dropped') and settled_at_ms >= ${sinceMs} and retried_as is null
      and (lease is null or lease_until_ms <= ${run.nowMs})
    order by delivery.seq
    limit ${limit + 1}`);
  if (lost.length === 0) return { kind: 'queued', count: 0, hasMore: false };
  const room = await roomFor(run, owned.organizationId, quotas);
  const taken = lost.slice(0, Math.min(limit, room)).map(({ id }) => id);
  await copyAll(run, taken, live.hookId);
  return { kind: 'queued', count: taken.length, hasMore: lost.length > taken.length };
};

const sendTest = async (run: Transaction, owned: OwnedHook, { eventId, body }: TestEvent, quotas: Quotas) => {
  const live = await findLiveHook(run, owned);
  if (live.kind !== 'live') return live;
  await roomFor(run, owned.organizationId, quotas);
  const id = newDeliveryId();
  const row = await run.first<DeliveryRow>(sql`
    insert into delivery (id, organization_id, hook_id, event_id, order_key, body, is_manual, created_at_ms)
    values (${id}, ${owned.organizationId}, ${live.hookId}, ${eventId}, ${id}, ${body}, true, ${run.nowMs})
    returning ${columns}`);
  run.announce('deliver');
  return queued(row);
};

/** The deliveries of an organization as it sees them, and those that it asks for by hand. */
export const createDeliveries =
  (database: Database, quotas: Quotas) =>
  (organizationId: string): Pick<TenantStore, 'deliveries' | 'retryDelivery' | 'recoverDeliveries' | 'sendTest'> => {
    /** What is added is numbered in order, and for hooks that live. */
    const locked = <Result>(work: (run: Transaction) => Promise<Result>): Promise<Result> =>
      database.transaction(async (run) => {
        await lockWorkspaces(run, [organizationId]);
        return work(run);
      });

    return {
      deliveries: (hookId, query) => database.transaction((run) => list(run, { organizationId, hookId }, query)),
      retryDelivery: (deliveryId) => locked((run) => retry(run, organizationId, deliveryId, quotas)),
      recoverDeliveries: (hookId, options) =>
        locked((run) => recover(run, { organizationId, hookId }, options, quotas)),
      sendTest: (hookId, event) => locked((run) => sendTest(run, { organizationId, hookId }, event, quotas)),
    };
  };
