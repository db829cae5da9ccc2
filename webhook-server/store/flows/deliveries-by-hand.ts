import type { DeliveryState } from '../../../contract/delivery.ts';
import { newDeliveryId } from '../changes/ids.ts';
import type { Run, TenantDatabase, Transaction } from '../database.ts';
import { QuotaReached, type Quotas } from '../quotas.ts';
import { type DeliveryRow, deliveryColumns, readDelivery } from '../rows/delivery-row.ts';
import { allOf, constant, oneOf, phrase, type Statement, sql, tableOf } from '../sql.ts';
import type {
  DeliveryListing,
  DeliveryQuery,
  Recoverable,
  Recovery,
  RecoveryScope,
  Requeued,
  TestEvent,
} from '../tenant-store.ts';
import { type HookOfZap, type OwnedHook, readHooksOfZap } from './hooks-of-zap.ts';
import { type Look, lookInPieces, rowsPerLook } from './look-in-pieces.ts';
import { sentBody } from './sent-bodies.ts';
import { lockWorkspaces } from './workspaces.ts';

type LiveHook = { kind: 'live'; hookId: string } | { kind: 'unknown' | 'hook ended' };

const columns = constant(deliveryColumns);

const findTarget = (run: Run, { organizationId, hookId }: OwnedHook) =>
  run.first<{ target_hash: string; zap_id: string | null }>(sql`
    select target_hash, zap_id from hook where id = ${hookId} and organization_id = ${organizationId}`);

/** The hook that the target of this one has now, or else its Zap. */
export const findLiveHook = async (run: Run, owned: OwnedHook): Promise<LiveHook> => {
  const target = await findTarget(run, owned);
  if (target === undefined) return { kind: 'unknown' };
  const findLive = (condition: Statement) =>
    run.first<{ id: string }>(sql`
      select id from hook where organization_id = ${owned.organizationId} and ended_at_ms is null and ${condition}
      order by created_at_ms desc limit 1`);
  const live =
    (await findLive(sql`target_hash = ${target.target_hash}`)) ??
    (target.zap_id === null ? undefined : await findLive(sql`zap_id = ${target.zap_id}`));
  return live === undefined ? { kind: 'hook ended' } : { kind: 'live', hookId: live.id };
};

/** How many more may be asked for by hand: one at least. Counts no further than the quota; only for live hooks something waits. */
export const remainingQuota = async (
  run: Run,
  organizationId: string,
  { waitingDeliveries: most }: Quotas,
): Promise<number> => {
  const { waiting = 0 } =
    (await run.first<{ waiting: number }>(sql`
      select count(*) as waiting
      from (
        select 1 from hook join delivery on hook_id = hook.id
        where hook.organization_id = ${organizationId} and ended_at_ms is null and state = 'waiting'
        limit ${most}) as counted`)) ?? {};
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
    select copy_id, organization_id, ${hookId}, event_id, order_key, ${sentBody}, true, cast(${run.nowMs} as bigint)
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

/** The words of the index in which deliveries of this state are looked for; it may hold others, too. */
export const conditionOf: Record<DeliveryState, Statement> = {
  waiting: sql`state = 'waiting'`,
  delivered: sql`true`,
  dead: sql`state in ('dead', 'dropped')`,
  dropped: sql`state in ('dead', 'dropped')`,
};

type Position = { seq: number };

/** No delivery has this number. Between two bounds SQLite takes the index of the few that wait, not that of all. */
export const afterAll = Number.MAX_SAFE_INTEGER;

const lookAtDeliveries = async (
  run: Run,
  { hookId }: OwnedHook,
  state: DeliveryState | undefined,
  { from, most }: { from: Position | null; most: number },
): Promise<Look<DeliveryRow, Position>> => {
  const after = sql`hook_id = ${hookId} and seq > 0 and seq < ${from?.seq ?? afterAll}`;
  if (state === undefined) {
    // By their numbers alone PostgreSQL takes the queue of the hook, which holds them: for whole rows it may pass over all
    // that other hooks were sent since.
    const found = await run.rows<DeliveryRow>(sql`
      select ${columns} from delivery
      where seq in (select seq from delivery where ${after} order by seq desc limit ${most})
      order by seq desc`);
    return { found, next: null };
  }
  // The index may be one of more states than this.
  const lookedAt = sql`${after} and ${conditionOf[state]}`;
  const found = await run.rows<DeliveryRow>(sql`
    select ${columns}
    from (select * from delivery where ${lookedAt} order by seq desc limit ${rowsPerLook}) as looked_at
    where state = ${state}
    order by seq desc
    limit ${most}`);
  if (found.length === most) return { found, next: null };
  const last = await run.first<Position>(sql`
    select seq from delivery where ${lookedAt} order by seq desc limit 1 offset ${rowsPerLook - 1}`);
  return { found, next: last ?? null };
};

/** The deliveries of a hook, live or ended, newest first. */
export const listDeliveries = async (
  database: TenantDatabase,
  owned: OwnedHook,
  query: DeliveryQuery,
): Promise<DeliveryListing> => {
  const { hookId } = owned;
  const { limit, before, state, isWanted } = query;
  if ((await findTarget(database, owned)) === undefined) return { kind: 'unknown hook' };
  const from =
    before === undefined
      ? null
      : await database.first<Position>(sql`select seq from delivery where id = ${before} and hook_id = ${hookId}`);
  if (from === undefined) return { kind: 'unknown position' };
  const { items, hasMore } = await lookInPieces<DeliveryRow, Position>({
    limit,
    from,
    isWanted,
    look: (position, most) =>
      database.transaction((run) => lookAtDeliveries(run, owned, state, { from: position, most })),
  });
  return { kind: 'page', deliveries: items.map(readDelivery), hasMore };
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

type LostQuery = RecoveryScope & { organizationId: string; hooks: readonly HookOfZap[]; most: number };
type HookPosition = { id: string; created_at_ms: number; number: number };

const isLost = ({ sinceMs, untilMs, states }: RecoveryScope): Statement =>
  allOf([
    sql`state in ('dead', 'dropped') and retried_as is null and settled_at_ms >= ${sinceMs}`,
    ...(untilMs === undefined ? [] : [sql`settled_at_ms < ${untilMs}`]),
    ...(states === undefined ? [] : [sql`state ${oneOf(states)}`]),
  ]);

/** The next hook, in the order in which they were made, that has lost something and is one of these or had the same target. */
const findNextLosing = (
  run: Run,
  { organizationId, hooks, ...scope }: LostQuery,
  after: HookPosition | undefined,
): Promise<HookPosition | undefined> => {
  const number = phrase('hook number');
  const conditions = [
    sql`organization_id = ${organizationId}`,
    sql`(target_hash = ${hooks[0]?.target_hash ?? ''} or id ${oneOf(hooks.map(({ id }) => id))})`,
    ...(after === undefined ? [] : [sql`(hook.created_at_ms, ${number}) > (${after.created_at_ms}, ${after.number})`]),
    sql`exists (select 1 from delivery where hook_id = hook.id and ${isLost(scope)})`,
  ];
  return run.first<HookPosition>(sql`
    select hook.id, hook.created_at_ms, ${number} as number from hook
    where ${allOf(conditions)}
    order by hook.created_at_ms, ${number}
    limit 1`);
};

/**
 * What the hooks of a Zap have lost, oldest first. Hook by hook, because a Zap has one live hook at a time: what an earlier
 * one has lost is older.
 */
const findLost = async (run: Transaction, query: LostQuery): Promise<string[]> => {
  const lost: string[] = [];
  let hook = await findNextLosing(run, query, undefined);
  while (hook !== undefined && lost.length < query.most) {
    const rows = await run.rows<{ id: string }>(sql`
      select id from delivery
      where hook_id = ${hook.id} and ${isLost(query)} and (lease is null or lease_until_ms <= ${run.nowMs})
      order by settled_at_ms, seq
      limit ${query.most - lost.length}`);
    lost.push(...rows.map(({ id }) => id));
    hook = await findNextLosing(run, query, hook);
  }
  return lost;
};

/** Sends again what has died or was dropped since then, oldest first and each once. */
export const recoverDeliveries = async (
  run: Transaction,
  owned: OwnedHook,
  { limit, ...scope }: RecoveryScope & { limit: number },
  quotas: Quotas,
): Promise<Recovery> => {
  const { organizationId } = owned;
  await lockWorkspaces(run, [organizationId]);
  const live = await findLiveHook(run, owned);
  if (live.kind !== 'live') return live;
  const { hooks } = await readHooksOfZap(run, { organizationId, hookId: live.hookId });
  const lost = await findLost(run, { ...scope, organizationId, hooks, most: limit + 1 });
  if (lost.length === 0) return { kind: 'queued', count: 0, hasMore: false };
  const room = await remainingQuota(run, organizationId, quotas);
  const taken = lost.slice(0, Math.min(limit, room));
  await copyAll(run, taken, live.hookId);
  return { kind: 'queued', count: taken.length, hasMore: lost.length > taken.length };
};

/** How many deliveries that would send again. */
export const countRecoverable = async (
  run: Transaction,
  owned: OwnedHook,
  { limit, ...scope }: RecoveryScope & { limit: number },
): Promise<Recoverable> => {
  const live = await findLiveHook(run, owned);
  if (live.kind !== 'live') return live;
  const { organizationId } = owned;
  const { hooks } = await readHooksOfZap(run, { organizationId, hookId: live.hookId });
  const lost = await findLost(run, { ...scope, organizationId, hooks, most: limit });
  return { kind: 'counted', count: lost.length };
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
