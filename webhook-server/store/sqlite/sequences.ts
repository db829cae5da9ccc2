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

  noteRequests: database.prepare<{ organizationId: string; lease: string; requestedAtMs: string | null }>(`
    update workspace set requested_at_ms = coalesce(@requestedAtMs, requested_at_ms)
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

  const record = database.transaction((lookUp: SequenceLookUp): number => {
    const { organizationId, lease, sequences } = lookUp;
    const held = statements.noteRequests.run({ organizationId, lease, requestedAtMs: jsonOf(lookUp.requestedAtMs) });
    if (held.changes === 0) return 0;
    for (const { sequenceId, templateId } of sequences) {
      statements.insert.run({ organizationId, sequenceId, templateId });
    }
    return publish(organizationId, clock());
  });

  return {
    async sequencesToLookUp(organizationId, limit) {
      return statements.toLookUp.all({ organizationId, limit }).map(({ sequence_id }) => sequence_id);
    },
    async recordSequences(lookUp) {
      if (record.immediate(lookUp) > 0) onDeliveryWork();
    },
  };
};
