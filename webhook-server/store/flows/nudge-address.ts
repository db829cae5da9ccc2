import type { Run, Transaction } from '../database.ts';
import { sql } from '../sql.ts';
import type { NewNudgeAddress, StoredNudgeAddress } from '../tenant-store.ts';

/** The address of a workspace, if it has one. */
export const findNudgeAddress = async (run: Run, organizationId: string): Promise<StoredNudgeAddress | undefined> => {
  const row = await run.first<{ sealed_token: string; created_at_ms: number }>(sql`
    select sealed_token, created_at_ms from nudge_address where organization_id = ${organizationId}`);
  return row && { sealedToken: row.sealed_token, createdAtMs: row.created_at_ms };
};

/** Gives a workspace this address. The one before answers nobody any more. */
export const replaceNudgeAddress = async (
  run: Transaction,
  organizationId: string,
  { tokenHash, sealedToken }: NewNudgeAddress,
): Promise<StoredNudgeAddress> => {
  await run.change(sql`
    insert into nudge_address (organization_id, token_hash, sealed_token, created_at_ms)
    values (${organizationId}, ${tokenHash}, ${sealedToken}, ${run.nowMs})
    on conflict (organization_id) do update
    set token_hash = excluded.token_hash, sealed_token = excluded.sealed_token,
        created_at_ms = excluded.created_at_ms`);
  return { sealedToken, createdAtMs: run.nowMs };
};

/** Takes a workspace's address away. */
export const removeNudgeAddress = async (run: Run, organizationId: string): Promise<void> => {
  await run.change(sql`delete from nudge_address where organization_id = ${organizationId}`);
};

/** Whose address this is. */
export const findNudgedOrganization = async (run: Run, tokenHash: string): Promise<string | undefined> => {
  const row = await run.first<{ organization_id: string }>(sql`
    select organization_id from nudge_address where token_hash = ${tokenHash}`);
  return row?.organization_id;
};
