import type { Database } from 'better-sqlite3';
import type { EndReason } from '../tenant-store.ts';
import { createPublish } from './publish.ts';

/**
 * Ends a live hook, drops what waits for it and, with the organization's last hook, erases its Topo key and stops its
 * reading. To be called inside a transaction; does nothing when the hook has ended already.
 */
export const createEndHook = (database: Database): ((hookId: string, reason: EndReason, nowMs: number) => void) => {
  const end = database.prepare<{ hookId: string; reason: EndReason; nowMs: number }, { organization_id: string }>(`
    update hook
    set ended_at_ms = @nowMs, ended_reason = @reason,
        farewell = iif(@reason in ('failing', 'key refused'), 'due', null), farewell_at_ms = @nowMs
    where id = @hookId and ended_at_ms is null
    returning organization_id`);

  // What is under way keeps its lease: it may still be delivered.
  const dropWaiting = database.prepare<{ hookId: string; nowMs: number }>(`
    update delivery set state = 'dropped', settled_at_ms = @nowMs, reason = 'the hook has ended'
    where hook_id = @hookId and state = 'waiting'`);

  const eraseKeyOfSilent = database.prepare<{ organizationId: string }>(`
    update workspace
    set sealed_key = null, key_hash = null, key_refused_since_ms = null, listening_since_ms = null,
        is_silent = 1, look_until_ms = null, lease = null, lease_until_ms = null
    where organization_id = @organizationId
      and not exists (select 1 from hook where hook.organization_id = @organizationId and ended_at_ms is null)`);

  const eraseSpares = database.prepare<{ organizationId: string }>(
    'delete from spare_key where organization_id = @organizationId',
  );

  // After a time without hooks the next walk starts anew and is silent; a first reading goes on where it was.
  const forgetWalk = database.prepare<{ organizationId: string }>(`
    delete from reading where organization_id = @organizationId and kind <> 'baseline'`);

  const publish = createPublish(database);

  return (hookId, reason, nowMs) => {
    const ended = end.get({ hookId, reason, nowMs });
    if (ended === undefined) return;
    dropWaiting.run({ hookId, nowMs });
    const organizationId = ended.organization_id;
    if (eraseKeyOfSilent.run({ organizationId }).changes === 0) return;
    eraseSpares.run({ organizationId });
    forgetWalk.run({ organizationId });
    // Nobody listens any more, but what was found belongs to the history.
    publish(organizationId, nowMs);
  };
};
