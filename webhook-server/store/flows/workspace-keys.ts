import type { Run, Transaction } from '../database.ts';
import { sql } from '../sql.ts';
import type { NewHook, SealedKey } from '../tenant-store.ts';

/** Gives the detector this key. The key that was in use, if Topo does not refuse it, is kept as a spare. */
const takeKey = async (run: Transaction, organizationId: string, { sealedKey, keyHash }: SealedKey): Promise<void> => {
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

/**
 * Makes or wakes the workspace of a new hook and locks it. One that has a key is being polled already, and keeps its turn
 * and its key; the hook's key becomes a spare, unless the hook needs it.
 */
export const wakeWorkspace = async (run: Transaction, organizationId: string, added: NewHook): Promise<void> => {
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
    select organization_id, cast(${keyHash} as text), cast(${sealedKey} as text) from workspace
    where organization_id = ${organizationId} and key_hash <> ${keyHash}
    on conflict do nothing`);
  if (bringsNeededKey) await takeKey(run, organizationId, added);
};

/** Takes this key for the detector if the one that it has was refused by Topo. */
export const renewKey = async (
  run: Transaction,
  organizationId: string,
  { sealedKey, keyHash }: SealedKey,
): Promise<void> => {
  const renewed = await run.change(sql`
    update workspace
    set sealed_key = ${sealedKey}, key_hash = ${keyHash}, key_refused_since_ms = null, poll_at_ms = ${run.nowMs},
        failures = 0
    where organization_id = ${organizationId} and key_refused_since_ms is not null and key_hash <> ${keyHash}`);
  if (renewed > 0) run.announce('poll');
};

/**
 * Puts a spare key of the workspace in the place of the one that Topo refuses, if the lease is still ours. Returns
 * whether there was one.
 */
export const useSpareKey = async (
  run: Transaction,
  { organizationId, lease }: { organizationId: string; lease: string },
): Promise<boolean> => {
  const spare = await run.first<{ key_hash: string; sealed_key: string }>(sql`
    delete from spare_key
    where organization_id = ${organizationId}
      and exists (select 1 from workspace where organization_id = ${organizationId} and lease = ${lease})
      and key_hash = (select min(key_hash) from spare_key where organization_id = ${organizationId})
    returning key_hash, sealed_key`);
  if (spare === undefined) return false;
  await run.change(sql`
    update workspace set key_hash = ${spare.key_hash}, sealed_key = ${spare.sealed_key}, key_refused_since_ms = null
    where organization_id = ${organizationId}`);
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
