import { EventPage } from '../../../../contract/event.ts';
import { EventHistory } from '../../../../contract/event-history.ts';
import { Readings } from '../../../../contract/reading.ts';
import { Query as EventQuery } from '../../routes/list-events.ts';
import { Query as ReadingQuery } from '../../routes/list-readings.ts';
import { eventExample } from '../examples.ts';
import type { Operation } from '../operation.ts';
import { pageParameters } from '../parameters.ts';

export const eventOperations: readonly Operation[] = [
  {
    id: 'listEvents',
    method: 'get',
    path: '/events',
    tag: 'Events',
    summary: 'List what happened',
    description:
      'Newest first. While `has_more` is true, go on with the id of the last item as `before`, or with `next` if the answer has it: a filter that matches little ends a call after 20,000 events, and a page is empty only at the end. The filters are those of a hook, and a parameter that takes several values repeats.',
    access: { kind: 'key', scopes: ['tasks:read'] },
    query: EventQuery,
    parameters: {
      ...pageParameters,
      events: 'The types of events; reassignments alone without it.',
      since: 'Events that were found at this time or later.',
      until: 'Events that were found before this time.',
      person: 'The user id of somebody who had or got the task.',
      contact: 'A contact, by id, name or e-mail address.',
      source: '`zapier` for what steps of Zaps did, `topo` for everything else.',
    },
    answers: {
      200: { description: 'A page.', shape: EventPage, example: { items: [eventExample], has_more: false } },
    },
  },
  {
    id: 'showEvent',
    method: 'get',
    path: '/events/{event_id}',
    tag: 'Events',
    summary: 'Show an event and what became of it at each hook',
    description: 'Where a filter kept it from a hook, the filter is named: one that the hook had at the time.',
    access: { kind: 'key', scopes: ['tasks:read'] },
    answers: {
      200: {
        description: 'The event, and the hooks: live ones first.',
        shape: EventHistory,
        example: {
          event: eventExample,
          hooks: [{ hook_id: 'hok_example', outcome: 'kept out', filter: 'task_types', deliveries: [] }],
        },
      },
    },
    errors: { 404: 'There is no such event. Old ones are removed after some weeks.' },
  },
  {
    id: 'listReadings',
    method: 'get',
    path: '/readings',
    tag: 'Events',
    summary: 'When the workspace was read, and when not',
    description: 'The last day unless `since` says otherwise, and at most seven days.',
    access: { kind: 'key', scopes: ['tasks:read'] },
    query: ReadingQuery,
    parameters: { since: 'The beginning.', until: 'The end; now without it.' },
    answers: {
      200: { description: 'Spans that follow each other, oldest first.', shape: Readings, example: { items: [] } },
    },
  },
];
