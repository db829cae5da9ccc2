import type { Person } from '../../../contract/event.ts';
import type { OncePer } from '../../../contract/hook.ts';
import { attributeChanges, type Circumstances } from '../changes/attribution.ts';
import { type BatchedChange, type DescribePerson, eventOf, inBatches } from '../changes/change.ts';
import { fanOut, type Listener, type NewDelivery } from '../changes/fan-out.ts';
import type { Run, Transaction } from '../database.ts';
import { type EventRow, readChange } from '../rows/event-row.ts';
import { readFilters } from '../rows/hook-row.ts';
import { rowsPerStatement } from '../rules.ts';
import { oneOf, phrase, type Statement, sql, tableOf } from '../sql.ts';

/** What was found and not told yet, with the intent that speaks for it and the template of its sequence run. */
type Unpublished = EventRow & {
  intent_id: string | null;
  intent_state: 'open' | 'done';
  intent_created_at_ms: number;
  is_looked_up: number | boolean;
  sequence_template_id: string | null;
};

/** Of the intents that stand for one task or run, and for one person, only the newest are looked at. */
const mostStanding = 100;

/** Standing intents for the change of an `event`, found by an index however many others stand. */
const intentsWhere = (isMeant: Statement): Statement => sql`
  select * from (
    select id, state, updated_at_us, created_at_ms from intent
    where intent.organization_id = event.organization_id and ${isMeant}
      and assignee_user_id = lower(event.new_assignee_id) and closed_at_ms is null
    order by created_at_ms desc
    limit ${mostStanding}) as newest`;

/**
 * Reads what was found and not told. An intent speaks for a task once: a later change to the same person is somebody
 * else's.
 */
export const unpublishedOf = (organizationId: string): Statement => sql`
  select found.id, reading_id, kind, previous_assignee_id, new_assignee_id, task, occurred_at_us, detected_at_ms,
         is_looked_up, sequence_template_id,
         speaking.id as intent_id, speaking.state as intent_state, speaking.created_at_ms as intent_created_at_ms
  from (
    select event.seq, event.id, event.reading_id, event.kind, event.previous_assignee_id, event.new_assignee_id,
           event.task, event.occurred_at_us, event.detected_at_ms,
           event.sequence_id is null or sequence.sequence_id is not null as is_looked_up,
           sequence.sequence_template_id,
           (select standing.id
            from (${intentsWhere(sql`task_id = lower(event.task_id)`)}
                  union all
                  ${intentsWhere(sql`sequence_id = event.sequence_id and scope = 'SEQUENCE'`)}) as standing
            where standing.state <> 'failed'
              and (standing.state = 'open' or coalesce(standing.updated_at_us, 0) <= event.occurred_at_us)
              and not exists (
                select 1 from event as told
                where told.intent_id = standing.id and told.task_id = event.task_id
                  and told.organization_id = event.organization_id)
            order by standing.state = 'done' desc, standing.created_at_ms
            limit 1) as speaking_id
    from event
    left join sequence on sequence.organization_id = event.organization_id
      and sequence.sequence_id = event.sequence_id
    where event.organization_id = ${organizationId} and event.body is null) as found
  left join intent as speaking on speaking.id = found.speaking_id
  order by found.seq`;

const readListeners = async (run: Run, organizationId: string): Promise<Listener[]> => {
  const rows = await run.rows<{ id: string; filters: string; once_per: OncePer }>(sql`
    select id, filters, once_per from hook
    where organization_id = ${organizationId} and ended_at_ms is null
    order by created_at_ms, id ${phrase('byte order')}`);
  return rows.map(({ id, filters, once_per }) => ({ id, filters: readFilters(filters), oncePer: once_per }));
};

/** Returns who the assignees of these changes are, as far as the directory knows. */
const readPeople = async (
  run: Run,
  organizationId: string,
  changes: readonly Unpublished[],
): Promise<DescribePerson> => {
  const userIds = changes.flatMap(({ previous_assignee_id, new_assignee_id }) =>
    [previous_assignee_id, new_assignee_id].flatMap((userId) => userId?.toLowerCase() ?? []),
  );
  const rows = await run.rows<Pick<Person, 'name' | 'email'> & { user_id: string }>(sql`
    select user_id, name, email from person
    where organization_id = ${organizationId} and user_id ${oneOf([...new Set(userIds)])}`);
  const known = new Map(rows.map((row) => [row.user_id, row]));
  return (userId) => {
    const { name = null, email = null } = known.get(userId.toLowerCase()) ?? {};
    return { user_id: userId, name, email };
  };
};

type LookedUp = { asksForTemplates: boolean; hasLookUpFailed: boolean };

const circumstancesOf = (
  row: Unpublished | undefined,
  { asksForTemplates, hasLookUpFailed }: LookedUp,
): Circumstances => {
  const isMissing = asksForTemplates && row !== undefined && !row.is_looked_up;
  return {
    intent:
      row === undefined || row.intent_id === null
        ? undefined
        : { id: row.intent_id, state: row.intent_state, createdAtMs: row.intent_created_at_ms },
    sequenceTemplateId: isMissing ? undefined : asksForTemplates ? (row?.sequence_template_id ?? null) : null,
    hasLookUpFailed,
  };
};

const inChunks = <Item>(items: readonly Item[]): Item[][] =>
  Array.from({ length: Math.ceil(items.length / rowsPerStatement) }, (_, index) =>
    items.slice(index * rowsPerStatement, (index + 1) * rowsPerStatement),
  );

const writeEvents = async (
  run: Run,
  intentOf: ReadonlyMap<string, string | null>,
  batched: readonly BatchedChange[],
  describePerson: DescribePerson,
): Promise<void> => {
  await run.change(sql`
    update event
    set source = told.source, intent_id = told.intent_id, body = told.body, task = null,
        sequence_template_id = told.sequence_template_id
    from ${tableOf('told', batched, {
      id: ['text', ({ id }) => id],
      source: ['text', ({ source }) => source],
      intent_id: ['text', ({ id }) => intentOf.get(id) ?? null],
      body: ['text', (change) => JSON.stringify(eventOf(change, [], describePerson))],
      sequence_template_id: ['text', ({ sequenceTemplateId }) => sequenceTemplateId],
    })}
    where event.id = told.id`);
};

const writeDeliveries = async (
  { change, nowMs }: Transaction,
  organizationId: string,
  added: readonly NewDelivery[],
): Promise<void> => {
  await change(sql`
    insert into delivery (id, organization_id, hook_id, event_id, order_key, body, created_at_ms)
    select id, ${organizationId}, hook_id, event_id, order_key, body, cast(${nowMs} as bigint)
    from ${tableOf('added', added, {
      id: ['text', ({ id }) => id],
      hook_id: ['text', ({ hookId }) => hookId],
      event_id: ['text', ({ eventId }) => eventId],
      order_key: ['text', ({ orderKey }) => orderKey],
      body: ['text', ({ body }) => body],
    })}
    where true
    order by position
    on conflict (id) do nothing`);
};

/**
 * Tells what was detected and not told yet: finds out who made each change, writes its event, and a delivery for each
 * hook that wants it. What waits for an intent or a template is left for the next time. The workspace must be locked, so
 * that deliveries are numbered in order. Returns the number of deliveries.
 *
 * @param hasLookUpFailed whether Topo was just asked for a template and failed to tell it.
 */
export const publish = async (
  run: Transaction,
  organizationId: string,
  { hasLookUpFailed } = { hasLookUpFailed: false },
): Promise<number> => {
  const unpublished = await run.rows<Unpublished>(unpublishedOf(organizationId));
  if (unpublished.length === 0) return 0;
  const listeners = await readListeners(run, organizationId);
  const asksForTemplates = listeners.some(({ filters }) => filters.sequence_template_ids !== undefined);
  const rowOf = new Map(unpublished.map((row) => [row.id, row]));
  const ready = attributeChanges(
    unpublished.map(readChange),
    ({ id }) => circumstancesOf(rowOf.get(id), { asksForTemplates, hasLookUpFailed }),
    run.nowMs,
  );
  if (ready.length === 0) return 0;
  const describePerson = await readPeople(run, organizationId, unpublished);
  const batched = inBatches(ready);
  const intentOf = new Map(ready.map(({ id, intentId }) => [id, intentId]));
  for (const chunk of inChunks(batched)) await writeEvents(run, intentOf, chunk, describePerson);
  const added = fanOut(batched, listeners, describePerson);
  for (const chunk of inChunks(added)) await writeDeliveries(run, organizationId, chunk);
  return added.length;
};
