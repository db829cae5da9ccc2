import type { Database } from 'better-sqlite3';
import type { HookSeals, SealedValues, WorkspaceKey } from '../sealed-values.ts';
import type { Store } from '../store.ts';

const prepareReading = (database: Database) => ({
  keyCheck: database.prepare<[], { sealed: string }>('select sealed from key_check'),

  workspaceKeys: database.prepare<[], WorkspaceKey>(`
    select organization_id as organizationId, key_hash as keyHash, sealed_key as sealedKey from workspace
    where sealed_key is not null`),

  spareKeys: database.prepare<[], WorkspaceKey>(`
    select organization_id as organizationId, key_hash as keyHash, sealed_key as sealedKey from spare_key`),

  hooks: database.prepare<[], HookSeals>(`
    select id, target_hash as targetHash, pace_key as paceKey, secret_hash as secretHash,
           sealed_target as sealedTarget, sealed_secret as sealedSecret
    from hook`),
});

const prepareWriting = (database: Database) => ({
  addKeyCheck: database.prepare<{ sealed: string }>('insert into key_check (sealed) values (@sealed)'),
  keyCheck: database.prepare<{ sealed: string }>('update key_check set sealed = @sealed'),

  workspaceKey: database.prepare<WorkspaceKey>(`
    update workspace set key_hash = @keyHash, sealed_key = @sealedKey where organization_id = @organizationId`),

  removeSpareKeys: database.prepare('delete from spare_key'),

  spareKey: database.prepare<WorkspaceKey>(`
    insert into spare_key (organization_id, key_hash, sealed_key) values (@organizationId, @keyHash, @sealedKey)
    on conflict do nothing`),

  hook: database.prepare<HookSeals>(`
    update hook
    set target_hash = @targetHash, pace_key = @paceKey, secret_hash = @secretHash,
        sealed_target = @sealedTarget, sealed_secret = @sealedSecret
    where id = @id`),

  // Its names were made with the key, too. What was used up of a pace is forgotten: a few seconds' worth.
  removePaces: database.prepare('delete from pace'),
});

/** What depends on the encryption key. */
export const createSeals = (database: Database): Pick<Store, 'keyCheck' | 'sealedValues' | 'replaceSealed'> => {
  const reading = prepareReading(database);
  const writing = prepareWriting(database);

  const read = database.transaction(
    (): SealedValues => ({
      keyCheck: reading.keyCheck.get()?.sealed ?? '',
      workspaceKeys: reading.workspaceKeys.all(),
      spareKeys: reading.spareKeys.all(),
      hooks: reading.hooks.all(),
    }),
  );

  const replace = database.transaction(({ keyCheck, workspaceKeys, spareKeys, hooks }: SealedValues): void => {
    for (const key of workspaceKeys) writing.workspaceKey.run(key);
    writing.removeSpareKeys.run();
    for (const key of spareKeys) writing.spareKey.run(key);
    for (const hook of hooks) writing.hook.run(hook);
    writing.removePaces.run();
    writing.keyCheck.run({ sealed: keyCheck });
  });

  return {
    async keyCheck(sealed) {
      const known = reading.keyCheck.get();
      if (known === undefined) writing.addKeyCheck.run({ sealed });
      return known?.sealed ?? sealed;
    },
    async sealedValues() {
      return read();
    },
    async replaceSealed(values) {
      replace.immediate(values);
    },
  };
};
