import type { Database } from 'better-sqlite3';
import { type EventPage, TaskReassigned } from '../../../contract/event.ts';
import { type HookRow, hookColumns, readHook } from '../hook-row.ts';
import { hooksKeptPerLive, QuotaReached, type Quotas } from '../quotas.ts';
import type { EventQuery, NewHook, SealedKey, StoredHook, TenantStore } from '../tenant-store.ts';
import { createDeliveries } from './deliveries.ts';
import { createEndHook } from './end-hook.ts';
import { createIntents } from './intents.ts';
import { createPeople } from './people.ts';

type Owned = { organizationId: string };
type OwnedHook = Owned & { hookId: string };
type Position = { occurred_at_us: number; seq: number };

/** A filter of a query as one parameter: a JSON list, or null for “everything”. */
const listOrNull = (values: readonly string[] | undefined): string | null =>
  values === undefined ? null : JSON.stringify(values);

const prepareHookStatements = (database: Database) => ({
  findLive: database.prepare<Owned & { targetHash: string }, { id: string }>(`
    select id from hook
    where organization_id = @organizationId and target_hash = @targetHash and ended_at_ms is null`),

  count: database.prepare<Owned, { live: number; kept: number }>(`
    select count(*) filter (where ended_at_ms is null) as live, count(*) as kept from hook
    where organization_id = @organizationId`),

  insert: database.prepare<Record<string, string | number | null>>(`
    insert into hook (id, organization_id, target_hash, pace_key, secret_hash, sealed_target, sealed_secret, filters,
                      once_per, created_at_ms, resume_at_ms)
    values (@id, @organizationId, @targetHash, @paceKey, @secretHash, @sealedTarget, @sealedSecret, @filters,
            @oncePer, @nowMs, @nowMs)`),

  // A target that is subscribed anew must not hear that an earlier hook has ended.
  forgetFarewells: database.prepare<Owned & { targetHash: string }>(`
    update hook set farewell = 'sent'
    where organization_id = @organizationId and target_hash = @targetHash and farewell = 'due'`),

  replaceFilters: database.prepare<OwnedHook & { filters: string; oncePer: string; paceKey: string | null }>(`
    update hook set filters = @filters, once_per = @oncePer, pace_key = @paceKey
    where id = @hookId and organization_id = @organizationId`),

  get: database.prepare<OwnedHook, HookRow>(`
    select ${hookColumns} from hook join workspace using (organization_id)
    where hook.id = @hookId and organization_id = @organizationId`),

  all: database.prepare<Owned, HookRow>(`
    select ${hookColumns} from hook join workspace using (organization_id)
    where organization_id = @organizationId
    order by hook.created_at_ms desc, hook.rowid desc`),
});

const prepareWorkspaceStatements = (database: Database) => ({
  // A workspace that has a key is being polled already, and keeps its turn and its key.
  wake: database.prepare<Owned & SealedKey & { nowMs: number }>(`
    insert into workspace (organization_id, sealed_key, key_hash, active_at_ms, poll_at_ms)
    values (@organizationId, @sealedKey, @keyHash, @nowMs, @nowMs)
    on conflict (organization_id) do update
    set sealed_key = excluded.sealed_key, key_hash = excluded.key_hash, key_refused_since_ms = null,
        active_at_ms = excluded.active_at_ms, poll_at_ms = excluded.poll_at_ms, failures = 0
    where workspace.sealed_key is null`),

  keepSpare: database.prepare<Owned & SealedKey>(`
    insert into spare_key (organization_id, key_hash, sealed_key)
    select organization_id, @keyHash, @sealedKey from workspace
    where organization_id = @organizationId and key_hash <> @keyHash
    on conflict do nothing`),

  keepOldKey: database.prepare<Owned & Pick<SealedKey, 'keyHash'>>(`
    insert into spare_key (organization_id, key_hash, sealed_key)
    select organization_id, key_hash, sealed_key from workspace
    where organization_id = @organizationId and key_hash <> @keyHash and key_refused_since_ms is null
    on conflict do nothing`),

  dropSpare: database.prepare<Owned & Pick<SealedKey, 'keyHash'>>(
    'delete from spare_key where organization_id = @organizationId and key_hash = @keyHash',
  ),

  takeKey: database.prepare<Owned & SealedKey>(`
    update workspace set sealed_key = @sealedKey, key_hash = @keyHash, key_refused_since_ms = null
    where organization_id = @organizationId`),

  renewKey: database.prepare<Owned & SealedKey & { nowMs: number }>(`
    update workspace
    set sealed_key = @sealedKey, key_hash = @keyHash, key_refused_since_ms = null, poll_at_ms = @nowMs, failures = 0
    where organization_id = @organizationId and key_refused_since_ms is not null and key_hash <> @keyHash`),
});

const prepareEventStatements = (database: Database) => ({
  position: database.prepare<Owned & { eventId: string }, Position>(`
    select occurred_at_us, seq from event
    where organization_id = @organizationId and id = @eventId and body is not null`),

  page: database.prepare<Record<string, string | number | null>, { body: string }>(`
    select body from event
    where organization_id = @organizationId
      and body is not null
      and (@beforeUs is null or (occurred_at_us, seq) < (@beforeUs, @beforeSeq))
      and (@newAssigneeIds is null or lower(new_assignee_id) in (select value from json_each(@newAssigneeIds)))
      and (@previousAssigneeIds is null
           or lower(previous_assignee_id) in (select value from json_each(@previousAssigneeIds)))
      and (@taskTypes is null or task_type in (select value from json_each(@taskTypes)))
      and (@priorities is null or priority in (select value from json_each(@priorities)))
      and (@sequenceTemplateIds is null
           or lower(json_extract(body, '$.sequence_template_id')) in (select value from json_each(@sequenceTemplateIds)))
      and (@kinds is null or kind in (select value from json_each(@kinds)))
      and (@ignoreSources is null or source not in (select value from json_each(@ignoreSources)))
    order by occurred_at_us desc, seq desc
    limit @limit`),
});

/** Makes the stores of single organizations; the statements are prepared once for all of them. */
export const createTenantStores = (
  database: Database,
  clock: () => number,
  quotas: Quotas,
  onPollWork: () => void,
  onDeliveryWork: () => void,
): ((organizationId: string) => TenantStore) => {
  const hook = prepareHookStatements(database);
  const workspace = prepareWorkspaceStatements(database);
  const event = prepareEventStatements(database);
  const endHook = createEndHook(database);
  const intents = createIntents(database, clock, quotas, onPollWork);
  const people = createPeople(database, quotas);
  const deliveries = createDeliveries(database, clock, quotas, onDeliveryWork);

  const readOne = (owned: OwnedHook): StoredHook => {
    const row = hook.get.get(owned);
    if (row === undefined) throw new Error(`The hook ${owned.hookId} was not stored.`);
    return readHook(row);
  };

  const refuseTooMany = (organizationId: string): void => {
    const { live = 0, kept = 0 } = hook.count.get({ organizationId }) ?? {};
    if (live >= quotas.hooks || kept >= quotas.hooks * hooksKeptPerLive) throw new QuotaReached('hooks', quotas.hooks);
  };

  const subscribe = database.transaction((organizationId: string, added: NewHook): StoredHook => {
    const nowMs = clock();
    const { sealedKey, keyHash, targetHash, paceKey, oncePer } = added;
    workspace.wake.run({ organizationId, sealedKey, keyHash, nowMs });
    workspace.keepSpare.run({ organizationId, sealedKey, keyHash });
    if (added.bringsNeededKey) {
      workspace.keepOldKey.run({ organizationId, keyHash });
      workspace.takeKey.run({ organizationId, sealedKey, keyHash });
      workspace.dropSpare.run({ organizationId, keyHash });
    }
    const filters = JSON.stringify(added.filters);
    const live = hook.findLive.get({ organizationId, targetHash });
    if (live !== undefined) {
      hook.replaceFilters.run({ organizationId, hookId: live.id, filters, oncePer, paceKey });
      return readOne({ organizationId, hookId: live.id });
    }
    refuseTooMany(organizationId);
    const { id, secretHash, sealedTarget, sealedSecret } = added;
    hook.forgetFarewells.run({ organizationId, targetHash });
    hook.insert.run({
      id,
      organizationId,
      targetHash,
      paceKey,
      secretHash,
      sealedTarget,
      sealedSecret,
      filters,
      oncePer,
      nowMs,
    });
    return readOne({ organizationId, hookId: id });
  });

  const endOwned = database.transaction((owned: OwnedHook): boolean => {
    if (hook.get.get(owned) === undefined) return false;
    endHook(owned.hookId, 'unsubscribed', clock());
    return true;
  });

  const readEvents = database.transaction((organizationId: string, query: EventQuery): EventPage | undefined => {
    const { before, limit } = query;
    const position = before === undefined ? null : event.position.get({ organizationId, eventId: before });
    if (position === undefined) return undefined;
    const rows = event.page.all({
      organizationId,
      beforeUs: position?.occurred_at_us ?? null,
      beforeSeq: position?.seq ?? null,
      newAssigneeIds: listOrNull(query.newAssigneeIds),
      previousAssigneeIds: listOrNull(query.previousAssigneeIds),
      taskTypes: listOrNull(query.taskTypes),
      priorities: listOrNull(query.priorities),
      sequenceTemplateIds: listOrNull(query.sequenceTemplateIds),
      kinds: listOrNull(query.kinds),
      ignoreSources: listOrNull(query.ignoreSources),
      limit: limit + 1,
    });
    const items = rows.slice(0, limit).map(({ body }) => TaskReassigned.parse(JSON.parse(body)));
    return { items, has_more: rows.length > limit };
  });

  return (organizationId) => ({
    ...intents(organizationId),
    ...people(organizationId),
    ...deliveries(organizationId),
    async subscribe(added) {
      const stored = subscribe.immediate(organizationId, added);
      onPollWork();
      return stored;
    },
    async hooks() {
      return hook.all.all({ organizationId }).map(readHook);
    },
    async endHook(hookId) {
      return endOwned.immediate({ organizationId, hookId });
    },
    async events(query) {
      return readEvents(organizationId, query);
    },
    async renewKey(key) {
      const { changes } = workspace.renewKey.run({ organizationId, ...key, nowMs: clock() });
      if (changes > 0) onPollWork();
    },
  });
};
