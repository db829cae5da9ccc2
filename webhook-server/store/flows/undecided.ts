import type { BatchedChange } from '../changes/change.ts';
import { fanOut, fanOutUnknown, type Listener, type NewDelivery, type Undecided } from '../changes/fan-out.ts';
import type { Run, Transaction } from '../database.ts';
import { templatePatienceMs } from '../rules.ts';
import { type Statement, sql, tableOf } from '../sql.ts';
import { inChunks, readDescriptions, readListeners } from './tell-hooks.ts';
import { lockWorkspaces } from './workspaces.ts';
import { writeDeliveries } from './write-deliveries.ts';

type UndecidedRow = {
  seq: number;
  hook_id: string;
  /** JSON of a `BatchedChange`, as `addUndecided` wrote it. */
  change: string;
  sequence_template_id: string | null;
};

const readChange = ({ change, sequence_template_id }: UndecidedRow): BatchedChange => ({
  // One that an earlier version kept does not say it.
  type: 'task.reassigned',
  ...JSON.parse(change),
  sequenceTemplateId: sequence_template_id,
});

/** Keeps changes for hooks that cannot decide yet. */
export const addUndecided = async (run: Run, organizationId: string, added: readonly Undecided[]): Promise<void> => {
  await run.change(sql`
    insert into undecided (organization_id, hook_id, event_id, sequence_id, batch_id, change, detected_at_ms)
    select ${organizationId}, hook_id, event_id, sequence_id, batch_id, change, detected_at_ms
    from ${tableOf('added', added, {
      hook_id: ['text', ({ hookId }) => hookId],
      event_id: ['text', ({ change }) => change.id],
      sequence_id: ['text', ({ change }) => change.task.sequence_id],
      batch_id: ['text', ({ change }) => change.batchId],
      change: ['text', ({ change }) => JSON.stringify(change)],
      detected_at_ms: ['bigint', ({ change }) => change.detectedAtMs],
    })}
    where true
    order by position
    on conflict do nothing`);
};

const readUndecided = (run: Run, organizationId: string, condition: Statement): Promise<UndecidedRow[]> =>
  run.rows<UndecidedRow>(sql`
    select undecided.seq, undecided.hook_id, undecided.change, sequence.sequence_template_id
    from undecided
      join hook on hook.id = undecided.hook_id
      left join sequence on sequence.organization_id = undecided.organization_id
        and sequence.sequence_id = undecided.sequence_id
    where undecided.organization_id = ${organizationId} and ${condition}
    order by undecided.seq`);

/** Takes these rows away, and makes of each hook's changes what `decideFor` says. */
const take = async (
  run: Transaction,
  organizationId: string,
  rows: readonly UndecidedRow[],
  decideFor: (hook: Listener, changes: readonly BatchedChange[]) => NewDelivery[],
): Promise<NewDelivery[]> => {
  const hooks = new Map((await readListeners(run, organizationId)).map((hook) => [hook.id, hook]));
  for (const chunk of inChunks(rows)) {
    await run.change(sql`
      delete from undecided where seq in (
        select taken.seq from ${tableOf('taken', chunk, { seq: ['bigint', ({ seq }) => seq] })})`);
  }
  return [...Map.groupBy(rows, ({ hook_id }) => hook_id)].flatMap(([hookId, group]) => {
    const hook = hooks.get(hookId);
    return hook === undefined ? [] : decideFor(hook, group.map(readChange));
  });
};

/**
 * Decides what can be decided by now: the template is known, or the hook does not ask for it any more. The workspace must
 * be locked. Returns the deliveries.
 */
export const decide = async (run: Transaction, organizationId: string): Promise<NewDelivery[]> => {
  const rows = await readUndecided(
    run,
    organizationId,
    sql`(sequence.fetched_at_ms is not null or not hook.asks_for_templates)`,
  );
  if (rows.length === 0) return [];
  const descriptions = await readDescriptions(run, organizationId, rows.map(readChange));
  const deliveries = await take(
    run,
    organizationId,
    rows,
    (hook, changes) => fanOut(changes, [hook], descriptions).deliveries,
  );
  await writeDeliveries(run, organizationId, deliveries);
  return deliveries;
};

/** Drops what the hook would have been told, had its template filter matched: everybody can see it and send it by hand. */
const drop = async (run: Transaction, organizationId: string, condition: Statement, reason: string): Promise<void> => {
  const rows = await readUndecided(run, organizationId, condition);
  if (rows.length === 0) return;
  const descriptions = await readDescriptions(run, organizationId, rows.map(readChange));
  const dropped = await take(run, organizationId, rows, (hook, changes) => fanOutUnknown(changes, hook, descriptions));
  await writeDeliveries(run, organizationId, dropped, { state: 'dropped', reason });
};

/** Gives up waiting for templates that did not come in time. A batch is given up as one, with its oldest change. */
export const giveUpUndecided = async (run: Transaction, organizationId: string): Promise<void> => {
  await lockWorkspaces(run, [organizationId]);
  const isTooOld = sql`(undecided.hook_id, undecided.batch_id) in (
    select oldest.hook_id, oldest.batch_id from undecided as oldest
    where oldest.organization_id = ${organizationId} and oldest.detected_at_ms <= ${run.nowMs - templatePatienceMs})`;
  await drop(run, organizationId, isTooOld, 'the template is unknown');
};

/** A hook that is about to end decides nothing any more: what waited for its templates is dropped with all else. */
export const dropUndecided = (run: Transaction, organizationId: string, hookId: string): Promise<void> =>
  drop(run, organizationId, sql`undecided.hook_id = ${hookId}`, 'the hook has ended');

/** Notes the template in the events that were told without it, for whoever lists events by template. */
export const fillTemplates = async (
  run: Run,
  organizationId: string,
  sequences: readonly { sequenceId: string; templateId: string | null }[],
): Promise<void> => {
  for (const { sequenceId, templateId } of sequences) {
    if (templateId === null) continue;
    await run.change(sql`
      update event set sequence_template_id = ${templateId}
      where sequence_template_id is null and id in (
        select event_id from undecided where organization_id = ${organizationId} and sequence_id = ${sequenceId})`);
  }
};
