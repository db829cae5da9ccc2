import type { Run, Transaction } from '../database.ts';
import { hooksKeptPerLive, QuotaReached, type Quotas } from '../quotas.ts';
import { type HookRow, hookColumns, readHook } from '../rows/hook-row.ts';
import { allOf, constant, phrase, sql } from '../sql.ts';
import type { HookQuery, NewHook, StoredHook } from '../tenant-store.ts';
import { endHook } from './end-hook.ts';
import { wakeWorkspace } from './workspace-keys.ts';
import { lockWorkspaces } from './workspaces.ts';

const columns = sql`${constant(hookColumns)}, ${phrase('hook number')} as number`;

/** One hook of the organization, live or ended. */
export const findHook = async (run: Run, organizationId: string, hookId: string): Promise<StoredHook | undefined> => {
  const row = await run.first<HookRow>(sql`
    select ${columns} from hook join workspace using (organization_id)
    where hook.id = ${hookId} and organization_id = ${organizationId}`);
  return row === undefined ? undefined : readHook(row);
};

const refuseTooMany = async (run: Transaction, organizationId: string, { hooks }: Quotas): Promise<void> => {
  // Counted in indexes: the rows themselves hold large filters.
  const { live = 0, kept = 0 } =
    (await run.first<{ live: number; kept: number }>(sql`
      select (select count(*) from hook where organization_id = ${organizationId} and ended_at_ms is null) as live,
             (select count(*) from hook where organization_id = ${organizationId}) as kept`)) ?? {};
  if (live >= hooks || kept >= hooks * hooksKeptPerLive) throw new QuotaReached('hooks', hooks);
};

/** The last hook that the same Zap had. */
const findPredecessor = async (run: Transaction, organizationId: string, { zapId }: NewHook) =>
  zapId === undefined
    ? undefined
    : run.first<{ id: string; name: string | null }>(sql`
        select id, name from hook where organization_id = ${organizationId} and zap_id = ${zapId}
        order by created_at_ms desc, ${phrase('hook number')} desc limit 1`);

/** Returns the id of the hook that this target has from now on. */
const upsertHook = async (
  run: Transaction,
  organizationId: string,
  added: NewHook,
  quotas: Quotas,
): Promise<string> => {
  const { id, targetHash, rateLimitKey, secretHash, sealedTarget, sealedSecret, oncePer } = added;
  const scopes = added.scopes === undefined ? null : JSON.stringify(added.scopes);
  const events = added.events === undefined ? null : JSON.stringify(added.events);
  const filters = JSON.stringify(added.filters);
  const asksForTemplates = added.filters.sequence_template_ids !== undefined;
  const live = await run.first<{ id: string }>(sql`
    update hook
    set events = ${events}, filters = ${filters}, asks_for_templates = ${asksForTemplates}, once_per = ${oncePer}, pace_key = ${rateLimitKey},
        scopes = ${scopes}, zap_id = coalesce(${added.zapId ?? null}, zap_id)
    where organization_id = ${organizationId} and target_hash = ${targetHash} and ended_at_ms is null
    returning id`);
  if (live !== undefined) return live.id;
  await refuseTooMany(run, organizationId, quotas);
  // A target that is subscribed anew must not hear that an earlier hook has ended.
  await run.change(sql`
    update hook set farewell = 'sent'
    where organization_id = ${organizationId} and target_hash = ${targetHash} and farewell = 'due'`);
  const before = await findPredecessor(run, organizationId, added);
  await run.change(sql`
    insert into hook (id, organization_id, target_hash, pace_key, secret_hash, sealed_target, sealed_secret, events, filters,
                      asks_for_templates, once_per, scopes, created_at_ms, resume_at_ms, zap_id, name, predecessor)
    values (${id}, ${organizationId}, ${targetHash}, ${rateLimitKey}, ${secretHash}, ${sealedTarget}, ${sealedSecret},
            ${events}, ${filters}, ${asksForTemplates}, ${oncePer}, ${scopes}, ${run.nowMs}, ${run.nowMs},
            ${added.zapId ?? null}, ${before?.name ?? null}, ${before?.id ?? null})`);
  return id;
};

/** So many versions of one hook's wishes are kept. */
const versionsKept = 100;

/** Keeps what a hook wants from now on, if that is new. */
const keepVersion = async (run: Transaction, hookId: string): Promise<void> => {
  const kept = await run.change(sql`
    insert into hook_version (hook_id, from_ms, events, filters)
    select id, cast(${run.nowMs} as bigint), events, filters from hook
    where id = ${hookId} and not exists (
      select 1 from hook_version as latest
      where latest.hook_id = hook.id and latest.filters = hook.filters and latest.events is not distinct from hook.events
        and latest.from_ms = (select max(from_ms) from hook_version as known where known.hook_id = hook.id))
    on conflict (hook_id, from_ms) do update set events = excluded.events, filters = excluded.filters`);
  if (kept === 0) return;
  await run.change(sql`
    delete from hook_version where hook_id = ${hookId} and from_ms < (
      select from_ms from hook_version where hook_id = ${hookId} order by from_ms desc limit 1 offset ${versionsKept - 1})`);
};

/** Adds a hook, or gives the live hook of the same target its new filters, and wakes the detector. */
export const subscribe = async (
  run: Transaction,
  organizationId: string,
  added: NewHook,
  quotas: Quotas,
): Promise<StoredHook> => {
  await wakeWorkspace(run, organizationId, added);
  const hookId = await upsertHook(run, organizationId, added, quotas);
  await keepVersion(run, hookId);
  const stored = await findHook(run, organizationId, hookId);
  if (stored === undefined) throw new Error(`The hook ${hookId} was not stored.`);
  run.announce('poll');
  return stored;
};

/** Hooks of the organization made before one of them, ended ones too, newest first. */
export const listHooks = async (
  run: Run,
  organizationId: string,
  { limit = 100, before }: HookQuery = {},
): Promise<StoredHook[]> => {
  const conditions = [
    sql`hook.organization_id = ${organizationId}`,
    ...(before === undefined
      ? []
      : [sql`(hook.created_at_ms, ${phrase('hook number')}) < (${before.createdAtMs}, ${before.number})`]),
  ];
  const rows = await run.rows<HookRow>(sql`
    select ${columns} from hook join workspace using (organization_id)
    where ${allOf(conditions)}
    order by hook.created_at_ms desc, ${phrase('hook number')} desc
    limit ${limit}`);
  return rows.map(readHook);
};

/** Names a hook. One of which nobody knows the Zap takes the place of the last hook that had the same name. */
export const nameHook = async (
  run: Transaction,
  organizationId: string,
  hookId: string,
  name: string | null,
): Promise<StoredHook | undefined> => {
  await lockWorkspaces(run, [organizationId]);
  const hook = await findHook(run, organizationId, hookId);
  if (hook === undefined) return undefined;
  const before =
    name === null || hook.zapId !== null
      ? undefined
      : await run.first<{ id: string }>(sql`
          select id from hook
          where organization_id = ${organizationId} and name = ${name} and zap_id is null and ended_at_ms is not null
            and (hook.created_at_ms, ${phrase('hook number')}) < (${hook.createdAtMs}, ${hook.number})
          order by created_at_ms desc, ${phrase('hook number')} desc limit 1`);
  await run.change(sql`
    update hook set name = ${name}, predecessor = coalesce(${before?.id ?? null}, predecessor)
    where id = ${hookId} and organization_id = ${organizationId}`);
  return findHook(run, organizationId, hookId);
};

/** Ends a hook because its Zap asked for it. Returns whether the organization has, or had, such a hook. */
export const unsubscribe = async (run: Transaction, organizationId: string, hookId: string): Promise<boolean> => {
  await lockWorkspaces(run, [organizationId]);
  if ((await findHook(run, organizationId, hookId)) === undefined) return false;
  await endHook(run, hookId, 'unsubscribed');
  return true;
};

/** The hook with this secret, live or ended. */
export const findHookOfSecret = (
  run: Run,
  secretHash: string,
): Promise<{ organizationId: string; hookId: string } | undefined> =>
  run.first<{ organizationId: string; hookId: string }>(sql`
    select organization_id as "organizationId", id as "hookId" from hook where secret_hash = ${secretHash}`);
