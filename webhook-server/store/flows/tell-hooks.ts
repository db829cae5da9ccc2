import type { Person } from '../../../contract/event.ts';
import type { OncePer } from '../../../contract/hook.ts';
import { unknownFacts } from '../../../contract/task-facts.ts';
import type { Change, DescribePerson, DescribeTask, Descriptions } from '../changes/change.ts';
import type { Listener } from '../changes/fan-out.ts';
import type { Run, Transaction } from '../database.ts';
import { readEvents, readFilters } from '../rows/hook-row.ts';
import { readScopes } from '../rows/scopes.ts';
import { rowsPerStatement } from '../rules.ts';
import { oneOf, phrase, sql } from '../sql.ts';

type ListenerRow = {
  id: string;
  number: number;
  events: string | null;
  filters: string;
  once_per: OncePer;
  scopes: string | null;
};

/** The live hooks of the organization, in a fixed order. */
export const readListeners = async (run: Run, organizationId: string): Promise<Listener[]> => {
  const rows = await run.rows<ListenerRow>(sql`
    select id, ${phrase('hook number')} as number, events, filters, once_per, scopes from hook
    where organization_id = ${organizationId} and ended_at_ms is null
    order by created_at_ms, id ${phrase('byte order')}`);
  return rows.map(({ id, number, events, filters, once_per, scopes }) => ({
    id,
    number: Number(number),
    events: readEvents(events),
    filters: readFilters(filters),
    oncePer: once_per,
    scopes: readScopes(scopes),
  }));
};

/** Returns who the assignees of these changes are, as far as the directory knows. */
const readPeople = async (run: Run, organizationId: string, changes: readonly Change[]): Promise<DescribePerson> => {
  const userIds = changes.flatMap(({ previousAssigneeId, newAssigneeId }) =>
    [previousAssigneeId, newAssigneeId].flatMap((userId) => userId?.toLowerCase() ?? []),
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

type FactsRow = {
  sequence_id: string;
  contact_id: string | null;
  name: string | null;
  email: string | null;
  company: string | null;
  template_id: string | null;
  template_name: string | null;
};

/** Returns what the tasks of these changes are about, as far as it has been looked up. */
const readFacts = async (
  run: Run,
  organizationId: string,
  changes: readonly Pick<Change, 'task'>[],
): Promise<DescribeTask> => {
  const sequenceIds = [...new Set(changes.flatMap(({ task }) => task.sequence_id ?? []))];
  if (sequenceIds.length === 0) return () => unknownFacts;
  const rows = await run.rows<FactsRow>(sql`
    select sequence_id, contact_id, contact.name, contact.email, contact.company,
           sequence_template_id as template_id, template.name as template_name
    from sequence
    left join contact using (organization_id, contact_id)
    left join template on template.organization_id = sequence.organization_id
      and template.template_id = sequence.sequence_template_id
    where sequence.organization_id = ${organizationId} and sequence_id ${oneOf(sequenceIds)}`);
  const known = new Map(rows.map((row) => [row.sequence_id, row]));
  return ({ task }) => {
    const row = task.sequence_id === null ? undefined : known.get(task.sequence_id);
    if (row === undefined) return unknownFacts;
    const { contact_id, name, email, company, template_id, template_name } = row;
    return {
      contact: contact_id === null ? null : { id: contact_id, name, email, company },
      sequenceTemplate: template_id === null ? null : { id: template_id, name: template_name },
    };
  };
};

/** Returns what else is told of these changes. */
export const readDescriptions = async (
  run: Transaction,
  organizationId: string,
  changes: readonly Change[],
): Promise<Descriptions> => ({
  describePerson: await readPeople(run, organizationId, changes),
  describeTask: await readFacts(run, organizationId, changes),
  taskUrlOf: run.taskUrlOf ?? (() => null),
});

export const inChunks = <Item>(items: readonly Item[]): Item[][] =>
  Array.from({ length: Math.ceil(items.length / rowsPerStatement) }, (_, index) =>
    items.slice(index * rowsPerStatement, (index + 1) * rowsPerStatement),
  );
