import type { Source } from '../../../contract/event.ts';
import type { BatchedChange } from '../changes/change.ts';
import type { Transaction } from '../database.ts';
import { allOf, sql, tableOf } from '../sql.ts';
import type { HandOverQuery, HandOvers } from '../tenant-store.ts';

const hourMs = 3_600_000;

/** A row of the sums: an empty id is nobody, or no template. */
type Sum = {
  hourMs: number;
  previousId: string;
  newId: string;
  source: Source;
  templateId: string;
  times: number;
};

const idOf = (id: string | null | undefined): string => id?.toLowerCase() ?? '';

const sumsOf = (changes: readonly BatchedChange[]): Sum[] => {
  const sums = new Map<string, Sum>();
  for (const { type, occurredAtUs, previousAssigneeId, newAssigneeId, source, sequenceTemplateId } of changes) {
    if (type !== 'task.reassigned') continue;
    const sum = {
      hourMs: Math.floor(occurredAtUs / 1000 / hourMs) * hourMs,
      previousId: idOf(previousAssigneeId),
      newId: idOf(newAssigneeId),
      source,
      templateId: idOf(sequenceTemplateId),
    };
    const key = JSON.stringify(Object.values(sum));
    sums.set(key, { ...sum, times: (sums.get(key)?.times ?? 0) + 1 });
  }
  return [...sums.values()];
};

/** Adds the reassignments among these changes to the sums of their hours. */
export const countHandOvers = async (
  run: Transaction,
  organizationId: string,
  changes: readonly BatchedChange[],
): Promise<void> => {
  const sums = sumsOf(changes);
  if (sums.length === 0) return;
  await run.change(sql`
    insert into handed_over (organization_id, hour_ms, previous_id, new_id, source, template_id, times)
    select told_in, told_hour, told_from, told_to, told_by, told_template, told_times
    from ${tableOf('told', sums, {
      told_in: ['text', () => organizationId],
      told_hour: ['bigint', (sum) => sum.hourMs],
      told_from: ['text', ({ previousId }) => previousId],
      told_to: ['text', ({ newId }) => newId],
      told_by: ['text', ({ source }) => source],
      told_template: ['text', ({ templateId }) => templateId],
      told_times: ['bigint', ({ times }) => times],
    })}
    where true
    on conflict (organization_id, hour_ms, previous_id, new_id, source, template_id) do update
    set times = handed_over.times + excluded.times`);
};

/** Who handed tasks to whom in a time. */
export const listHandOvers = async (
  run: Transaction,
  organizationId: string,
  { sinceMs, untilMs, source, person, templateId, limit }: HandOverQuery,
): Promise<HandOvers> => {
  const wanted = allOf([
    sql`organization_id = ${organizationId} and hour_ms > ${sinceMs - hourMs} and hour_ms < ${untilMs}`,
    ...(source === undefined ? [] : [sql`source = ${source}`]),
    ...(person === undefined ? [] : [sql`(previous_id = ${person} or new_id = ${person})`]),
    ...(templateId === undefined ? [] : [sql`template_id = ${templateId}`]),
  ]);
  const pairs = await run.rows<{ previous_id: string; new_id: string; times: number }>(sql`
    select previous_id, new_id, cast(sum(times) as bigint) as times from handed_over where ${wanted}
    group by previous_id, new_id
    order by 3 desc, previous_id, new_id
    limit ${limit + 1}`);
  const hours = await run.rows<{ hour_ms: number; times: number }>(sql`
    select hour_ms, cast(sum(times) as bigint) as times from handed_over where ${wanted}
    group by hour_ms
    order by hour_ms`);
  return {
    pairs: pairs.slice(0, limit).map(({ previous_id, new_id, times }) => ({
      previousId: previous_id === '' ? null : previous_id,
      newId: new_id === '' ? null : new_id,
      times,
    })),
    hasMore: pairs.length > limit,
    hours: hours.map(({ hour_ms, times }) => ({ hourMs: hour_ms, times })),
  };
};

/** Removes the sums of hours that were over before this time. */
export const removeHandOvers = (run: Transaction, beforeMs: number, limit: number): Promise<number> =>
  run.change(sql`
    delete from handed_over where (organization_id, hour_ms, previous_id, new_id, source, template_id) in (
      select organization_id, hour_ms, previous_id, new_id, source, template_id from handed_over
      where hour_ms < ${beforeMs - hourMs}
      order by hour_ms limit ${limit})`);
