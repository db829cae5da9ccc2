import type { HookSeals, WorkspaceKey } from '../sealed-values.ts';
import type { Store } from '../store.ts';
import type { Database, Run } from './database.ts';
import { sql } from './sql.ts';

const readKeyCheck = (run: Run) => run.first<{ sealed: string }>(sql`select sealed from key_check`);

const putWorkspaceKeys = (run: Run, keys: readonly WorkspaceKey[]) =>
  run.change(sql`
    update workspace set key_hash = new.key_hash, sealed_key = new.sealed_key
    from unnest(${keys.map(({ organizationId }) => organizationId)}::text[], ${keys.map(({ keyHash }) => keyHash)}::text[],
                ${keys.map(({ sealedKey }) => sealedKey)}::text[]) as new (organization_id, key_hash, sealed_key)
    where workspace.organization_id = new.organization_id`);

const putSpareKeys = (run: Run, keys: readonly WorkspaceKey[]) =>
  run.change(sql`
    insert into spare_key (organization_id, key_hash, sealed_key)
    select * from unnest(${keys.map(({ organizationId }) => organizationId)}::text[],
                         ${keys.map(({ keyHash }) => keyHash)}::text[], ${keys.map(({ sealedKey }) => sealedKey)}::text[])
    on conflict do nothing`);

const putHooks = (run: Run, hooks: readonly HookSeals[]) =>
  run.change(sql`
    update hook
    set target_hash = new.target_hash, pace_key = new.pace_key, secret_hash = new.secret_hash,
        sealed_target = new.sealed_target, sealed_secret = new.sealed_secret
    from unnest(${hooks.map(({ id }) => id)}::text[], ${hooks.map(({ targetHash }) => targetHash)}::text[],
                ${hooks.map(({ paceKey }) => paceKey)}::text[], ${hooks.map(({ secretHash }) => secretHash)}::text[],
                ${hooks.map(({ sealedTarget }) => sealedTarget)}::text[],
                ${hooks.map(({ sealedSecret }) => sealedSecret)}::text[])
      as new (id, target_hash, pace_key, secret_hash, sealed_target, sealed_secret)
    where hook.id = new.id`);

/** What depends on the encryption key. */
export const createSeals = (database: Database): Pick<Store, 'keyCheck' | 'sealedValues' | 'replaceSealed'> => ({
  async keyCheck(sealed) {
    await database.change(sql`insert into key_check (sealed) values (${sealed}) on conflict do nothing`);
    return (await readKeyCheck(database))?.sealed ?? sealed;
  },

  sealedValues: () =>
    database.transaction(async (run) => ({
      keyCheck: (await readKeyCheck(run))?.sealed ?? '',
      workspaceKeys: await run.rows<WorkspaceKey>(sql`
        select organization_id as "organizationId", key_hash as "keyHash", sealed_key as "sealedKey" from workspace
        where sealed_key is not null`),
      spareKeys: await run.rows<WorkspaceKey>(sql`
        select organization_id as "organizationId", key_hash as "keyHash", sealed_key as "sealedKey" from spare_key`),
      hooks: await run.rows<HookSeals>(sql`
        select id, target_hash as "targetHash", pace_key as "paceKey", secret_hash as "secretHash",
               sealed_target as "sealedTarget", sealed_secret as "sealedSecret"
        from hook`),
    })),

  replaceSealed: ({ keyCheck, workspaceKeys, spareKeys, hooks }) =>
    database.transaction(async (run) => {
      await run.change(sql`update key_check set sealed = ${keyCheck}`);
      await putWorkspaceKeys(run, workspaceKeys);
      await run.change(sql`delete from spare_key`);
      await putSpareKeys(run, spareKeys);
      await putHooks(run, hooks);
      // Its names were made with the key, too. What was used up of a pace is forgotten: a few seconds' worth.
      await run.change(sql`delete from pace`);
    }),
});
