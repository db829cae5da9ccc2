import type { Transaction } from '../database.ts';
import { sql } from '../sql.ts';
import type { EndReason } from '../tenant-store.ts';
import { publish } from './publish.ts';
import { stopIncrementalScan } from './scans.ts';
import { dropUndecided } from './undecided.ts';

/** After the organization's last hook nobody listens: steps may still ask, for a day. Returns whether it was the last. */
const fallSilentWithoutHooks = async (run: Transaction, organizationId: string): Promise<boolean> => {
  const silenced = await run.change(sql`
    update workspace
    set listening_since_ms = null, is_silent = ${true}, asked_at_ms = ${run.nowMs}, look_until_ms = null,
        lease = null, lease_until_ms = null
    where organization_id = ${organizationId}
      and not exists (select 1 from hook where hook.organization_id = ${organizationId} and ended_at_ms is null)`);
  return silenced > 0;
};

/**
 * Ends a live hook, drops what waits for it and, with the organization's last hook, stops its scan: the next one tells
 * nobody. The workspace must be locked; does nothing when the hook has ended already.
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

  if (!(await fallSilentWithoutHooks(run, organizationId))) return;
  // The next incremental scan starts anew, and what it finds is history; readings of all tasks go on where they were.
  await stopIncrementalScan(run, organizationId);
  // Nobody listens any more, but what was found belongs to the history.
  await publish(run, organizationId, { waitsForFacts: false });
};
