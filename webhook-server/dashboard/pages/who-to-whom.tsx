import type { Request, RequestHandler } from 'express';
import * as z from 'zod';
import { Source } from '../../../contract/event.ts';
import type { DirectoryEntry } from '../../../contract/person.ts';
import { mayReadTemplates, type SequenceTemplateName } from '../../../contract/task-facts.ts';
import { unassigned } from '../../../contract/task-list.ts';
import { templateId, userId } from '../../../contract/uuid.ts';
import { type Authenticate, requireScope } from '../../http/authentication/authenticate.ts';
import { parseRequest } from '../../http/validate-request.ts';
import type { HandOverCount, HandOvers } from '../../store/tenant-store.ts';
import { assetUrl } from '../assets.ts';
import { csvOf } from '../csv.ts';
import { FilterSelect, optionsOf, sourceOptions } from '../event-filters.tsx';
import { FilterFold } from '../filter-fold.tsx';
import { Layout } from '../layout.tsx';
import { type NameOf, readNames } from '../people-names.ts';
import { hrefOf, optional } from '../query.ts';
import { sendPage } from '../send-page.ts';
import { counted } from '../time.tsx';
import { filtersOfSpan, spanOfFilters, TimeFields, type TimeSpan, timeFilters } from '../time-span.tsx';

const Query = z.object({
  ...timeFilters,
  source: optional(Source),
  person: optional(userId),
  template: optional(templateId),
});

/** What is counted, as it stands in the address of the page. */
type Filters = Omit<z.output<typeof Query>, 'since' | 'until'>;

const spanRules = { usualDays: 7, mostDays: 366 };

/** Pairs of people that are read, those with the most hand-overs first. */
const mostPairs = 10_000;

const mostOffered = 200;

/** A larger table could not be read. */
const mostInTable = 15;

type PersonId = string | null;

/** Those with the most, first. */
const busiest = (pairs: readonly HandOverCount[], idOf: (pair: HandOverCount) => PersonId): PersonId[] => {
  const sums = new Map<PersonId, number>();
  for (const pair of pairs) sums.set(idOf(pair), (sums.get(idOf(pair)) ?? 0) + pair.times);
  return [...sums].sort(([, a], [, b]) => b - a).map(([id]) => id);
};

const sumOf = (counts: readonly { times: number }[]): number => counts.reduce((sum, { times }) => sum + times, 0);

type MatrixProps = { pairs: readonly HandOverCount[]; nameOf: NameOf; filters: Filters };

const Matrix = ({ pairs, nameOf, filters: { source, template } }: MatrixProps) => {
  const givers = busiest(pairs, ({ previousId }) => previousId);
  const takers = busiest(pairs, ({ newId }) => newId);
  const shownTakers = takers.slice(0, mostInTable);
  const isCut = givers.length > mostInTable || takers.length > mostInTable;
  const hrefTo = (from: PersonId, to: PersonId) =>
    // The list of events is not narrowed by template.
    from === null || template !== undefined
      ? undefined
      : hrefOf('events', { event: 'task.reassigned', from, to: to ?? unassigned, source });
  return (
    <>
      {isCut && (
        <p>
          The table shows the {mostInTable} who gave and the {mostInTable} who took the most. The CSV file has
          everybody.
        </p>
      )}
      {/* A region that scrolls has to be reachable with the keyboard. */}
      <section class="wide" aria-label="Who handed tasks to whom" tabindex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">From ↓ to →</th>
              {shownTakers.map((id) => (
                <th key={id} scope="col">
                  {nameOf(id)}
                </th>
              ))}
              <th scope="col">All</th>
            </tr>
          </thead>
          <tbody>
            {givers.slice(0, mostInTable).map((giver) => {
              const given = pairs.filter(({ previousId }) => previousId === giver);
              return (
                <tr key={giver}>
                  <th scope="row">{nameOf(giver)}</th>
                  {shownTakers.map((taker) => {
                    const times = given.find(({ newId }) => newId === taker)?.times;
                    const href = hrefTo(giver, taker);
                    return (
                      <td key={taker}>
                        {times !== undefined && href !== undefined ? <a href={href}>{times}</a> : times}
                      </td>
                    );
                  })}
                  <td>{sumOf(given)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
    </>
  );
};

const dayMs = 24 * 3_600_000;

const DayTable = ({ hours }: Pick<HandOvers, 'hours'>) => {
  const days = new Map<number, number>();
  for (const { hourMs, times } of hours) {
    const day = Math.floor(hourMs / dayMs) * dayMs;
    days.set(day, (days.get(day) ?? 0) + times);
  }
  return (
    <details>
      <summary>The days as a table</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">Day in UTC</th>
            <th scope="col">Hand-overs</th>
          </tr>
        </thead>
        <tbody>
          {[...days].map(([day, times]) => (
            <tr key={day}>
              <th scope="row">{new Date(day).toISOString().slice(0, 10)}</th>
              <td>{times}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
};

type ResultProps = { handOvers: HandOvers; span: TimeSpan; filters: Filters; nameOf: NameOf };

const Result = ({ handOvers: { pairs, hours, hasMore }, span, filters, nameOf }: ResultProps) => {
  const data = { since: span.sinceMs, until: span.untilMs, hours: hours.map(({ hourMs, times }) => [hourMs, times]) };
  return (
    <>
      <p>
        Tasks changed hands {counted(sumOf(hours), 'time', 'times')}. Whole hours are counted.{' '}
        <a href={hrefOf('who-to-whom.csv', { ...filtersOfSpan(span), ...filters })} download>
          Download as CSV
        </a>
        {hasMore && ` (the ${mostPairs.toLocaleString('en')} most frequent pairs)`}
      </p>
      <Matrix pairs={pairs} nameOf={nameOf} filters={filters} />
      <h2>Day by day</h2>
      <div class="chart" data-chart={JSON.stringify(data)} aria-hidden="true" />
      <DayTable hours={hours} />
      <link rel="stylesheet" href={assetUrl('uplot.css')} />
      <script src={assetUrl('uplot.js')} defer />
      <script src={assetUrl('chart.js')} defer />
    </>
  );
};

type Ports = { authenticate: Authenticate; clock: () => number };

/** What a request asks to count. */
const readQuery = async ({ authenticate, clock }: Ports, request: Request) => {
  const { store, scopes } = await authenticate(request, 'tasks:read');
  const { since, until, ...filters } = parseRequest(Query, request.query);
  if (filters.template !== undefined) requireScope(scopes, 'sequences:read');
  const span = spanOfFilters({ since, until }, { nowMs: clock(), ...spanRules });
  const { source, person, template } = filters;
  const handOvers = await store.handOvers({ ...span, source, person, templateId: template, limit: mostPairs });
  return { store, scopes, filters, span, handOvers };
};

const isNarrowed = (filters: Filters): boolean => Object.values(filters).some((filter) => filter !== undefined);

type FormProps = {
  filters: Filters;
  span: TimeSpan;
  people: readonly DirectoryEntry[];
  /** Nothing where the key may not read them. */
  templates: readonly SequenceTemplateName[];
};

const FilterForm = ({ filters, span, people, templates }: FormProps) => (
  <FilterFold action="who-to-whom" label="Filters" isUsed={isNarrowed(filters)}>
    <TimeFields {...span} />
    <FilterSelect label="Who gave or took" name="person" chosen={filters.person} options={optionsOf(people)} />
    {templates.length > 0 && (
      <FilterSelect
        label="Template"
        name="template"
        chosen={filters.template}
        options={templates.map(({ id, name }) => [id.toLowerCase(), name ?? id])}
      />
    )}
    <FilterSelect label="Done" name="source" chosen={filters.source} options={sourceOptions} />
    <button type="submit">Show</button>
  </FilterFold>
);

/** `GET /dashboard/who-to-whom`: who handed tasks to whom in a time, and how often on each day. */
export const showWhoToWhom =
  (ports: Ports): RequestHandler =>
  async (request, response) => {
    const { store, scopes, filters, span, handOvers } = await readQuery(ports, request);
    const { pairs } = handOvers;
    const people = await store.people({ limit: mostOffered });
    const templates = mayReadTemplates(scopes) ? await store.templates() : [];
    const shown = [
      ...busiest(pairs, ({ previousId }) => previousId).slice(0, mostInTable),
      ...busiest(pairs, ({ newId }) => newId).slice(0, mostInTable),
    ];
    const nameOf = await readNames(store, shown);
    sendPage(
      response,
      <Layout title="Who to whom" viewer="workspace" current="who-to-whom">
        <FilterForm filters={filters} span={span} people={people} templates={templates} />
        {pairs.length === 0 && isNarrowed(filters) && (
          <p>No hand-over fits these filters. Choose others, or a longer time.</p>
        )}
        {pairs.length === 0 && !isNarrowed(filters) && (
          <p>
            Nobody handed a task to anybody in this time. Choose a longer one. If this stays empty, turn on a Zap with a
            trigger of Topo’s: hand-overs are counted from then on.
          </p>
        )}
        {pairs.length > 0 && <Result handOvers={handOvers} span={span} filters={filters} nameOf={nameOf} />}
        <script src={assetUrl('local-times.js')} defer />
      </Layout>,
    );
  };

/** `GET /dashboard/who-to-whom.csv`: the same as a file for programs that show tables. */
export const downloadWhoToWhom =
  (ports: Ports): RequestHandler =>
  async (request, response) => {
    const { store, handOvers } = await readQuery(ports, request);
    const { pairs } = handOvers;
    const nameOf = await readNames(
      store,
      pairs.flatMap(({ previousId, newId }) => [previousId, newId]),
    );
    const rows = pairs.map(({ previousId, newId, times }) => [
      previousId ?? '',
      nameOf(previousId),
      newId ?? '',
      nameOf(newId),
      times,
    ]);
    response
      .type('text/csv')
      .set('content-disposition', 'attachment; filename="who-to-whom.csv"')
      .send(csvOf([['from_id', 'from', 'to_id', 'to', 'hand_overs'], ...rows]));
  };
