import type { EventType } from '../../../contract/event.ts';
import { HookEvents, HookFilters, OncePer } from '../../../contract/hook.ts';
import type { EndReason, StoredHook } from '../tenant-store.ts';
import { readScopes } from './scopes.ts';

/** A row of `hook` with its number, joined with what it shares with its workspace. */
export type HookRow = {
  id: string;
  number: number;
  sealed_target: string;
  sealed_secret: string;
  events: string | null;
  filters: string;
  once_per: string;
  created_at_ms: number;
  resume_at_ms: number;
  ended_at_ms: number | null;
  ended_reason: EndReason | null;
  listening_since_ms: number | null;
  key_refused_since_ms: number | null;
  unusable_tasks: number;
  scopes: string | null;
  zap_id: string | null;
  name: string | null;
  predecessor: string | null;
};

export const hookColumns = `
  hook.id, hook.sealed_target, hook.sealed_secret, hook.events, hook.filters, hook.once_per, hook.created_at_ms,
  hook.resume_at_ms, hook.ended_at_ms, hook.ended_reason, workspace.listening_since_ms, workspace.key_refused_since_ms,
  workspace.unusable_tasks, hook.scopes, hook.zap_id, hook.name, hook.predecessor`;

/** What a hook hears of; one of an earlier version hears of reassignments. */
export const readEvents = (json: string | null): EventType[] =>
  json === null ? ['task.reassigned'] : HookEvents.parse(JSON.parse(json));

export const readFilters = (json: string): HookFilters => HookFilters.parse(JSON.parse(json));

/** A hook hears of changes from when it was made, or from when its workspace was read, whichever came later. */
export const readHook = (row: HookRow): StoredHook => ({
  id: row.id,
  number: row.number,
  sealedTarget: row.sealed_target,
  sealedSecret: row.sealed_secret,
  events: readEvents(row.events),
  filters: readFilters(row.filters),
  oncePer: OncePer.parse(row.once_per),
  createdAtMs: row.created_at_ms,
  resumeAtMs: row.resume_at_ms,
  ended:
    row.ended_at_ms === null || row.ended_reason === null ? null : { atMs: row.ended_at_ms, reason: row.ended_reason },
  listeningSinceMs: row.listening_since_ms === null ? null : Math.max(row.created_at_ms, row.listening_since_ms),
  keyRefusedSinceMs: row.key_refused_since_ms,
  unusableTasks: row.unusable_tasks,
  scopes: readScopes(row.scopes),
  zapId: row.zap_id,
  name: row.name,
  predecessor: row.predecessor,
});
