import type { Run, Transaction } from '../database.ts';
import type { HookSeals, NudgeSeals, SealedValues, WorkspaceKey } from '../sealed-values.ts';
import { phrase, sql, tableOf } from '../sql.ts';
import { endHook } from './end-hook.ts';

const readKeyCheck = (run: Run) => run.first<{ sealed: string }>(sql`select sealed from key_check`);

/** Returns the sealed text that the first start stored, or stores this one. */
export const checkKey = async (run: Transaction, sealed: string): Promise<string> => {
  await run.change(sql`
    insert into key_check (sealed)
    select cast(${sealed} as text) where not exists (select 1 from key_check)
    on conflict do nothing`);
  return (await readKeyCheck(run))?.sealed ?? sealed;
};

/** Everything that depends on the encryption key. */
export const readSealedValues = async (run: Run): Promise<SealedValues> => ({
  keyCheck: (await readKeyCheck(run))?.sealed ?? '',
  workspaceKeys: await run.rows<WorkspaceKey>(sql`
    select organization_id as "organizationId", key_hash as "keyHash", sealed_key as "sealedKey" from workspace
    where sealed_key is not null`),
  spareKeys: await run.rows<WorkspaceKey>(sql`
    select organization_id as "organizationId", key_hash as "keyHash", sealed_key as "sealedKey" from spare_key`),
  nudgeAddresses: await run.rows<NudgeSeals>(sql`
    select organization_id as "organizationId", token_hash as "tokenHash", sealed_token as "sealedToken"
    from nudge_address`),
  hooks: await run.rows<HookSeals>(sql`
    select id, target_hash as "targetHash", pace_key as "rateLimitKey", secret_hash as "secretHash",
           sealed_target as "sealedTarget", sealed_secret as "sealedSecret"
    from hook`),
});

const newKeys = (keys: readonly WorkspaceKey[]) =>
  tableOf('anew', keys, {
    anew_id: ['text', ({ organizationId }) => organizationId],
    anew_hash: ['text', ({ keyHash }) => keyHash],
    anew_key: ['text', ({ sealedKey }) => sealedKey],
  });

const replaceNudgeSeals = (run: Run, addresses: readonly NudgeSeals[]) =>
  run.change(sql`
    update nudge_address set token_hash = anew_hash, sealed_token = anew_token
    from ${tableOf('anew', addresses, {
      anew_id: ['text', ({ organizationId }) => organizationId],
      anew_hash: ['text', ({ tokenHash }) => tokenHash],
      anew_token: ['text', ({ sealedToken }) => sealedToken],
    })}
    where organization_id = anew_id`);

const replaceHookSeals = (run: Run, hooks: readonly HookSeals[]) =>
  run.change(sql`
    update hook
    set target_hash = anew.target_hash, pace_key = anew.pace_key, secret_hash = anew.secret_hash,
        sealed_target = anew.sealed_target, sealed_secret = anew.sealed_secret
    from ${tableOf('anew', hooks, {
      id: ['text', ({ id }) => id],
      target_hash: ['text', ({ targetHash }) => targetHash],
      pace_key: ['text', ({ rateLimitKey }) => rateLimitKey],
      secret_hash: ['text', ({ secretHash }) => secretHash],
      sealed_target: ['text', ({ sealedTarget }) => sealedTarget],
      sealed_secret: ['text', ({ sealedSecret }) => sealedSecret],
    })}
    where hook.id = anew.id`);

/**
 * A target that was subscribed under two keys has two live hooks, which becomes visible when both are hashed with the same
 * one. Zapier knows the secret of the newest alone, and the others end.
 */
const endDoubles = async (run: Transaction, hooks: readonly HookSeals[]): Promise<void> => {
  const targetHashes = new Map(hooks.map(({ id, targetHash }) => [id, targetHash]));
  const live = await run.rows<{ id: string; organization_id: string }>(sql`
    select id, organization_id from hook where ended_at_ms is null order by ${phrase('hook number')} desc`);
  const seen = new Set<string>();
  for (const { id, organization_id } of live) {
    const target = `${organization_id} ${targetHashes.get(id)}`;
    if (seen.has(target)) await endHook(run, id, 'unsubscribed');
    seen.add(target);
  }
};

/** Puts what `seal` makes of all values in their place. Returns whether it made anything of them. */
export const replaceSealedValues = async (
  run: Transaction,
  seal: (values: SealedValues) => SealedValues | undefined,
): Promise<boolean> => {
  const anew = seal(await readSealedValues(run));
  if (anew === undefined) return false;
  const { keyCheck, workspaceKeys, spareKeys, nudgeAddresses, hooks } = anew;
  await run.change(sql`update key_check set sealed = ${keyCheck}`);
  await run.change(sql`
    update workspace set key_hash = anew_hash, sealed_key = anew_key
    from ${newKeys(workspaceKeys)}
    where organization_id = anew_id`);
  await run.change(sql`delete from spare_key`);
  await run.change(sql`
    insert into spare_key (organization_id, key_hash, sealed_key)
    select anew_id, anew_hash, anew_key from ${newKeys(spareKeys)}
    where true
    on conflict do nothing`);
  await replaceNudgeSeals(run, nudgeAddresses);
  await endDoubles(run, hooks);
  await replaceHookSeals(run, hooks);
  // Its keys are hashes made with the old key. The usage of rate limits is forgotten: a few seconds' worth.
  await run.change(sql`delete from pace`);
  // Servers that were started with the old key wake up, and find that they are outdated.
  run.announce('poll');
  run.announce('deliver');
  return true;
};
