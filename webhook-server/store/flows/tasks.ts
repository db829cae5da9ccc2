import { EventTask } from '../../../contract/event.ts';
import { nobody } from '../../../contract/person.ts';
import { factsFor } from '../../../contract/task-facts.ts';
import type { ListedTask } from '../../../contract/task-list.ts';
import { emailKeyOf, likePattern } from '../changes/search-text.ts';
import type { Run, TenantDatabase } from '../database.ts';
import { allOf, anyOf, oneOf, type Statement, sql } from '../sql.ts';
import type { TaskCount, TaskListing, TaskPosition, TaskSearch } from '../tenant-store.ts';
import { type Look, lookInPieces, rowsPerLook } from './look-in-pieces.ts';

type TaskRow = {
  task_id: string;
  created_at_us: number;
  /** JSON of the task, as Topo last showed it. */
  task: string;
  assignee_user_id: string | null;
  person_name: string | null;
  person_email: string | null;
  contact_id: string | null;
  contact_name: string | null;
  contact_email: string | null;
  company: string | null;
  template_id: string | null;
  template_name: string | null;
};

const readTask = (row: TaskRow, scopes: readonly string[]): ListedTask => {
  const { contact_id, contact_name, contact_email, company, template_id, template_name } = row;
  const { contact, sequenceTemplate } = factsFor(scopes, {
    contact: contact_id === null ? null : { id: contact_id, name: contact_name, email: contact_email, company },
    sequenceTemplate: template_id === null ? null : { id: template_id, name: template_name },
  });
  return {
    task: EventTask.parse(JSON.parse(row.task)),
    assignee:
      row.assignee_user_id === null
        ? nobody
        : { user_id: row.assignee_user_id, name: row.person_name, email: row.person_email },
    contact,
    sequence_template: sequenceTemplate,
  };
};

const described = sql`
  select looked_at.task_id, looked_at.created_at_us, looked_at.task, looked_at.assignee_user_id,
         person.name as person_name, person.email as person_email,
         sequence.contact_id, contact.name as contact_name, contact.email as contact_email, contact.company,
         sequence.sequence_template_id as template_id, template.name as template_name`;

const joinsOf = (organizationId: string): Statement => sql`
  left join person on person.organization_id = ${organizationId} and person.user_id = lower(looked_at.assignee_user_id)
  left join sequence on sequence.organization_id = ${organizationId} and sequence.sequence_id = looked_at.sequence_id
  left join contact on contact.organization_id = ${organizationId} and contact.contact_id = sequence.contact_id
  left join template on template.organization_id = ${organizationId}
    and template.template_id = sequence.sequence_template_id`;

/** One condition for each filter that is there. */
const conditionsOf = ({ assignees, types, priorities, templateIds, statuses, text }: TaskSearch): Statement[] =>
  [
    sql`looked_at.task is not null`,
    assignees &&
      anyOf([
        ...(assignees.nobody ? [sql`looked_at.assignee_user_id is null`] : []),
        ...(assignees.userIds.length > 0 ? [sql`lower(looked_at.assignee_user_id) ${oneOf(assignees.userIds)}`] : []),
      ]),
    types && sql`looked_at.task_type ${oneOf(types)}`,
    priorities && sql`looked_at.priority ${oneOf(priorities)}`,
    statuses && sql`looked_at.status ${oneOf(statuses)}`,
    templateIds && sql`lower(sequence.sequence_template_id) ${oneOf(templateIds)}`,
    text !== undefined &&
      sql`(contact.search like ${likePattern(text)} escape '\\' or template.search like ${likePattern(text)} escape '\\')`,
  ].filter((condition) => condition !== undefined && condition !== false);

/** The tasks that may be meant, newest first, whatever they are about. */
const tasksAfter = (
  organizationId: string,
  { statuses, taskIds, createdAfterUs }: TaskSearch,
  from: TaskPosition | null,
): Statement =>
  allOf([
    sql`snapshot.organization_id = ${organizationId}`,
    ...(statuses === undefined && taskIds === undefined ? [sql`snapshot.is_open`] : []),
    ...(createdAfterUs === undefined ? [] : [sql`snapshot.created_at_us > ${createdAfterUs}`]),
    ...(from === null ? [] : [sql`(snapshot.created_at_us, snapshot.task_id) < (${from.createdAtUs}, ${from.taskId})`]),
  ]);

const newestFirst = sql`created_at_us desc, task_id desc`;

const positionOf = ({ created_at_us, task_id }: Pick<TaskRow, 'created_at_us' | 'task_id'>): TaskPosition => ({
  createdAtUs: created_at_us,
  taskId: task_id,
});

type Found = { position: TaskPosition; listed: ListedTask };

const foundIn = (rows: readonly TaskRow[], scopes: readonly string[]): Found[] =>
  rows.map((row) => ({ position: positionOf(row), listed: readTask(row, scopes) }));

const look = async (
  run: Run,
  organizationId: string,
  search: TaskSearch,
  { from, most }: { from: TaskPosition | null; most: number },
): Promise<Look<Found, TaskPosition>> => {
  const after = tasksAfter(organizationId, search, from);
  const rows = await run.rows<TaskRow>(sql`
    ${described}
    from (select * from snapshot where ${after} order by ${newestFirst} limit ${rowsPerLook}) as looked_at
    ${joinsOf(organizationId)}
    where ${allOf(conditionsOf(search))}
    order by looked_at.created_at_us desc, looked_at.task_id desc
    limit ${most}`);
  const found = foundIn(rows, search.scopes);
  if (found.length === most) return { found, next: null };
  const last = await run.first<{ created_at_us: number; task_id: string }>(sql`
    select created_at_us, task_id from snapshot where ${after}
    order by ${newestFirst}
    limit 1 offset ${rowsPerLook - 1}`);
  return { found, next: last === undefined ? null : positionOf(last) };
};

/** Tasks that are found by an index, such as those of a contact, are few. */
const lookDirectly = async (
  run: Run,
  organizationId: string,
  search: TaskSearch,
  isMeant: Statement,
): Promise<Found[]> => {
  const after = tasksAfter(organizationId, search, search.after ?? null);
  const rows = await run.rows<TaskRow>(sql`
    ${described}
    from (
      select * from snapshot
      where ${after} and ${isMeant}) as looked_at
    ${joinsOf(organizationId)}
    where ${allOf(conditionsOf(search))}
    order by looked_at.created_at_us desc, looked_at.task_id desc
    limit ${(search.skip ?? 0) + search.limit + 1}`);
  return foundIn(rows, search.scopes);
};

const contactCondition = (organizationId: string, { contactEmail, contactIds }: TaskSearch): Statement | undefined => {
  const conditions = [
    ...(contactIds === undefined ? [] : [sql`contact_id ${oneOf(contactIds)}`]),
    ...(contactEmail === undefined
      ? []
      : [
          sql`contact_id in (
            select contact_id from contact
            where contact.organization_id = ${organizationId} and email_key = ${emailKeyOf(contactEmail)})`,
        ]),
  ];
  if (conditions.length === 0) return undefined;
  return sql`snapshot.sequence_id in (
    select sequence_id from sequence where sequence.organization_id = ${organizationId} and ${anyOf(conditions)})`;
};

/** What an index finds. */
const directCondition = (organizationId: string, search: TaskSearch): Statement | undefined => {
  const { taskIds, sequenceIds } = search;
  const isOfContact = contactCondition(organizationId, search);
  const conditions = [
    ...(taskIds === undefined ? [] : [sql`snapshot.task_id ${oneOf(taskIds)}`]),
    ...(sequenceIds === undefined ? [] : [sql`snapshot.sequence_id ${oneOf(sequenceIds)}`]),
    ...(isOfContact === undefined ? [] : [isOfContact]),
  ];
  return conditions.length === 0 ? undefined : allOf(conditions);
};

type Page = { found: readonly Found[]; hasMore: boolean; next: TaskPosition | null };

const listingOf = ({ found, hasMore, next }: Page): TaskListing => ({
  tasks: found.map(({ listed }) => listed),
  next: hasMore ? (next ?? found.at(-1)?.position ?? null) : null,
});

/** The organization's tasks as Topo last showed them, newest first; the open ones unless statuses are named. */
export const listTasks = async (
  database: TenantDatabase,
  organizationId: string,
  search: TaskSearch,
): Promise<TaskListing> => {
  const { limit, skip = 0, after = null, isWanted } = search;
  const isMeant = directCondition(organizationId, search);
  if (isMeant !== undefined) {
    const found = await database.transaction((run) => lookDirectly(run, organizationId, search, isMeant));
    return listingOf({ found: found.slice(skip, skip + limit), hasMore: found.length > skip + limit, next: null });
  }
  const { items, hasMore, next } = await lookInPieces<Found, TaskPosition>({
    limit: skip + limit,
    from: after,
    isWanted,
    look: (from, most) => database.transaction((run) => look(run, organizationId, search, { from, most })),
  });
  return listingOf({ found: items.slice(skip), hasMore, next });
};

/** Statuses of open tasks that Topo's documentation does not name. */
export const findOtherOpenStatuses = async (run: Run, organizationId: string): Promise<string[]> => {
  const rows = await run.rows<{ status: string }>(sql`
    select distinct status from snapshot
    where organization_id = ${organizationId} and is_open and status is not null
      and status not in ('PENDING', 'IN_PROGRESS')
    order by status limit 20`);
  return rows.map(({ status }) => status);
};

/** Whether what each open task is about is known. A sequence run of which Topo tells no template is not known to it. */
export const areFactsComplete = async (run: Run, organizationId: string): Promise<boolean> => {
  const missing = await run.first(sql`
    select 1 as missing from sequence
    where sequence.organization_id = ${organizationId} and (fetched_at_ms is null or fetched_at_ms = 0 or sequence_template_id is null)
      and exists (
        select 1 from snapshot
        where snapshot.organization_id = ${organizationId} and snapshot.sequence_id = sequence.sequence_id and is_open)
    union all
    select 1 as missing from contact
    where contact.organization_id = ${organizationId} and contact.fetched_at_ms is null
    limit 1`);
  return missing === undefined;
};

type CountRow = { assignee_user_id: string | null; task_id: string; created_at_us: number };

/** How many open tasks each person has, and the newest; tasks of nobody are those of null. Ids are in small letters. */
export const countOpenTasks = async (
  database: TenantDatabase,
  organizationId: string,
  isWanted: () => boolean = () => true,
): Promise<Map<string | null, TaskCount>> => {
  const counts = new Map<string | null, TaskCount>();
  let from: TaskPosition | null = null;
  while (isWanted()) {
    const after = tasksAfter(organizationId, { limit: 0, scopes: [] }, from);
    const rows: CountRow[] = await database.rows<CountRow>(sql`
      select assignee_user_id, task_id, created_at_us from snapshot where ${after}
      order by ${newestFirst} limit ${rowsPerLook}`);
    for (const { assignee_user_id, task_id } of rows) {
      const userId = assignee_user_id?.toLowerCase() ?? null;
      const { openTasks, newestTaskId } = counts.get(userId) ?? { openTasks: 0, newestTaskId: task_id };
      counts.set(userId, { openTasks: openTasks + 1, newestTaskId });
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < rowsPerLook) break;
    from = positionOf(last);
  }
  return counts;
};
