import type { Run, Transaction } from '../database.ts';
import { sql, tableOf } from '../sql.ts';
import type { SequenceLookUp } from '../work-store.ts';
import { publish } from './publish.ts';
import { fillTemplates } from './undecided.ts';
import { renewLease } from './workspaces.ts';

/** Sequence runs whose template a hook asks for and that nobody has looked up, longest waiting first, at most `limit`. */
export const findSequencesToLookUp = async (run: Run, organizationId: string, limit: number): Promise<string[]> => {
  const rows = await run.rows<{ sequence_id: string }>(sql`
    select sequence_id from (
      select sequence_id, detected_at_ms from undecided where organization_id = ${organizationId}
      union all
      select sequence_id, detected_at_ms from event
      where organization_id = ${organizationId} and body is null and sequence_id is not null) as asked
    where exists (
        select 1 from hook
        where hook.organization_id = ${organizationId} and ended_at_ms is null and asks_for_templates)
      and not exists (
        select 1 from sequence
        where sequence.organization_id = ${organizationId} and sequence.sequence_id = asked.sequence_id)
    group by sequence_id
    order by min(detected_at_ms)
    limit ${limit}`);
  return rows.map(({ sequence_id }) => sequence_id);
};

/** Notes what look-ups brought, for good, and decides for the hooks that waited for it. */
export const recordSequences = async (run: Transaction, lookUp: SequenceLookUp, leaseMs: number): Promise<void> => {
  const { organizationId, sequences } = lookUp;
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
  await fillTemplates(run, organizationId, sequences);
  if ((await publish(run, organizationId)) > 0) run.announce('deliver');
};
