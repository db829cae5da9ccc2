import type { PollClaim, Scan } from '../work-store.ts';
import { readScopes } from './scopes.ts';

/** A row of `workspace` that is due, with what its claim tells. */
export type DueWorkspace = {
  organization_id: string;
  sealed_key: string;
  is_baselined: number | boolean;
  is_silent: number | boolean;
  has_listeners: number | boolean;
  is_complete: number | boolean;
  asked_at_ms: number | null;
  scopes: string | null;
  watermark_us: number | null;
  watermark_moved_at_ms: number | null;
  is_settled: number | boolean;
  swept_at_ms: number | null;
  unusable_tasks: number;
  failures: number;
  goes_on: number | boolean;
  records: number;
  turn_at_ms: number;
  active_at_ms: number;
  /** A JSON list, as `renewLease` wrote it. */
  requested_at_ms: string;
  looked_up_at_ms: string;
  has_unpublished: number | boolean;
  has_undecided: number | boolean;
  has_unknown_sequences: number | boolean;
  has_unknown_contacts: number | boolean;
  has_scans: number | boolean;
};

const readWatermark = (row: DueWorkspace): PollClaim['watermark'] =>
  row.watermark_us === null || row.watermark_moved_at_ms === null
    ? null
    : { us: row.watermark_us, movedAtMs: row.watermark_moved_at_ms, isSettled: Boolean(row.is_settled) };

const readTimes = (json: string): number[] => JSON.parse(json);

export const readPollClaim = (
  row: DueWorkspace,
  { lease, nowMs, scans }: { lease: string; nowMs: number; scans: readonly Scan[] },
): PollClaim => ({
  organizationId: row.organization_id,
  lease,
  sealedKey: row.sealed_key,
  nowMs,
  isBaselined: Boolean(row.is_baselined),
  isSilent: Boolean(row.is_silent),
  hasListeners: Boolean(row.has_listeners),
  isComplete: Boolean(row.is_complete),
  scopes: readScopes(row.scopes),
  watermark: readWatermark(row),
  incremental: scans.find(({ kind }) => kind === 'incremental') ?? null,
  background: scans.find(({ kind }) => kind !== 'incremental') ?? null,
  reconciledAtMs: row.swept_at_ms,
  hasUnpublished: Boolean(row.has_unpublished),
  hasUndecided: Boolean(row.has_undecided),
  hasUnknownSequences: Boolean(row.has_unknown_sequences),
  hasUnknownContacts: Boolean(row.has_unknown_contacts),
  unusableTasks: row.unusable_tasks,
  failures: row.failures,
  goesOn: Boolean(row.goes_on),
  records: row.records,
  activeAtMs: row.active_at_ms,
  requestedAtMs: readTimes(row.requested_at_ms),
  lookedUpAtMs: readTimes(row.looked_up_at_ms),
});
