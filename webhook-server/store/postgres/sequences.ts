import type { WorkStore } from '../work-store.ts';
import type { Database } from './database.ts';
import { publish } from './publish.ts';
import { keepLease } from './requests.ts';
import { sql } from './sql.ts';

/** Which template each sequence run came from. */
export const createSequences = (database: Database): Pick<WorkStore, 'sequencesToLookUp' | 'recordSequences'> => ({
  async sequencesToLookUp(organizationId, limit) {
    const rows = await database.rows<{ sequence_id: string }>(sql`
      select distinct sequence_id from event
      where organization_id = ${organizationId} and body is null and sequence_id is not null
        and exists (
          select 1 from hook
          where hook.organization_id = ${organizationId} and ended_at_ms is null and asks_for_templates)
        and not exists (
          select 1 from sequence
          where sequence.organization_id = ${organizationId} and sequence.sequence_id = event.sequence_id)
      limit ${limit}`);
    return rows.map(({ sequence_id }) => sequence_id);
  },

  recordSequences: ({ organizationId, lease, sequences, hasFailed, requestedAtMs }, { leaseMs }) =>
    database.transaction(async (run) => {
      if (!(await keepLease(run, { organizationId, lease, requestedAtMs }, leaseMs))) return;
      await run.change(sql`
        insert into sequence (organization_id, sequence_id, sequence_template_id)
        select ${organizationId}, sequence_id, template_id
        from unnest(${sequences.map(({ sequenceId }) => sequenceId)}::text[],
                    ${sequences.map(({ templateId }) => templateId)}::text[]) as found (sequence_id, template_id)
        on conflict do nothing`);
      if ((await publish(run, organizationId, { hasLookUpFailed: hasFailed })) > 0) run.announce('deliver');
    }),
});
