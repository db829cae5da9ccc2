import { attributeChanges, type Circumstances, type ReadyChange } from '../changes/attribution.ts';
import { type BatchedChange, type Descriptions, eventOf, inBatches } from '../changes/change.ts';
import { asksForTemplate, fanOut, inOrder, type Listener, type NewDelivery } from '../changes/fan-out.ts';
import type { Run, Transaction } from '../database.ts';
import { type EventRow, readChange } from '../rows/event-row.ts';
import { oneOf, type Statement, sql, tableOf } from '../sql.ts';
import { countHandOvers } from './hand-overs.ts';
import { cutPiece, readUntold } from './pieces.ts';
import { inChunks, readDescriptions, readListeners } from './tell-hooks.ts';
import { addUndecided, decide } from './undecided.ts';
import { writeDeliveries } from './write-deliveries.ts';

/** What was found and not told yet, with the intent that speaks for it and the template of its sequence run. */
type Unpublished = EventRow & {
  intent_id: string | null;
  intent_state: 'open' | 'done';
  intent_created_at_ms: number;
  is_looked_up: number | boolean;
  awaits_names: number | boolean;
  sequence_template_id: string | null;
};

/** Of the intents that stand for one task or run, and for one person, only the newest are looked at. */
const mostStanding = 100;

/** Standing intents for the change of an `event`, found by an index however many others stand. */
const intentsWhere = (isMeant: Statement): Statement => sql`
  select * from (
    select id, state, updated_at_us, created_at_ms from intent
    where event.type = 'task.reassigned' and intent.organization_id = event.organization_id and ${isMeant}
      and assignee_user_id = lower(event.new_assignee_id) and closed_at_ms is null
    order by created_at_ms desc
    limit ${mostStanding}) as newest`;

/**
 * Reads what was found and not told in some sequence runs. An intent speaks for a task once: a later change to the same
 * person is somebody else's.
 */
export const unpublishedOf = (organizationId: string, runKeys: readonly string[]): Statement => sql`
  with found as materialized (
    select event.seq, event.id, event.type, event.reading_id, event.kind, event.previous_assignee_id, event.new_assignee_id,
           event.task, event.occurred_at_us, event.detected_at_ms, event.newest_hook,
           event.sequence_id is null or sequence.fetched_at_ms is not null as is_looked_up,
           exists (
             select 1 from contact
             where contact.organization_id = event.organization_id and contact.contact_id = sequence.contact_id
               and contact.fetched_at_ms is null)
             or exists (
               select 1 from template
               where template.organization_id = event.organization_id
                 and template.template_id = sequence.sequence_template_id and template.fetched_at_ms is null)
             as awaits_names,
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
    from ${tableOf('wanted', runKeys, {
      // Makes SQLite begin with these runs, not with all that was not told.
      wanted_in: ['text', () => organizationId],
      run_key: ['text', (key) => key],
    })}
    join event on event.organization_id = wanted_in and event.body is null
      and coalesce(event.sequence_id, event.task_id) = run_key
    left join sequence on sequence.organization_id = event.organization_id
      and sequence.sequence_id = event.sequence_id)
  select id, type, reading_id, kind, previous_assignee_id, new_assignee_id, task, occurred_at_us, detected_at_ms,
         newest_hook, is_looked_up, awaits_names, sequence_template_id, speaking_id as intent_id,
         -- Each by its key. A plan for a join, made while there were few intents, would go through all of them later.
         (select speaking.state from intent as speaking where speaking.id = speaking_id) as intent_state,
         (select speaking.created_at_ms from intent as speaking where speaking.id = speaking_id) as intent_created_at_ms
  from found
  order by seq`;

const circumstancesOf = (
  row: Unpublished | undefined,
  asksForTemplates: boolean,
  waitsForFacts: boolean,
): Circumstances => {
  const isMissing = row !== undefined && !row.is_looked_up;
  return {
    awaitsFacts: waitsForFacts && (isMissing || Boolean(row?.awaits_names)),
    intent:
      row === undefined || row.intent_id === null
        ? undefined
        : { id: row.intent_id, state: row.intent_state, createdAtMs: row.intent_created_at_ms },
    sequenceTemplateId: isMissing && asksForTemplates ? undefined : (row?.sequence_template_id ?? null),
  };
};

const writeEvents = async (
  run: Run,
  intentOf: ReadonlyMap<string, string | null>,
  batched: readonly BatchedChange[],
  descriptions: Descriptions,
): Promise<void> => {
  await run.change(sql`
    update event
    set source = told.source, intent_id = told.intent_id, body = told.body, task = null,
        sequence_template_id = told.sequence_template_id
    from ${tableOf('told', batched, {
      id: ['text', ({ id }) => id],
      source: ['text', ({ source }) => source],
      intent_id: ['text', ({ id }) => intentOf.get(id) ?? null],
      body: ['text', (change) => JSON.stringify(eventOf(change, [], descriptions))],
      sequence_template_id: ['text', ({ sequenceTemplateId }) => sequenceTemplateId ?? null],
    })}
    where event.id = told.id`);
};

/** What an event is about is kept as long as the event. */
const noteTold = async (run: Transaction, organizationId: string, changes: readonly BatchedChange[]): Promise<void> => {
  const sequenceIds = [...new Set(changes.flatMap(({ task }) => task.sequence_id ?? []))];
  if (sequenceIds.length === 0) return;
  await run.change(sql`
    update sequence set told_at_ms = ${run.nowMs}
    where organization_id = ${organizationId} and sequence_id ${oneOf(sequenceIds)} and told_at_ms < ${run.nowMs}`);
};

/** So many pieces are looked at in one transaction until one tells something. */
const piecesAtOnce = 20;

/** Writes the events of changes that may be told, and a delivery for each hook that wants them. Returns the deliveries. */
const tell = async (
  run: Transaction,
  organizationId: string,
  ready: readonly ReadyChange[],
  listeners: readonly Listener[],
): Promise<NewDelivery[]> => {
  if (ready.length === 0) return [];
  const descriptions = await readDescriptions(run, organizationId, ready);
  const batched = inBatches(ready);
  const intentOf = new Map(ready.map(({ id, intentId }) => [id, intentId]));
  await noteTold(run, organizationId, batched);
  for (const chunk of inChunks(batched)) await writeEvents(run, intentOf, chunk, descriptions);
  for (const chunk of inChunks(batched)) await countHandOvers(run, organizationId, chunk);
  const { deliveries, undecided } = fanOut(inOrder(batched), listeners, descriptions);
  await writeDeliveries(run, organizationId, deliveries);
  run.announce('events');
  for (const chunk of inChunks(undecided)) await addUndecided(run, organizationId, chunk);
  return deliveries;
};

export type PublishOptions = { waitsForFacts: boolean; fromSeq?: number };

/** `nextSeq`: more was found, and is told from there on; null when everything was looked at. */
export type Published = { deliveries: readonly NewDelivery[]; nextSeq: number | null };

/** Tells what is ready of the piece that begins there. */
const publishPiece = async (
  run: Transaction,
  organizationId: string,
  { waitsForFacts, fromSeq = 0 }: PublishOptions,
): Promise<Published> => {
  const untold = await readUntold(run, organizationId, fromSeq);
  if (untold.length === 0) return { deliveries: [], nextSeq: null };
  const listeners = await readListeners(run, organizationId);
  const { runKeys, nextSeq } = cutPiece(untold, listeners.length);
  const unpublished = await run.rows<Unpublished>(unpublishedOf(organizationId, runKeys));
  const asksForTemplates = listeners.some(asksForTemplate);
  const rowOf = new Map(unpublished.map((row) => [row.id, row]));
  const ready = attributeChanges(
    unpublished.map(readChange),
    ({ id }) => circumstancesOf(rowOf.get(id), asksForTemplates, waitsForFacts),
    run.nowMs,
  );
  return { deliveries: await tell(run, organizationId, ready, listeners), nextSeq };
};

/**
 * Tells a piece of what was detected and not told yet: finds out who made each change, writes its event, and a delivery for
 * each hook that wants it. What waits for an intent, or for what its task is about, is left for the next time. A hook that
 * asks for a template that is not known decides later, and keeps nobody else waiting. The workspace must be locked, so that
 * deliveries are numbered in order.
 */
export const publish = async (
  run: Transaction,
  organizationId: string,
  { waitsForFacts, fromSeq = 0 }: PublishOptions,
): Promise<Published> => {
  // First, so that nothing newer of their sequence runs overtakes them.
  const decided = await decide(run, organizationId);
  let piece: Published = { deliveries: [], nextSeq: fromSeq };
  // What waits costs a look, and is passed over.
  for (let pieces = 0; piece.nextSeq !== null && piece.deliveries.length === 0 && pieces < piecesAtOnce; pieces += 1) {
    piece = await publishPiece(run, organizationId, { waitsForFacts, fromSeq: piece.nextSeq });
  }
  return { ...piece, deliveries: [...decided, ...piece.deliveries] };
};
