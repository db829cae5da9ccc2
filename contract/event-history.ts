import * as z from 'zod';
import { DeliveryHistory } from './delivery.ts';
import { TaskEvent } from './event.ts';

/**
 * What became of an event at a hook: `sent`, with its `deliveries`; `kept out`, by the `filter`; `other event`, as the hook
 * does not hear of such; `undecided`, while the hook waits for the template; `not there yet`, as the hook was made later;
 * `off`, as it had ended; `not known`, as its delivery is not kept any more. Filters are those that the hook had at the time.
 */
const AtHook = z.object({
  hook_id: z.string(),
  outcome: z.enum(['sent', 'kept out', 'other event', 'undecided', 'not there yet', 'off', 'not known']),
  filter: z.string().nullable(),
  deliveries: z.array(DeliveryHistory),
});

/** The response of `GET /events/:id`: live hooks first, and then those that ended last. */
export const EventHistory = z.object({ event: TaskEvent, hooks: z.array(AtHook) });
export type EventHistory = z.infer<typeof EventHistory>;
