import type { TaskEvent } from '../../contract/event.ts';
import { Time } from './time.tsx';

const sources = { zapier: 'by a Zap', topo: 'in Topo' } as const;

/** An event in one line: what happened, when, and who was behind it. */
export const EventItem = ({ event }: { event: TaskEvent }) => (
  <li data-event={event.id}>
    <p>
      {event.summary}{' '}
      <small>
        <Time ms={Date.parse(event.occurred_at)} />, {sources[event.source]}
        {event.task_url?.startsWith('https://') && (
          <>
            {', '}
            <a href={event.task_url} rel="noreferrer">
              open in Topo
            </a>
          </>
        )}
      </small>
    </p>
  </li>
);
