import { coversScope } from '../../../contract/covers-scope.ts';
import type { Run, Transaction } from '../database.ts';
import { readScopes } from '../rows/scopes.ts';
import { oneOf, type Statement, sql } from '../sql.ts';
import type { NewHook, SealedKey } from '../tenant-store.ts';

/** What a workspace is read with: its tasks, and what they are about. */
const readingScopes = ['tasks:read', 'sequences:read', 'contacts:read'] as const;

/** How much of what is read a key may read. */
export const reachOf = (scopes: readonly string[] | null): number =>
  readingScopes.filter((scope) => coversScope(scopes ?? [], scope)).length;

const toJson = (scopes: readonly string[] | null | undefined): string | null =>
  scopes === undefined || scopes === null ? null : JSON.stringify(scopes);

/** Gives the detector this key. The key that was in use, if Topo does not refuse it, is kept as a spare. */
const takeKey = async (
  run: Transaction,
  organizationId: string,
  { sealedKey, keyHash, scopes }: SealedKey,
): Promise<void> => {
  await run.change(sql`
    insert into spare_key (organization_id, key_hash, sealed_key, scopes)
    select organization_id, key_hash, sealed_key, scopes from workspace
    where organization_id = ${organizationId} and key_hash <> ${keyHash} and key_refused_since_ms is null
    on conflict do nothing`);
  await run.change(sql`
    update workspace
    set sealed_key = ${sealedKey}, key_hash = ${keyHash}, scopes = ${toJson(scopes)}, key_refused_since_ms = null
    where organization_id = ${organizationId}`);
  await run.change(sql`
    delete from spare_key where organization_id = ${organizationId} and key_hash = ${keyHash}`);
};

/** Makes the workspace, silent where nobody listens, or gives it this key if it has none. It is due at once then. */
export const giveKey = async (
  run: Transaction,
  organizationId: string,
  { sealedKey, keyHash, scopes }: SealedKey,
  isSilent: boolean,
): Promise<void> => {
  await run.change(sql`
    insert into workspace
      (organization_id, sealed_key, key_hash, scopes, active_at_ms, poll_at_ms, is_silent)
    values (${organizationId}, ${sealedKey}, ${keyHash}, ${toJson(scopes)}, ${run.nowMs}, ${run.nowMs}, ${isSilent})
    on conflict (organization_id) do update
    set sealed_key = excluded.sealed_key, key_hash = excluded.key_hash, scopes = excluded.scopes,
        key_refused_since_ms = null, unwatched_since_ms = null, active_at_ms = excluded.active_at_ms,
        poll_at_ms = excluded.poll_at_ms, failures = 0
    where workspace.sealed_key is null`);
};

/**
 * Takes a key that may read more than the one in use, and notes what the one in use may do. Any other key stays what it
 * is: a spare, or nothing.
 */
export const offerKey = async (run: Transaction, organizationId: string, offered: SealedKey): Promise<void> => {
  const { keyHash, scopes } = offered;
  if (scopes === undefined) return;
  const inUse = await run.first<{ key_hash: string | null; scopes: string | null }>(sql`
    select key_hash, scopes from workspace where organization_id = ${organizationId} and sealed_key is not null`);
  if (inUse === undefined) return;
  if (inUse.key_hash === keyHash) {
    await run.change(sql`
      update workspace set scopes = ${toJson(scopes)}
      where organization_id = ${organizationId} and key_hash = ${keyHash} and scopes is distinct from ${toJson(scopes)}`);
  } else if (reachOf(scopes) > reachOf(readScopes(inUse.scopes))) {
    await takeKey(run, organizationId, offered);
  }
};

/**
 * Makes or wakes the workspace of a new hook and locks it. One that has a key is being polled already, and keeps its turn
 * and its key; the hook's key becomes a spare, unless the hook needs it or it may read more.
 */
export const wakeWorkspace = async (run: Transaction, organizationId: string, added: NewHook): Promise<void> => {
  const { sealedKey, keyHash, scopes, bringsNeededKey } = added;
  // While the first reading goes on, whatever changes is news to the new hook.
  await run.change(sql`
    update workspace set is_silent = ${false}
    where organization_id = ${organizationId} and sealed_key is not null and is_silent and not is_baselined`);
  await giveKey(run, organizationId, added, false);
  // Nobody listened until now: the sooner the silent scan, the sooner somebody does.
  await run.change(sql`
    update workspace set poll_at_ms = ${run.nowMs}
    where organization_id = ${organizationId} and is_silent and failures = 0 and poll_at_ms > ${run.nowMs}`);
  await run.change(sql`
    insert into spare_key (organization_id, key_hash, sealed_key, scopes)
    select organization_id, cast(${keyHash} as text), cast(${sealedKey} as text), cast(${toJson(scopes)} as text)
    from workspace
    where organization_id = ${organizationId} and key_hash <> ${keyHash}
    on conflict do nothing`);
  if (bringsNeededKey) await takeKey(run, organizationId, added);
  else await offerKey(run, organizationId, added);
};

/** Topo refuses the key that the detector has, and this is another one. */
const isNeeded = (organizationId: string, keyHash: string): Statement => sql`
  organization_id = ${organizationId} and key_refused_since_ms is not null and key_hash <> ${keyHash}`;

/** Whether the key with this hash would be taken in the place of one that Topo refuses. */
export const needsKey = async (run: Run, organizationId: string, keyHash: string): Promise<boolean> => {
  const needed = await run.first(sql`select 1 as needed from workspace where ${isNeeded(organizationId, keyHash)}`);
  return needed !== undefined;
};

/** Takes this key for the detector if the one that it has was refused by Topo. */
export const renewKey = async (
  run: Transaction,
  organizationId: string,
  { sealedKey, keyHash, scopes }: SealedKey,
): Promise<void> => {
  const renewed = await run.change(sql`
    update workspace
    set sealed_key = ${sealedKey}, key_hash = ${keyHash}, scopes = ${toJson(scopes)}, key_refused_since_ms = null,
        poll_at_ms = ${run.nowMs}, failures = 0
    where ${isNeeded(organizationId, keyHash)}`);
  if (renewed > 0) run.announce('poll');
};

/**
 * Puts the spare key of the workspace that may read most in the place of the one that Topo refuses, if the lease is still
 * ours. Returns whether there was one.
 */
export const useSpareKey = async (
  run: Transaction,
  { organizationId, lease }: { organizationId: string; lease: string },
): Promise<boolean> => {
  const spares = await run.rows<{ key_hash: string; scopes: string | null }>(sql`
    select key_hash, scopes from spare_key
    where organization_id = ${organizationId}
      and exists (select 1 from workspace where organization_id = ${organizationId} and lease = ${lease})
    order by key_hash`);
  const [best] = spares.toSorted((one, other) => reachOf(readScopes(other.scopes)) - reachOf(readScopes(one.scopes)));
  if (best === undefined) return false;
  await run.change(sql`
    update workspace
    set key_hash = spare_key.key_hash, sealed_key = spare_key.sealed_key, scopes = spare_key.scopes,
        key_refused_since_ms = null
    from spare_key
    where workspace.organization_id = ${organizationId} and spare_key.organization_id = ${organizationId}
      and spare_key.key_hash = ${best.key_hash}`);
  await run.change(sql`
    delete from spare_key where organization_id = ${organizationId} and key_hash ${oneOf([best.key_hash])}`);
  return true;
};

/** The hashes of the keys of all workspaces, in use or spare. */
export const listKeyHashes = async (run: Run): Promise<string[]> => {
  const rows = await run.rows<{ key_hash: string }>(sql`
    select key_hash from workspace where key_hash is not null
    union
    select key_hash from spare_key`);
  return rows.map(({ key_hash }) => key_hash);
};
