import type { Transaction } from '../database.ts';
import { sql } from '../sql.ts';
import type { EndReason } from '../tenant-store.ts';
import { publish } from './publish.ts';
import { dropUndecided } from './undecided.ts';

/** With the organization's last hook its Topo key is erased. Returns whether it was. */
const eraseKeyWithoutHooks = async (run: Transaction, organizationId: string): Promise<boolean> => {
  const erased = await run.change(sql`
    update workspace
    set sealed_key = null, key_hash = null, key_refused_since_ms = null, listening_since_ms = null,
        is_silent = true, look_until_ms = null, lease = null, lease_until_ms = null
    where organization_id = ${organizationId}
      and not exists (select 1 from hook where hook.organization_id = ${organizationId} and ended_at_ms is null)`);
  return erased > 0;
};

/**
 * Ends a live hook, drops what waits for it and, with the organization's last hook, erases its Topo key and stops its
 * scan. The workspace must be locked; does nothing when the hook has ended already.
 */
export const endHook = async (run: Transaction, hookId: string, reason: EndReason): Promise<void> => {
  const { nowMs } = run;
  const isOurs = reason === 'failing' || reason === 'key refused';
  const live = await run.first<{ organization_id: string }>(sql`
    select organization_id from hook where id = ${hookId} and ended_at_ms is null`);
  if (live === undefined) return;
  const organizationId = live.organization_id;
  await dropUndecided(run, organizationId, hookId);
  await run.change(sql`
    update hook
    set ended_at_ms = ${nowMs}, ended_reason = ${reason}, farewell = ${isOurs ? 'due' : null}, farewell_at_ms = ${nowMs}
    where id = ${hookId} and ended_at_ms is null`);
  // What is under way keeps its lease: it may still be delivered.
  await run.change(sql`
    update delivery set state = 'dropped', settled_at_ms = ${nowMs}, reason = 'the hook has ended'
    where hook_id = ${hookId} and state = 'waiting'`);

  if (!(await eraseKeyWithoutHooks(run, organizationId))) return;
  await run.change(sql`delete from spare_key where organization_id = ${organizationId}`);
  // After a time without hooks the next incremental scan starts anew and is silent; a baseline goes on where it was.
  await run.change(sql`delete from reading where organization_id = ${organizationId} and kind <> 'baseline'`);
  // Nobody listens any more, but what was found belongs to the history.
  await publish(run, organizationId);
};
