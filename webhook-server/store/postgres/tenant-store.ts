import { type EventPage, TaskReassigned } from '../../../contract/event.ts';
import { type HookRow, hookColumns, readHook } from '../hook-row.ts';
import { hooksKeptPerLive, QuotaReached, type Quotas } from '../quotas.ts';
import type { EventQuery, NewHook, SealedKey, StoredHook, TenantStore } from '../tenant-store.ts';
import type { Database, Run, Transaction } from './database.ts';
import { createDeliveries } from './deliveries.ts';
import { endHook, lockWorkspaces } from './end-hook.ts';
import { createIntents } from './intents.ts';
import { createPeople } from './people.ts';
import { constant, sql } from './sql.ts';

type Position = { occurred_at_us: number; seq: number };

const readOne = async (run: Run, organizationId: string, hookId: string): Promise<StoredHook | undefined> => {
  const row = await run.first<HookRow>(sql`
    select ${constant(hookColumns)} from hook join workspace using (organization_id)
    where hook.id = ${hookId} and organization_id = ${organizationId}`);
  return row === undefined ? undefined : readHook(row);
};

/** The key that was in use, if Topo does not refuse it, is kept as a spare. */
const takeKey = async (run: Run, organizationId: string, { sealedKey, keyHash }: SealedKey): Promise<void> => {
  await run.change(sql`
    insert into spare_key (organization_id, key_hash, sealed_key)
    select organization_id, key_hash, sealed_key from workspace
    where organization_id = ${organizationId} and key_hash <> ${keyHash} and key_refused_since_ms is null
    on conflict do nothing`);
  await run.change(sql`
    update workspace set sealed_key = ${sealedKey}, key_hash = ${keyHash}, key_refused_since_ms = null
    where organization_id = ${organizationId}`);
  await run.change(sql`
    delete from spare_key where organization_id = ${organizationId} and key_hash = ${keyHash}`);
};

/** Locks the workspace. One that has a key is being polled already, and keeps its turn and its key. */
const wakeWorkspace = async (run: Transaction, organizationId: string, added: NewHook): Promise<void> => {
  const { sealedKey, keyHash, bringsNeededKey } = added;
  await run.change(sql`
    insert into workspace (organization_id, sealed_key, key_hash, active_at_ms, poll_at_ms)
    values (${organizationId}, ${sealedKey}, ${keyHash}, ${run.nowMs}, ${run.nowMs})
    on conflict (organization_id) do update
    set sealed_key = excluded.sealed_key, key_hash = excluded.key_hash, key_refused_since_ms = null,
        active_at_ms = excluded.active_at_ms, poll_at_ms = excluded.poll_at_ms, failures = 0
    where workspace.sealed_key is null`);
  await run.change(sql`
    insert into spare_key (organization_id, key_hash, sealed_key)
    select organization_id, ${keyHash}::text, ${sealedKey} from workspace
    where organization_id = ${organizationId} and key_hash <> ${keyHash}
    on conflict do nothing`);
  if (bringsNeededKey) await takeKey(run, organizationId, added);
};

const refuseTooMany = async (run: Transaction, organizationId: string, { hooks }: Quotas): Promise<void> => {
  const { live = 0, kept = 0 } =
    (await run.first<{ live: number; kept: number }>(sql`
      select count(*) filter (where ended_at_ms is null) as live, count(*) as kept from hook
      where organization_id = ${organizationId}`)) ?? {};
  if (live >= hooks || kept >= hooks * hooksKeptPerLive) throw new QuotaReached('hooks', hooks);
};

/** Answers the id of the hook that this target has from now on. */
const putHook = async (run: Transaction, organizationId: string, added: NewHook, quotas: Quotas): Promise<string> => {
  const { id, targetHash, paceKey, secretHash, sealedTarget, sealedSecret, oncePer } = added;
  const filters = JSON.stringify(added.filters);
  const asksForTemplates = added.filters.sequence_template_ids !== undefined;
  const live = await run.first<{ id: string }>(sql`
    update hook set filters = ${filters}, asks_for_templates = ${asksForTemplates}, once_per = ${oncePer}, pace_key = ${paceKey}
    where organization_id = ${organizationId} and target_hash = ${targetHash} and ended_at_ms is null
    returning id`);
  if (live !== undefined) return live.id;
  await refuseTooMany(run, organizationId, quotas);
  // A target that is subscribed anew must not hear that an earlier hook has ended.
  await run.change(sql`
    update hook set farewell = 'sent'
    where organization_id = ${organizationId} and target_hash = ${targetHash} and farewell = 'due'`);
  await run.change(sql`
    insert into hook (id, organization_id, target_hash, pace_key, secret_hash, sealed_target, sealed_secret, filters,
                      asks_for_templates, once_per, created_at_ms, resume_at_ms)
    values (${id}, ${organizationId}, ${targetHash}, ${paceKey}, ${secretHash}, ${sealedTarget}, ${sealedSecret},
            ${filters}, ${asksForTemplates}, ${oncePer}, ${run.nowMs}, ${run.nowMs})`);
  return id;
};

const subscribe = async (
  run: Transaction,
  organizationId: string,
  added: NewHook,
  quotas: Quotas,
): Promise<StoredHook> => {
  await wakeWorkspace(run, organizationId, added);
  const hookId = await putHook(run, organizationId, added, quotas);
  const stored = await readOne(run, organizationId, hookId);
  if (stored === undefined) throw new Error(`The hook ${hookId} was not stored.`);
  run.announce('poll');
  return stored;
};

/** `undefined` when the organization has no such event; null for the newest page. */
const findPosition = (run: Run, organizationId: string, eventId: string): Promise<Position | undefined> =>
  run.first<Position>(sql`
    select occurred_at_us, seq from event
    where organization_id = ${organizationId} and id = ${eventId} and body is not null`);

const listOrNull = (values: readonly string[] | undefined) => values ?? null;

const readEvents = async (
  run: Run,
  organizationId: string,
  query: EventQuery,
  position: Position | null,
): Promise<EventPage> => {
  const { limit } = query;
  const beforeUs = position?.occurred_at_us ?? null;
  const beforeSeq = position?.seq ?? null;
  const newAssigneeIds = listOrNull(query.newAssigneeIds);
  const previousAssigneeIds = listOrNull(query.previousAssigneeIds);
  const taskTypes = listOrNull(query.taskTypes);
  const priorities = listOrNull(query.priorities);
  const templateIds = listOrNull(query.sequenceTemplateIds);
  const kinds = listOrNull(query.kinds);
  const ignoreSources = listOrNull(query.ignoreSources);
  const rows = await run.rows<{ body: string }>(sql`
    select body from event
    where organization_id = ${organizationId}
      and body is not null
      and (${beforeUs}::bigint is null or (occurred_at_us, seq) < (${beforeUs}::bigint, ${beforeSeq}::bigint))
      and (${newAssigneeIds}::text[] is null or lower(new_assignee_id) = any (${newAssigneeIds}::text[]))
      and (${previousAssigneeIds}::text[] is null or lower(previous_assignee_id) = any (${previousAssigneeIds}::text[]))
      and (${taskTypes}::text[] is null or task_type = any (${taskTypes}::text[]))
      and (${priorities}::text[] is null or priority = any (${priorities}::text[]))
      and (${templateIds}::text[] is null or lower(sequence_template_id) = any (${templateIds}::text[]))
      and (${kinds}::text[] is null or kind = any (${kinds}::text[]))
      and (${ignoreSources}::text[] is null or source <> all (${ignoreSources}::text[]))
    order by occurred_at_us desc, seq desc
    limit ${limit + 1}`);
  const items = rows.slice(0, limit).map(({ body }) => TaskReassigned.parse(JSON.parse(body)));
  return { items, has_more: rows.length > limit };
};

/** Makes the stores of single organizations. */
export const createTenantStores = (database: Database, quotas: Quotas): ((organizationId: string) => TenantStore) => {
  const intents = createIntents(database, quotas);
  const people = createPeople(database, quotas);
  const deliveries = createDeliveries(database, quotas);

  return (organizationId) => ({
    ...intents(organizationId),
    ...people(organizationId),
    ...deliveries(organizationId),

    subscribe: (added) => database.transaction((run) => subscribe(run, organizationId, added, quotas)),

    async hooks() {
      const rows = await database.rows<HookRow>(sql`
        select ${constant(hookColumns)} from hook join workspace using (organization_id)
        where organization_id = ${organizationId}
        order by hook.created_at_ms desc, hook.seq desc`);
      return rows.map(readHook);
    },

    endHook: (hookId) =>
      database.transaction(async (run) => {
        await lockWorkspaces(run, [organizationId]);
        if ((await readOne(run, organizationId, hookId)) === undefined) return false;
        await endHook(run, hookId, 'unsubscribed');
        return true;
      }),

    events: (query) =>
      database.transaction(async (run) => {
        const { before } = query;
        const position = before === undefined ? null : await findPosition(run, organizationId, before);
        return position === undefined ? undefined : readEvents(run, organizationId, query, position);
      }),

    renewKey: ({ sealedKey, keyHash }) =>
      database.transaction(async (run) => {
        const renewed = await run.change(sql`
          update workspace
          set sealed_key = ${sealedKey}, key_hash = ${keyHash}, key_refused_since_ms = null, poll_at_ms = ${run.nowMs},
              failures = 0
          where organization_id = ${organizationId} and key_refused_since_ms is not null and key_hash <> ${keyHash}`);
        if (renewed > 0) run.announce('poll');
      }),
  });
};
