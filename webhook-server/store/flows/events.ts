import { type EventPage, TaskReassigned } from '../../../contract/event.ts';
import type { Run } from '../database.ts';
import { allOf, noneOf, oneOf, type Statement, sql } from '../sql.ts';
import type { EventQuery } from '../tenant-store.ts';

type Position = { occurred_at_us: number; seq: number };

const findPosition = (run: Run, organizationId: string, eventId: string): Promise<Position | undefined> =>
  run.first<Position>(sql`
    select occurred_at_us, seq from event
    where organization_id = ${organizationId} and id = ${eventId} and body is not null`);

/** One condition for each filter that is there. */
const conditionsOf = (query: EventQuery): Statement[] => {
  const { newAssigneeIds, previousAssigneeIds, taskTypes, priorities, sequenceTemplateIds, kinds, ignoreSources } =
    query;
  return [
    newAssigneeIds && sql`lower(new_assignee_id) ${oneOf(newAssigneeIds)}`,
    previousAssigneeIds && sql`lower(previous_assignee_id) ${oneOf(previousAssigneeIds)}`,
    taskTypes && sql`task_type ${oneOf(taskTypes)}`,
    priorities && sql`priority ${oneOf(priorities)}`,
    sequenceTemplateIds && sql`lower(sequence_template_id) ${oneOf(sequenceTemplateIds)}`,
    kinds && sql`kind ${oneOf(kinds)}`,
    ignoreSources && sql`source ${noneOf(ignoreSources)}`,
  ].filter((condition) => condition !== undefined);
};

/** The organization's events, newest first; `undefined` when `before` names no event of it. */
export const listEvents = async (
  run: Run,
  organizationId: string,
  query: EventQuery,
): Promise<EventPage | undefined> => {
  const { before, limit } = query;
  const position = before === undefined ? null : await findPosition(run, organizationId, before);
  if (position === undefined) return undefined;
  const conditions = [
    sql`organization_id = ${organizationId} and body is not null`,
    ...(position === null ? [] : [sql`(occurred_at_us, seq) < (${position.occurred_at_us}, ${position.seq})`]),
    ...conditionsOf(query),
  ];
  const rows = await run.rows<{ body: string }>(sql`
    select body from event
    where ${allOf(conditions)}
    order by occurred_at_us desc, seq desc
    limit ${limit + 1}`);
  const items = rows.slice(0, limit).map(({ body }) => TaskReassigned.parse(JSON.parse(body)));
  return { items, has_more: rows.length > limit };
};
