import * as z from 'zod';
import { EventType, eventTypes, Source } from '../../contract/event.ts';
import type { DirectoryEntry } from '../../contract/person.ts';
import { unassigned } from '../../contract/task-list.ts';
import { userId } from '../../contract/uuid.ts';
import type { EventQuery } from '../store/tenant-store.ts';
import { FilterFold } from './filter-fold.tsx';
import { optional } from './query.ts';

const somebody = z.union([z.literal(unassigned), userId]);

/** The filters of a list of events, as they stand in the address of its page. */
export const eventFilters = {
  event: optional(EventType),
  from: optional(userId),
  to: optional(somebody),
  source: optional(Source),
};

const Filters = z.object(eventFilters);
type Filters = z.output<typeof Filters>;

/** The filters in the store's words. */
export const queryOf = ({ event, from, to, source }: Filters): Omit<EventQuery, 'limit'> => ({
  types: event === undefined ? eventTypes : [event],
  previousAssigneeIds: from === undefined ? undefined : [from],
  newAssigneeIds: to === undefined ? undefined : [to],
  ignoreSources: source === undefined ? undefined : Source.options.filter((other) => other !== source),
});

const eventNames: Record<EventType, string> = {
  'task.reassigned': 'Reassigned',
  'task.created': 'New',
  'task.closed': 'Closed',
  'task.reopened': 'Reopened',
};

const sourceNames: Record<Source, string> = { zapier: 'By a Zap', topo: 'In Topo' };

/** Who may be behind a change, as options of a choice. */
export const sourceOptions = Source.options.map((source) => [source, sourceNames[source]] as const);

type SelectProps = {
  label: string;
  name: string;
  chosen: string | undefined;
  options: readonly (readonly [string, string])[];
  any?: string;
};

/** A choice of one filter; the first one leaves it out, and is called `any`. Keeps what was chosen although it is not on offer. */
export const FilterSelect = ({ label, name, chosen, options, any = 'any' }: SelectProps) => {
  const isOffered = chosen === undefined || options.some(([value]) => value === chosen);
  return (
    <label>
      {label}
      <select name={name}>
        <option value="">{any}</option>
        {[...options, ...(isOffered ? [] : [[chosen, chosen] as const])].map(([value, text]) => (
          <option key={value} value={value} selected={value === chosen}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
};

/** People as options of a choice. */
export const optionsOf = (people: readonly DirectoryEntry[]): (readonly [string, string])[] =>
  people.map(({ user_id, name, email }) => [user_id, name ?? email ?? user_id]);

type EventFilterProps = { filters: Filters; people: readonly DirectoryEntry[] };

/** The form that narrows a list of events. */
export const EventFilterForm = ({ filters, people }: EventFilterProps) => (
  <FilterFold action="events" label="Filters" isUsed={Object.values(filters).some((filter) => filter !== undefined)}>
    <FilterSelect
      label="Event"
      name="event"
      chosen={filters.event}
      options={eventTypes.map((type) => [type, eventNames[type]])}
    />
    <FilterSelect label="Who had it" name="from" chosen={filters.from} options={optionsOf(people)} />
    <FilterSelect
      label="Who has it"
      name="to"
      chosen={filters.to}
      options={[[unassigned, 'nobody'], ...optionsOf(people)]}
    />
    <FilterSelect label="Done" name="source" chosen={filters.source} options={sourceOptions} />
    <button type="submit">Show</button>
  </FilterFold>
);
