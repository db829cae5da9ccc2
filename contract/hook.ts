import * as z from 'zod';
import { EventType, eventTypes, Kind, Source } from './event.ts';
import { unassigned } from './task-list.ts';
import { templateId, userId } from './uuid.ts';

const filterBy = <Item extends z.ZodType>(item: Item) => z.array(item).min(1).max(100).optional();
const enumValue = z.string().min(1).max(64);

/**
 * Which changes a hook wants; “none” is nobody. `kinds` speaks of reassignments, `outcomes` and `dispositions` of tasks that
 * were closed, and none of them of anything else. A missing filter matches everything; Topo may add types and priorities. A task does not say
 * which template its sequence came from, so filtering by template needs an API key with `sequences:read`.
 */
export const HookFilters = z.strictObject({
  new_assignee_ids: filterBy(z.union([userId, z.literal(unassigned)])),
  previous_assignee_ids: filterBy(userId),
  task_types: filterBy(enumValue),
  priorities: filterBy(enumValue),
  sequence_template_ids: filterBy(templateId),
  kinds: filterBy(Kind),
  outcomes: filterBy(enumValue),
  dispositions: filterBy(enumValue),
  ignore_sources: filterBy(Source),
});
export type HookFilters = z.infer<typeof HookFilters>;

/** The events that filters fit which do not fit every event. */
const fitting: Readonly<Partial<Record<keyof HookFilters, readonly EventType[]>>> = {
  new_assignee_ids: ['task.reassigned', 'task.created', 'task.reopened'],
  previous_assignee_ids: ['task.reassigned', 'task.closed'],
  kinds: ['task.reassigned'],
  outcomes: ['task.closed'],
  dispositions: ['task.closed'],
};

/** The names of filters that fit none of these events. */
export const unfittingFilters = (events: readonly EventType[], filters: HookFilters): string[] =>
  Object.entries(fitting).flatMap(([name, fits]) => {
    const isUsed = filters[name as keyof HookFilters] !== undefined;
    return isUsed && !events.some((event) => fits.includes(event)) ? [name] : [];
  });

/** `task`: one event per task. `sequence`: one event for all tasks of a sequence run that moved together. */
export const OncePer = z.enum(['task', 'sequence']);
export type OncePer = z.infer<typeof OncePer>;

const oneOfThem = `Expected one of ${eventTypes.map((type) => `“${type}”`).join(', ')}.`;
/** What a hook hears of. */
export const HookEvents = z
  .array(z.enum(eventTypes, { error: oneOfThem }))
  .min(1)
  .max(eventTypes.length);

/** The body of `POST /hooks`: `events` says what the hook hears of, or `event` if it is one thing. */
export const SubscribeRequest = z.strictObject({
  // The server checks the target exactly as it is written, so nothing is trimmed here.
  target_url: z.string({ error: 'Expected the full URL that Zapier gave for this Zap.' }).max(2048),
  event: HookEvents.element.optional(),
  events: HookEvents.optional(),
  filters: HookFilters.default({}),
  once_per: OncePer.default('task'),
  /** The Zap that subscribes, where Zapier says which. Servers of earlier versions refuse this field. */
  zap_id: z.string().min(1).max(100).optional(),
});
export type SubscribeRequest = z.input<typeof SubscribeRequest>;

/** The body of `PATCH /hooks/:id`: what people call the Zap; null takes the name away. */
export const HookChange = z.strictObject({ name: z.string().trim().min(1).max(100).nullable() });
export type HookChange = z.infer<typeof HookChange>;

/** `waiting` until `resume_at`; `ended` for the reason given. */
const HookState = z.enum(['active', 'waiting', 'ended']);

/**
 * A hook as `GET /hooks` shows it. `events` is what it hears of, and `event` the first of them. `target` is the host and the last four characters, never the URL, which is a
 * credential. `listening_since` is null until the first scan of the workspace's tasks is complete. While Topo refuses the
 * workspace's key, no changes are detected; `key_refused_since` says since when, and after a day the hook ends. `problem`
 * is there when the server cannot read the hook's target; the target is “…” then. `unusable_tasks` counts the workspace's
 * tasks that Topo returns without a usable id, assignee, `created_at` or `updated_at`: their changes are not detected. The
 * daily reconciliation counts them anew; servers of version 0.1.0 do not say. `missing_scopes` are those that the key lacked
 * which subscribed the hook: without them its events do not say what tasks are about. It is null where nobody knows, which
 * ends when the Zap is turned off and on again. `zap_id` is null where Zapier did not say which Zap it is; `name` is what
 * people call it. `predecessor` is the hook that the same Zap had before: one with the same `zap_id`, or else with the same name.
 */
export const Hook = z.object({
  id: z.string(),
  event: EventType,
  events: z.array(EventType).optional(),
  target: z.string(),
  filters: HookFilters,
  once_per: OncePer,
  state: HookState,
  resume_at: z.string().nullable(),
  ended_at: z.string().nullable(),
  ended_reason: z.string().nullable(),
  listening_since: z.string().nullable(),
  key_refused_since: z.string().nullable(),
  problem: z.string().optional(),
  unusable_tasks: z.number().int().optional(),
  missing_scopes: z.array(z.string()).nullable().optional(),
  zap_id: z.string().nullable().optional(),
  name: z.string().nullable().optional(),
  predecessor: z.string().nullable().optional(),
  created_at: z.string(),
});
export type Hook = z.infer<typeof Hook>;

/** The response of `GET /hooks` with `limit` or `before`, newest first. Without them it has all hooks and no `has_more`. */
export const HookPage = z.object({ items: z.array(Hook), has_more: z.boolean() });
export type HookPage = z.infer<typeof HookPage>;

/** The response of `POST /hooks`: the hook, and the secret that signs its deliveries. */
export const Subscribed = Hook.extend({ secret: z.string() });
export type Subscribed = z.infer<typeof Subscribed>;
