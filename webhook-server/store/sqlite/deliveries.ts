import type { Database } from 'better-sqlite3';
import type { DeliveryState } from '../../../contract/delivery.ts';
import { type DeliveryRow, deliveryColumns, readDelivery } from '../delivery-row.ts';
import { newDeliveryId } from '../event-id.ts';
import { QuotaReached, type Quotas } from '../quotas.ts';
import type {
  DeliveryListing,
  DeliveryQuery,
  Recovery,
  Requeued,
  StoredDelivery,
  TenantStore,
  TestEvent,
} from '../tenant-store.ts';

type Owned = { organizationId: string };
type OwnedHook = Owned & { hookId: string };
type Page = { hookId: string; beforeSeq: number | null; limit: number };
type Copy = { from: string; id: string; hookId: string; nowMs: number };
type Lost = Owned & { targetHash: string; sinceMs: number; nowMs: number; limit: number };

const preparePages = (database: Database) => {
  const page = (condition: string) =>
    database.prepare<Page, DeliveryRow>(`
      select ${deliveryColumns} from delivery
      where hook_id = @hookId and (@beforeSeq is null or seq < @beforeSeq) and ${condition}
      order by seq desc
      limit @limit`);

  const ofState: Record<DeliveryState, ReturnType<typeof page>> = {
    waiting: page(`state = 'waiting'`),
    delivered: page(`state = 'delivered'`),
    // The index of what was lost needs both conditions.
    dead: page(`state = 'dead' and state in ('dead', 'dropped')`),
    dropped: page(`state = 'dropped' and state in ('dead', 'dropped')`),
  };
  return { all: page('true'), ofState };
};

const prepareStatements = (database: Database) => ({
  hook: database.prepare<OwnedHook, { target_hash: string }>(
    'select target_hash from hook where id = @hookId and organization_id = @organizationId',
  ),

  liveHookOfTarget: database.prepare<Owned & { targetHash: string }, { id: string }>(`
    select id from hook
    where organization_id = @organizationId and target_hash = @targetHash and ended_at_ms is null`),

  position: database.prepare<{ hookId: string; id: string }, { seq: number }>(
    'select seq from delivery where id = @id and hook_id = @hookId',
  ),

  countWaiting: database.prepare<Owned, { waiting: number }>(`
    select count(*) as waiting
    from hook join delivery on hook_id = hook.id
    where hook.organization_id = @organizationId and state = 'waiting'`),

  delivery: database.prepare<Owned & { id: string }, DeliveryRow>(`
    select ${deliveryColumns} from delivery where id = @id and organization_id = @organizationId`),

  lost: database.prepare<Lost, { id: string }>(`
    select delivery.id
    from hook join delivery on hook_id = hook.id
    where hook.organization_id = @organizationId and target_hash = @targetHash
      and state in ('dead', 'dropped') and settled_at_ms >= @sinceMs and retried_as is null
      and (lease is null or lease_until_ms <= @nowMs)
    order by delivery.seq
    limit @limit`),

  copy: database.prepare<Copy, DeliveryRow>(`
    insert into delivery (id, organization_id, hook_id, event_id, order_key, body, is_manual, created_at_ms)
    select @id, organization_id, @hookId, event_id, order_key, body, 1, @nowMs from delivery where id = @from
    returning ${deliveryColumns}`),

  noteCopy: database.prepare<{ from: string; id: string }>('update delivery set retried_as = @id where id = @from'),

  insertTest: database.prepare<OwnedHook & TestEvent & { id: string; nowMs: number }, DeliveryRow>(`
    insert into delivery (id, organization_id, hook_id, event_id, order_key, body, is_manual, created_at_ms)
    values (@id, @organizationId, @hookId, @eventId, @id, @body, 1, @nowMs)
    returning ${deliveryColumns}`),
});

const readOne = (row: DeliveryRow | undefined): StoredDelivery => {
  if (row === undefined) throw new Error('The delivery was not stored.');
  return readDelivery(row);
};

/** The deliveries of an organization as it sees them, and those that it asks for by hand. */
export const createDeliveries = (
  database: Database,
  clock: () => number,
  quotas: Quotas,
  onDeliveryWork: () => void,
): ((
  organizationId: string,
) => Pick<TenantStore, 'deliveries' | 'retryDelivery' | 'recoverDeliveries' | 'sendTest'>) => {
  const pages = preparePages(database);
  const statements = prepareStatements(database);

  const liveHookFor = (owned: OwnedHook): { kind: 'live'; hookId: string } | { kind: 'unknown' | 'hook ended' } => {
    const hook = statements.hook.get(owned);
    if (hook === undefined) return { kind: 'unknown' };
    const { organizationId } = owned;
    const live = statements.liveHookOfTarget.get({ organizationId, targetHash: hook.target_hash });
    return live === undefined ? { kind: 'hook ended' } : { kind: 'live', hookId: live.id };
  };

  /** How many more may be asked for by hand: one at least. */
  const roomFor = (organizationId: string): number => {
    const most = quotas.waitingDeliveries;
    const room = most - (statements.countWaiting.get({ organizationId })?.waiting ?? 0);
    if (room <= 0) throw new QuotaReached('waitingDeliveries', most);
    return room;
  };

  const copy = (from: string, hookId: string, nowMs: number): StoredDelivery => {
    const id = newDeliveryId();
    const copied = readOne(statements.copy.get({ from, id, hookId, nowMs }));
    statements.noteCopy.run({ from, id });
    return copied;
  };

  const list = database.transaction((owned: OwnedHook, { limit, state, before }: DeliveryQuery): DeliveryListing => {
    const { hookId } = owned;
    if (statements.hook.get(owned) === undefined) return { kind: 'unknown hook' };
    const position = before === undefined ? null : statements.position.get({ hookId, id: before });
    if (position === undefined) return { kind: 'unknown position' };
    const page = state === undefined ? pages.all : pages.ofState[state];
    const rows = page.all({ hookId, beforeSeq: position?.seq ?? null, limit: limit + 1 });
    return { kind: 'page', deliveries: rows.slice(0, limit).map(readDelivery), hasMore: rows.length > limit };
  });

  const retry = database.transaction((organizationId: string, id: string): Requeued => {
    const row = statements.delivery.get({ organizationId, id });
    if (row === undefined) return { kind: 'unknown' };
    if (row.state === 'waiting') return { kind: 'still waiting' };
    const live = liveHookFor({ organizationId, hookId: row.hook_id });
    if (live.kind !== 'live') return live;
    roomFor(organizationId);
    return { kind: 'queued', delivery: copy(id, live.hookId, clock()) };
  });

  const recover = database.transaction((owned: OwnedHook, sinceMs: number, limit: number): Recovery => {
    const nowMs = clock();
    const { organizationId } = owned;
    const targetHash = statements.hook.get(owned)?.target_hash;
    if (targetHash === undefined) return { kind: 'unknown' };
    const live = liveHookFor(owned);
    if (live.kind !== 'live') return live;
    const lost = statements.lost.all({ organizationId, targetHash, sinceMs, nowMs, limit: limit + 1 });
    const taken = lost.length === 0 ? [] : lost.slice(0, Math.min(limit, roomFor(organizationId)));
    for (const { id } of taken) copy(id, live.hookId, nowMs);
    return { kind: 'queued', count: taken.length, hasMore: lost.length > taken.length };
  });

  const sendTest = database.transaction((owned: OwnedHook, event: TestEvent) => {
    const live = liveHookFor(owned);
    if (live.kind !== 'live') return live;
    roomFor(owned.organizationId);
    const added = { ...owned, ...event, hookId: live.hookId, id: newDeliveryId(), nowMs: clock() };
    return { kind: 'queued' as const, delivery: readOne(statements.insertTest.get(added)) };
  });

  return (organizationId) => ({
    async deliveries(hookId, query) {
      return list({ organizationId, hookId }, query);
    },
    async retryDelivery(deliveryId) {
      const requeued = retry.immediate(organizationId, deliveryId);
      if (requeued.kind === 'queued') onDeliveryWork();
      return requeued;
    },
    async recoverDeliveries(hookId, { sinceMs, limit }) {
      const recovery = recover.immediate({ organizationId, hookId }, sinceMs, limit);
      if (recovery.kind === 'queued' && recovery.count > 0) onDeliveryWork();
      return recovery;
    },
    async sendTest(hookId, event) {
      const requeued = sendTest.immediate({ organizationId, hookId }, event);
      if (requeued.kind === 'queued') onDeliveryWork();
      return requeued;
    },
  });
};
