import type { Run, Transaction } from '../database.ts';
import { sql, tableOf } from '../sql.ts';
import type { SequenceLookUp } from '../work-store.ts';
import { publish } from './publish.ts';
import { renewLease } from './workspaces.ts';

/** Sequence runs whose template a hook asks for and that nobody has looked up, at most `limit`. */
export const findSequencesToLookUp = async (run: Run, organizationId: string, limit: number): Promise<string[]> => {
  const rows = await run.rows<{ sequence_id: string }>(sql`
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
};

/** Notes what look-ups brought, for good, and tells the changes that waited for it. */
export const recordSequences = async (run: Transaction, lookUp: SequenceLookUp, leaseMs: number): Promise<void> => {
  const { organizationId, sequences, hasFailed } = lookUp;
  if (!(await renewLease(run, lookUp, leaseMs))) return;
  await run.change(sql`
    insert into sequence (organization_id, sequence_id, sequence_template_id)
    select ${organizationId}, sequence_id, template_id
    from ${tableOf('found', sequences, {
      sequence_id: ['text', ({ sequenceId }) => sequenceId],
      template_id: ['text', ({ templateId }) => templateId],
    })}
    where true
    on conflict do nothing`);
  if ((await publish(run, organizationId, { hasLookUpFailed: hasFailed })) > 0) run.announce('deliver');
};
