import { type EventPage, TaskEvent } from '../../../contract/event.ts';
import { unassigned } from '../../../contract/task-list.ts';
import type { Run, TenantDatabase } from '../database.ts';
import { allOf, noneOf, oneOf, type Statement, sql } from '../sql.ts';
import type { EventQuery } from '../tenant-store.ts';
import { type Look, lookInPieces, rowsPerLook } from './look-in-pieces.ts';

type Position = { id: string; occurred_at_us: number; seq: number };

const findPosition = (run: Run, organizationId: string, eventId: string): Promise<Position | undefined> =>
  run.first<Position>(sql`
    select id, occurred_at_us, seq from event
    where organization_id = ${organizationId} and id = ${eventId} and body is not null`);

/** One condition for each filter that is there. */
const conditionsOf = (query: EventQuery): Statement[] => {
  const {
    types = ['task.reassigned'],
    newAssigneeIds,
    previousAssigneeIds,
    taskTypes,
    priorities,
    sequenceTemplateIds,
  } = query;
  const { kinds, outcomes, dispositions, ignoreSources } = query;
  return [
    sql`type ${oneOf(types)}`,
    newAssigneeIds && sql`coalesce(lower(new_assignee_id), ${unassigned}) ${oneOf(newAssigneeIds)}`,
    previousAssigneeIds && sql`lower(previous_assignee_id) ${oneOf(previousAssigneeIds)}`,
    taskTypes && sql`task_type ${oneOf(taskTypes)}`,
    priorities && sql`priority ${oneOf(priorities)}`,
    sequenceTemplateIds && sql`lower(sequence_template_id) ${oneOf(sequenceTemplateIds)}`,
    kinds && sql`(type <> 'task.reassigned' or kind ${oneOf(kinds)})`,
    outcomes && sql`(type <> 'task.closed' or outcome ${oneOf(outcomes)})`,
    dispositions && sql`(type <> 'task.closed' or disposition ${oneOf(dispositions)})`,
    ignoreSources && sql`source ${noneOf(ignoreSources)}`,
  ].filter((condition) => condition !== undefined);
};

/** The events after a position, newest first, whether or not they match. */
const eventsAfter = (organizationId: string, from: Position | null): Statement =>
  allOf([
    sql`organization_id = ${organizationId} and body is not null`,
    ...(from === null ? [] : [sql`(occurred_at_us, seq) < (${from.occurred_at_us}, ${from.seq})`]),
  ]);

const look = async (
  run: Run,
  organizationId: string,
  query: EventQuery,
  { from, most }: { from: Position | null; most: number },
): Promise<Look<TaskEvent, Position>> => {
  const after = eventsAfter(organizationId, from);
  const rows = await run.rows<{ body: string }>(sql`
    select body
    from (select * from event where ${after} order by occurred_at_us desc, seq desc limit ${rowsPerLook}) as looked_at
    where ${allOf([sql`body is not null`, ...conditionsOf(query)])}
    order by occurred_at_us desc, seq desc
    limit ${most}`);
  const found = rows.map(({ body }) => TaskEvent.parse(JSON.parse(body)));
  if (found.length === most) return { found, next: null };
  const last = await run.first<Position>(sql`
    select id, occurred_at_us, seq from event where ${after}
    order by occurred_at_us desc, seq desc
    limit 1 offset ${rowsPerLook - 1}`);
  return { found, next: last ?? null };
};

/** The organization's events, newest first; `undefined` when `before` names no event of it. */
export const listEvents = async (
  database: TenantDatabase,
  organizationId: string,
  query: EventQuery,
): Promise<EventPage | undefined> => {
  const { before, limit, isWanted } = query;
  const from = before === undefined ? null : await findPosition(database, organizationId, before);
  if (from === undefined) return undefined;
  const { items, hasMore, next } = await lookInPieces<TaskEvent, Position>({
    limit,
    from,
    isWanted,
    look: (position, most) => database.transaction((run) => look(run, organizationId, query, { from: position, most })),
  });
  return { items, has_more: hasMore, ...(next === null ? {} : { next: next.id }) };
};
