import type { Database } from 'better-sqlite3';
import type { Person } from '../../../contract/event.ts';
import type { OncePer } from '../../../contract/hook.ts';
import { attributeChanges, type StandingIntent } from '../attribution.ts';
import { type Change, eventOf, inBatches } from '../change.ts';
import { type EventRow, readChange } from '../event-row.ts';
import { fanOut } from '../fan-out.ts';
import { readFilters } from '../hook-row.ts';

type Owned = { organizationId: string };

const prepareEventStatements = (database: Database) => ({
  unpublished: database.prepare<Owned, EventRow>(`
    select id, reading_id, kind, previous_assignee_id, new_assignee_id, task, occurred_at_us, detected_at_ms
    from event
    where organization_id = @organizationId and body is null
    order by seq`),

  publish: database.prepare<{ id: string; source: string; intentId: string | null; body: string }>(`
    update event set source = @source, intent_id = @intentId, body = @body, task = null where id = @id`),
});

const prepareDeliveryStatements = (database: Database) => ({
  listeners: database.prepare<Owned, { id: string; filters: string; once_per: OncePer }>(`
    select id, filters, once_per from hook
    where organization_id = @organizationId and ended_at_ms is null
    order by created_at_ms, id`),

  insert: database.prepare<Record<string, string | number>>(`
    insert into delivery (id, organization_id, hook_id, event_id, order_key, body, created_at_ms)
    values (@id, @organizationId, @hookId, @eventId, @orderKey, @body, @nowMs)
    on conflict (id) do nothing`),
});

const prepareLookUps = (database: Database) => ({
  person: database.prepare<Owned & { userId: string }, Pick<Person, 'name' | 'email'>>(`
    select name, email from person where organization_id = @organizationId and user_id = lower(@userId)`),

  asksForTemplates: database.prepare<Owned, { asks: number }>(`
    select exists (
      select 1 from hook
      where organization_id = @organizationId and ended_at_ms is null
        and json_extract(filters, '$.sequence_template_ids') is not null) as asks`),

  sequence: database.prepare<Owned & { sequenceId: string }, { sequence_template_id: string | null }>(`
    select sequence_template_id from sequence
    where organization_id = @organizationId and sequence_id = @sequenceId`),

  // An intent speaks for a task once: a later change to the same person is somebody else's. Where its own task was not
  // known when it was announced, its sequence run is known by now.
  intent: database.prepare<Record<string, string | number | null>, StandingIntent>(`
    select id, state, created_at_ms as createdAtMs from intent
    where organization_id = @organizationId
      and assignee_user_id = lower(@newAssigneeId)
      and closed_at_ms is null
      and state <> 'failed'
      and (task_id = lower(@taskId) or (scope = 'SEQUENCE' and @sequenceId = coalesce(sequence_id, (
        select snapshot.sequence_id from snapshot
        where snapshot.organization_id = @organizationId and snapshot.task_id = intent.task_id))))
      and (state = 'open' or coalesce(updated_at_us, 0) <= @occurredAtUs)
      and not exists (
        select 1 from event
        where event.intent_id = intent.id and event.task_id = @taskId and event.organization_id = @organizationId)
    order by state = 'done' desc, created_at_ms
    limit 1`),
});

/** `hasLookUpFailed`: Topo was just asked for a template and failed to tell it. */
type Publish = (organizationId: string, nowMs: number, circumstances?: { hasLookUpFailed: boolean }) => number;

/**
 * Tells what was detected and not told yet: finds out who made each change, writes its event, and a delivery for each
 * hook that wants it. What waits for an intent or a template is left for the next time. To be called inside a
 * transaction; answers the number of deliveries.
 */
export const createPublish = (database: Database): Publish => {
  const events = prepareEventStatements(database);
  const deliveries = prepareDeliveryStatements(database);
  const lookUp = prepareLookUps(database);

  const findIntent = (organizationId: string, { task, newAssigneeId, occurredAtUs }: Change) =>
    lookUp.intent.get({ organizationId, taskId: task.id, sequenceId: task.sequence_id, newAssigneeId, occurredAtUs });

  /** `undefined` when it has not been looked up. */
  const findTemplate = (organizationId: string, { task }: Change): string | null | undefined => {
    if (task.sequence_id === null) return null;
    return lookUp.sequence.get({ organizationId, sequenceId: task.sequence_id })?.sequence_template_id;
  };

  const introduce = (organizationId: string, userId: string): Person => {
    const known = lookUp.person.get({ organizationId, userId });
    return { user_id: userId, name: known?.name ?? null, email: known?.email ?? null };
  };

  return (organizationId, nowMs, { hasLookUpFailed } = { hasLookUpFailed: false }) => {
    const changes = events.unpublished.all({ organizationId }).map(readChange);
    if (changes.length === 0) return 0;
    const asksForTemplates = lookUp.asksForTemplates.get({ organizationId })?.asks === 1;
    const circumstancesOf = (change: Change) => ({
      intent: findIntent(organizationId, change),
      sequenceTemplateId: asksForTemplates ? findTemplate(organizationId, change) : null,
      hasLookUpFailed,
    });
    const ready = attributeChanges(changes, circumstancesOf, nowMs);
    const intentOf = new Map(ready.map(({ id, intentId }) => [id, intentId]));
    const batched = inBatches(ready);
    const known = (userId: string) => introduce(organizationId, userId);
    for (const change of batched) {
      const body = JSON.stringify(eventOf(change, [], known));
      events.publish.run({ id: change.id, source: change.source, intentId: intentOf.get(change.id) ?? null, body });
    }
    const listeners = deliveries.listeners
      .all({ organizationId })
      .map(({ id, filters, once_per }) => ({ id, filters: readFilters(filters), oncePer: once_per }));
    const added = fanOut(batched, listeners, known);
    for (const delivery of added) deliveries.insert.run({ organizationId, ...delivery, nowMs });
    return added.length;
  };
};
