import { TaskEvent } from '../../../contract/event.ts';
import { unassigned } from '../../../contract/task-list.ts';
import { emailKeyOf, likePattern } from '../changes/search-text.ts';
import type { Run, TenantDatabase } from '../database.ts';
import { allOf, noneOf, oneOf, type Statement, sql } from '../sql.ts';
import type { EventQuery, FoundEvents } from '../tenant-store.ts';
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
  const { kinds, outcomes, dispositions, source, ignoreSources } = query;
  return [
    sql`type ${oneOf(types)}`,
    source && sql`source = ${source}`,
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

/** Of so many contacts, and so many of their sequence runs, events are looked for. */
const mostContacts = 100;
const mostRuns = 1_000;

/** The sequence runs of a contact, by its id, its address or a text in its name. */
const findRunsOf = async (run: Run, organizationId: string, contact: string): Promise<string[]> => {
  const contacts = await run.rows<{ contact_id: string }>(sql`
    select contact_id from contact
    where organization_id = ${organizationId}
      and (contact_id = ${contact} or email_key = ${emailKeyOf(contact)} or search like ${likePattern(contact)} escape '\\')
    limit ${mostContacts}`);
  const rows = await run.rows<{ sequence_id: string }>(sql`
    select sequence_id from sequence
    where organization_id = ${organizationId} and contact_id ${oneOf(contacts.map(({ contact_id }) => contact_id))}
    limit ${mostRuns}`);
  return rows.map(({ sequence_id }) => sequence_id);
};

type Narrowed = Pick<EventQuery, 'sinceMs' | 'untilMs' | 'person' | 'source' | 'types'> & {
  runs?: readonly string[];
  /** What somebody gave away, or else what somebody got. */
  ofOne?: Statement | undefined;
};

const gotBy = (userId: string): Statement => sql`new_assignee_id is not null and lower(new_assignee_id) = ${userId}`;
const givenBy = (userId: string): Statement =>
  sql`previous_assignee_id is not null and lower(previous_assignee_id) = ${userId}`;

/** The events of one person have an index of their own; those of nobody, and of several people, have none. */
const ofOneIn = ({ previousAssigneeIds, newAssigneeIds }: EventQuery): Statement | undefined => {
  const [giver, ...otherGivers] = previousAssigneeIds ?? [];
  if (giver !== undefined && otherGivers.length === 0) return givenBy(giver);
  const [taker, ...otherTakers] = newAssigneeIds ?? [];
  return taker === undefined || otherTakers.length > 0 || taker === unassigned ? undefined : gotBy(taker);
};

const afterPosition = (time: Statement, { occurred_at_us, seq }: Position): Statement =>
  sql`(${time}, seq) < (${occurred_at_us}, ${seq})`;

/** The time of what is listed. Its end is one bound: of two SQLite may take the farther one. */
const timesOf = ({ sinceMs, untilMs, person, runs, ofOne }: Narrowed, from: Position | null): Statement[] => {
  const isAfter = from !== null && (untilMs === undefined || from.occurred_at_us < untilMs * 1000);
  if (runs === undefined && (person !== undefined || ofOne !== undefined)) {
    // Between two bounds SQLite takes the index of the person, not that of all events.
    const sinceUs = sinceMs === undefined ? 0 : sinceMs * 1000;
    const untilUs = untilMs === undefined ? Number.MAX_SAFE_INTEGER : untilMs * 1000 - 1;
    const between = sql`occurred_at_us between ${sinceUs} and ${isAfter ? from.occurred_at_us : untilUs}`;
    return isAfter ? [between, afterPosition(sql`+occurred_at_us`, from)] : [between];
  }
  // The few events of a contact are sorted: the index by time would lead through all others.
  const time = runs === undefined ? sql`occurred_at_us` : sql`+occurred_at_us`;
  return [
    ...(sinceMs === undefined ? [] : [sql`${time} >= ${sinceMs * 1000}`]),
    ...(isAfter ? [afterPosition(time, from)] : []),
    ...(isAfter || untilMs === undefined ? [] : [sql`${time} < ${untilMs * 1000}`]),
  ];
};

/** The events after a position, newest first: those of a time, a source or a type, which have indexes of their own. */
const eventsAfter = (organizationId: string, narrowed: Narrowed, from: Position | null): Statement => {
  const { person, source, types = [], runs, ofOne } = narrowed;
  const [type, ...otherTypes] = types;
  const isNarrow = person !== undefined || runs !== undefined || ofOne !== undefined;
  return allOf([
    sql`organization_id = ${organizationId} and body is not null`,
    ...timesOf(narrowed, from),
    ...(source === undefined || isNarrow ? [] : [sql`source = ${source}`]),
    ...(type === undefined || otherTypes.length > 0 || isNarrow ? [] : [sql`type = ${type}`]),
    ...(runs === undefined ? [] : [sql`sequence_id is not null and sequence_id ${oneOf(runs)}`]),
    ...(ofOne === undefined || person !== undefined || runs !== undefined ? [] : [ofOne]),
  ]);
};

/** The first of them, as many as one look takes. */
const lookedAt = (organizationId: string, narrowed: Narrowed, from: Position | null): Statement => {
  const { person, runs } = narrowed;
  const after = eventsAfter(organizationId, narrowed, from);
  const time = runs === undefined ? sql`occurred_at_us` : sql`+occurred_at_us`;
  const first = sql`order by ${time} desc, seq desc limit ${rowsPerLook}`;
  if (person === undefined) return sql`select * from event where ${after} ${first}`;
  return sql`
    select * from event where seq in (
      select seq from (
        select seq from event where ${after} and ${gotBy(person)} ${first}) as of_the_new
      union
      select seq from (
        select seq from event where ${after} and ${givenBy(person)} ${first}) as of_the_previous)
    ${first}`;
};

const look = async (
  run: Run,
  organizationId: string,
  query: EventQuery & Narrowed,
  { from, most }: { from: Position | null; most: number },
): Promise<Look<TaskEvent, Position>> => {
  const rows = await run.rows<{ body: string }>(sql`
    select body from (${lookedAt(organizationId, query, from)}) as looked_at
    where ${allOf([sql`body is not null`, ...conditionsOf(query)])}
    order by occurred_at_us desc, seq desc
    limit ${most}`);
  const found = rows.map(({ body }) => TaskEvent.parse(JSON.parse(body)));
  if (found.length === most) return { found, next: null };
  const last = await run.first<Position>(sql`
    select id, occurred_at_us, seq from (${lookedAt(organizationId, query, from)}) as looked_at
    order by occurred_at_us desc, seq desc
    limit 1 offset ${rowsPerLook - 1}`);
  return { found, next: last ?? null };
};

/** The organization's events, newest first; `undefined` when `before` names no event of it. */
export const listEvents = async (
  database: TenantDatabase,
  organizationId: string,
  query: EventQuery,
): Promise<FoundEvents | undefined> => {
  const { before, limit, mostLookedAt, isWanted, contact, types = ['task.reassigned'] } = query;
  const from = before === undefined ? null : await findPosition(database, organizationId, before);
  if (from === undefined) return undefined;
  const runs = contact === undefined ? {} : { runs: await findRunsOf(database, organizationId, contact) };
  const narrowed = { ...query, types, ...runs, ofOne: ofOneIn(query) };
  const { items, hasMore, next } = await lookInPieces<TaskEvent, Position>({
    limit,
    from,
    mostRows: mostLookedAt,
    isWanted,
    look: (position, most) =>
      database.transaction((run) => look(run, organizationId, narrowed, { from: position, most })),
  });
  return {
    items,
    has_more: hasMore,
    ...(next === null ? {} : { next: next.id, lookedBackToMs: Math.floor(next.occurred_at_us / 1000) }),
  };
};
