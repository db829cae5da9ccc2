import type { Database } from 'better-sqlite3';
import type { SequenceLookUp, WorkStore } from '../work-store.ts';
import { createPublish } from './publish.ts';
import { jsonOf } from './requests.ts';

const prepareStatements = (database: Database) => ({
  toLookUp: database.prepare<{ organizationId: string; limit: number }, { sequence_id: string }>(`
    select distinct json_extract(task, '$.sequence_id') as sequence_id from event
    where event.organization_id = @organizationId and body is null and sequence_id is not null
      and exists (
        select 1 from hook
        where hook.organization_id = @organizationId and ended_at_ms is null
          and json_extract(filters, '$.sequence_template_ids') is not null)
      and not exists (
        select 1 from sequence
        where sequence.organization_id = @organizationId
          and sequence.sequence_id = json_extract(event.task, '$.sequence_id'))
    limit @limit`),

  keepLease: database.prepare<{
    organizationId: string;
    lease: string;
    leaseUntilMs: number;
    requestedAtMs: string | null;
  }>(`
    update workspace
    set lease_until_ms = @leaseUntilMs, requested_at_ms = coalesce(@requestedAtMs, requested_at_ms)
    where organization_id = @organizationId and lease = @lease`),

  insert: database.prepare<{ organizationId: string; sequenceId: string; templateId: string | null }>(`
    insert into sequence (organization_id, sequence_id, sequence_template_id)
    values (@organizationId, @sequenceId, @templateId)
    on conflict do nothing`),
});

/** Which template each sequence run came from. */
export const createSequences = (
  database: Database,
  clock: () => number,
  onDeliveryWork: () => void,
): Pick<WorkStore, 'sequencesToLookUp' | 'recordSequences'> => {
  const statements = prepareStatements(database);
  const publish = createPublish(database);

  const record = database.transaction((lookUp: SequenceLookUp, leaseMs: number): number => {
    const nowMs = clock();
    const { organizationId, lease, sequences, hasFailed } = lookUp;
    const requestedAtMs = jsonOf(lookUp.requestedAtMs);
    const held = statements.keepLease.run({ organizationId, lease, leaseUntilMs: nowMs + leaseMs, requestedAtMs });
    if (held.changes === 0) return 0;
    for (const { sequenceId, templateId } of sequences) {
      statements.insert.run({ organizationId, sequenceId, templateId });
    }
    return publish(organizationId, nowMs, { hasLookUpFailed: hasFailed });
  });

  return {
    async sequencesToLookUp(organizationId, limit) {
      return statements.toLookUp.all({ organizationId, limit }).map(({ sequence_id }) => sequence_id);
    },
    async recordSequences(lookUp, { leaseMs }) {
      if (record.immediate(lookUp, leaseMs) > 0) onDeliveryWork();
    },
  };
};
