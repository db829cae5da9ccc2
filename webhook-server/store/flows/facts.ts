import type { SequenceTemplateName } from '../../../contract/task-facts.ts';
import { emailKeyOf, searchTextOf } from '../changes/search-text.ts';
import type { Run, Transaction } from '../database.ts';
import { factsFreshMs } from '../rules.ts';
import { constant, type Statement, sql, tableOf } from '../sql.ts';
import type { FactKind, FactsFound, FactsToLookUp, KindToLookUp } from '../work-store.ts';
import { hasOpenTask, idColumn } from './facts-in-use.ts';
import { publish } from './publish.ts';
import { fillTemplates } from './undecided.ts';
import { renewLease } from './workspaces.ts';

/** More wanted rows than this are not counted: a list is cheaper by then. */
const mostCounted = 10_000;

/** So many ids are enough for the look-ups of one turn. */
const idsPerTurn = 50;

const distinct = (ids: readonly (string | null)[]): string[] => [...new Set(ids.flatMap((id) => id ?? []))].toSorted();

const want = async (
  run: Transaction,
  kind: FactKind,
  organizationId: string,
  ids: readonly (string | null)[],
): Promise<number> => {
  const wanted = distinct(ids);
  if (wanted.length === 0) return 0;
  return run.change(sql`
    insert into ${constant(kind)} (organization_id, ${constant(idColumn[kind])}, wanted_at_ms)
    select ${organizationId}, id, cast(${run.nowMs} as bigint)
    from ${tableOf('wanted', wanted, { id: ['text', (id) => id] })}
    where true
    on conflict do nothing`);
};

/** Asks what these sequence runs are about, if nobody did. Returns how many of them nobody had asked about. */
export const wantSequences = (run: Transaction, organizationId: string, ids: readonly string[]): Promise<number> =>
  want(run, 'sequence', organizationId, ids);

/** Whether a row has to be asked for: it never was, or an open task needs it and it has become old. */
const isWanted = (kind: FactKind): Statement => sql`${constant(kind)}.fetched_at_ms is null`;

/** Whether an open task, or a change that is not told yet, is about this. */
const isInUse = (kind: FactKind, organizationId: string): Statement => {
  const bySequence = hasOpenTask(sql`${organizationId}`);
  if (kind === 'sequence') return bySequence;
  const reference =
    kind === 'contact'
      ? sql`sequence.contact_id = contact.contact_id`
      : sql`sequence.sequence_template_id = template.template_id`;
  return sql`exists (
    select 1 from sequence where sequence.organization_id = ${organizationId} and ${reference} and ${bySequence})`;
};

type ListRow = {
  kind: FactKind;
  next_page: number | null;
  pages: number;
  started_at_ms: number;
  rests_until_ms: number;
};

const countWhere = async (run: Run, kind: FactKind, condition: Statement): Promise<number> => {
  const { count = 0 } =
    (await run.first<{ count: number }>(sql`
      select count(*) as count from (select 1 from ${constant(kind)} where ${condition} limit ${mostCounted}) as counted`)) ??
    {};
  return count;
};

const readKind = async (
  run: Transaction,
  organizationId: string,
  kind: FactKind,
  list: ListRow | undefined,
): Promise<KindToLookUp> => {
  const id = constant(idColumn[kind]);
  const isOf = sql`${constant(kind)}.organization_id = ${organizationId}`;
  const unknown = sql`${isOf} and ${isWanted(kind)}`;
  const stale = sql`${isOf} and ${constant(kind)}.fetched_at_ms < ${run.nowMs - factsFreshMs} and ${isInUse(kind, organizationId)}`;
  const idsWhere = async (condition: Statement, order: Statement): Promise<string[]> => {
    const rows = await run.rows<{ id: string }>(sql`
      select ${id} as id from ${constant(kind)} where ${condition} order by ${order} limit ${idsPerTurn}`);
    return rows.map((row) => row.id);
  };
  const sinceMs = list?.started_at_ms ?? 0;
  const unknownIds = await idsWhere(unknown, sql`wanted_at_ms desc`);
  const count = unknownIds.length < idsPerTurn ? unknownIds.length : await countWhere(run, kind, unknown);
  const staleIds = count > 0 ? [] : await idsWhere(stale, sql`fetched_at_ms`);
  return {
    unknownIds,
    unknownCount: count,
    newCount: unknownIds.length === 0 ? 0 : await countWhere(run, kind, sql`${unknown} and wanted_at_ms > ${sinceMs}`),
    staleIds,
    staleCount: staleIds.length < idsPerTurn ? staleIds.length : await countWhere(run, kind, stale),
    list:
      list === undefined
        ? null
        : {
            nextPage: list.next_page,
            pages: list.pages,
            isFresh: list.started_at_ms > run.nowMs - factsFreshMs / 2,
            isResting: list.rests_until_ms > run.nowMs,
          },
  };
};

type WaitingRow = {
  sequence_id: string;
  fetched_at_ms: number | null;
  contact_id: string | null;
  template_id: string | null;
};

/** What changes wait for that are not told yet, and hooks that decide by template: the longest waiting first. */
const readWaiting = async (run: Run, organizationId: string): Promise<FactsToLookUp['waiting']> => {
  const rows = await run.rows<WaitingRow>(sql`
    select asked.sequence_id, sequence.fetched_at_ms, contact.contact_id, template.template_id
    from (
      select sequence_id, min(detected_at_ms) as asked_at_ms from (
        select sequence_id, detected_at_ms from undecided where organization_id = ${organizationId}
        union all
        select sequence_id, detected_at_ms from event
        where organization_id = ${organizationId} and body is null and sequence_id is not null) as waiting
      group by sequence_id) as asked
    left join sequence on sequence.organization_id = ${organizationId} and sequence.sequence_id = asked.sequence_id
    left join contact on contact.organization_id = ${organizationId} and contact.contact_id = sequence.contact_id
      and contact.fetched_at_ms is null
    left join template on template.organization_id = ${organizationId}
      and template.template_id = sequence.sequence_template_id and template.fetched_at_ms is null
    where sequence.fetched_at_ms is null or contact.contact_id is not null or template.template_id is not null
    order by asked.asked_at_ms, asked.sequence_id
    limit ${idsPerTurn}`);
  return {
    sequenceIds: distinct(rows.map(({ sequence_id, fetched_at_ms }) => (fetched_at_ms === null ? sequence_id : null))),
    contactIds: distinct(rows.map(({ contact_id }) => contact_id)),
    templateIds: distinct(rows.map(({ template_id }) => template_id)),
  };
};

const hasHookThatAsks = async (run: Run, organizationId: string): Promise<boolean> => {
  const asking = await run.first(sql`
    select 1 as asks from hook
    where organization_id = ${organizationId} and ended_at_ms is null and asks_for_templates limit 1`);
  return asking !== undefined;
};

/** What could be looked up for a workspace, and how far the lists have been read. */
export const findFactsToLookUp = async (run: Transaction, organizationId: string): Promise<FactsToLookUp> => {
  const lists = await run.rows<ListRow>(sql`
    select kind, next_page, pages, started_at_ms, rests_until_ms from fact_list
    where organization_id = ${organizationId}`);
  const of = (kind: FactKind) =>
    readKind(
      run,
      organizationId,
      kind,
      lists.find((list) => list.kind === kind),
    );
  return {
    waiting: await readWaiting(run, organizationId),
    asksForTemplates: await hasHookThatAsks(run, organizationId),
    sequence: await of('sequence'),
    contact: await of('contact'),
    template: await of('template'),
  };
};

const rememberList = async (run: Transaction, organizationId: string, list: NonNullable<FactsFound['list']>) => {
  const { kind, nextPage, pages, isFirst, restsForMs = 0 } = list;
  await run.change(sql`
    insert into fact_list (organization_id, kind, next_page, pages, started_at_ms, rests_until_ms)
    values (${organizationId}, ${kind}, ${nextPage}, ${pages}, ${run.nowMs}, ${run.nowMs + restsForMs})
    on conflict (organization_id, kind) do update
    set next_page = excluded.next_page, pages = excluded.pages, rests_until_ms = excluded.rests_until_ms,
        started_at_ms = case when ${isFirst} then excluded.started_at_ms else fact_list.started_at_ms end`);
  if (kind !== 'template' || nextPage !== null) return;
  // Templates that the list does not show are not told.
  await run.change(sql`
    update template set fetched_at_ms = ${run.nowMs}
    where organization_id = ${organizationId} and fetched_at_ms is null`);
};

const recordFoundSequences = async (
  run: Transaction,
  organizationId: string,
  sequences: NonNullable<FactsFound['sequences']>,
): Promise<void> => {
  if (sequences.length === 0) return;
  const updated = await run.rows<{ sequence_id: string }>(sql`
    update sequence
    set contact_id = found.contact, sequence_template_id = found.template_id, fetched_at_ms = ${run.nowMs}
    from ${tableOf('found', sequences, {
      found_in: ['text', () => organizationId],
      found_id: ['text', ({ sequenceId }) => sequenceId],
      contact: ['text', ({ contactId }) => contactId],
      template_id: ['text', ({ templateId }) => templateId],
    })}
    where organization_id = found_in and sequence_id = found_id
    returning sequence_id`);
  const inUse = new Set(updated.map(({ sequence_id }) => sequence_id));
  const kept = sequences.filter(({ sequenceId }) => inUse.has(sequenceId));
  await want(
    run,
    'contact',
    organizationId,
    kept.map(({ contactId }) => contactId),
  );
  await want(
    run,
    'template',
    organizationId,
    kept.map(({ templateId }) => templateId),
  );
  await fillTemplates(run, organizationId, kept);
};

const recordContacts = async (
  run: Transaction,
  organizationId: string,
  contacts: NonNullable<FactsFound['contacts']>,
): Promise<void> => {
  if (contacts.length === 0) return;
  await run.change(sql`
    update contact
    set name = found_name, email = found_email, email_key = found_key, company = found_company, job_title = found_title,
        search = found_search,
        fetched_at_ms = ${run.nowMs}
    from ${tableOf('found', contacts, {
      found_in: ['text', () => organizationId],
      found_id: ['text', ({ contactId }) => contactId],
      found_name: ['text', ({ name }) => name],
      found_email: ['text', ({ email }) => email],
      found_key: ['text', ({ email }) => (email === null ? null : emailKeyOf(email))],
      found_company: ['text', ({ company }) => company],
      found_title: ['text', ({ jobTitle }) => jobTitle],
      found_search: ['text', ({ name, email, company }) => searchTextOf([name, email, company])],
    })}
    where organization_id = found_in and contact_id = found_id`);
};

const recordTemplates = async (
  run: Transaction,
  organizationId: string,
  templates: NonNullable<FactsFound['templates']>,
): Promise<void> => {
  if (templates.length === 0) return;
  await run.change(sql`
    update template set name = found_name, search = found_search, fetched_at_ms = ${run.nowMs}
    from ${tableOf('found', templates, {
      found_in: ['text', () => organizationId],
      found_id: ['text', ({ templateId }) => templateId],
      found_name: ['text', ({ name }) => name],
      found_search: ['text', ({ name }) => searchTextOf([name])],
    })}
    where organization_id = found_in and template_id = found_id`);
};

/**
 * Keeps what look-ups found of what is in use, decides for the hooks that waited for it, and tells the changes that did.
 * `isOver`: nothing more is looked up now, so no change waits any longer. Stores nothing when the lease is lost.
 */
export const recordFacts = async (run: Transaction, found: FactsFound, leaseMs: number): Promise<void> => {
  const { organizationId, sequences = [], contacts = [], templates = [], list } = found;
  if ((await renewLease(run, found, leaseMs)) === undefined) return;
  await recordFoundSequences(run, organizationId, sequences);
  await recordContacts(run, organizationId, contacts);
  await recordTemplates(run, organizationId, templates);
  if (list !== undefined) await rememberList(run, organizationId, list);
  const { deliveries } = await publish(run, organizationId, { waitsForFacts: found.isOver !== true });
  if (deliveries.length > 0) run.announce('deliver');
};

const mostTemplates = 200;

/** The templates of a workspace, by name; those without a name come last. */
export const listTemplates = async (run: Run, organizationId: string): Promise<SequenceTemplateName[]> => {
  const rows = await run.rows<{ template_id: string; name: string | null }>(sql`
    select template_id, name from template where organization_id = ${organizationId}
    order by name is null, lower(name), template_id
    limit ${mostTemplates}`);
  return rows.map(({ template_id, name }) => ({ id: template_id, name }));
};
