import { EventPage } from '../../../../contract/event.ts';
import { Query as EventQuery } from '../../routes/list-events.ts';
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
      'Newest first. While `has_more` is true, go on with the id of the last item as `before`, or with `next` if the answer has it. The filters are those of a hook, and a parameter that takes several values repeats.',
    access: { kind: 'key', scopes: ['tasks:read'] },
    query: EventQuery,
    parameters: { ...pageParameters, events: 'The types of events; reassignments alone without it.' },
    answers: {
      200: { description: 'A page.', shape: EventPage, example: { items: [eventExample], has_more: false } },
    },
  },
];
