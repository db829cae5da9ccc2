import { TaskEvent } from '../../../contract/event.ts';
import { deliveryId, groupId } from '../changes/ids.ts';
import { changeOfEvent, refusalOf, type Wishes } from '../changes/verdict.ts';
import type { Run } from '../database.ts';
import { readEvents, readFilters } from '../rows/hook-row.ts';
import { oneOf, phrase, sql } from '../sql.ts';
import type { DeliveryHistory, EventHistory, Verdict } from '../tenant-store.ts';
import { findDeliveries } from './delivery-history.ts';

type FoundRow = {
  id: string;
  body: string;
  reading_id: string;
  sequence_id: string | null;
  sequence_template_id: string | null;
  occurred_at_us: number;
  detected_at_ms: number;
  newest_hook: number | null;
};

/** An event of the store, as far as what became of it depends on it. */
type Found = Omit<FoundRow, 'body'> & { event: TaskEvent };

const read = ({ body, ...row }: FoundRow): Found => ({ ...row, event: TaskEvent.parse(JSON.parse(body)) });

const columns = sql`
  id, body, reading_id, sequence_id, sequence_template_id, occurred_at_us, detected_at_ms, newest_hook`;

type HookRow = { id: string; number: number; created_at_ms: number; ended_at_ms: number | null };

/** So many hooks are told of: the live ones, and those that ended last. */
const mostHooks = 700;

const readHooks = (run: Run, organizationId: string): Promise<HookRow[]> =>
  run.rows<HookRow>(sql`
    select id, ${phrase('hook number')} as number, created_at_ms, ended_at_ms from hook
    where organization_id = ${organizationId}
    order by ended_at_ms is null desc, ended_at_ms desc, created_at_ms desc
    limit ${mostHooks}`);

/** What each hook wanted at this time, or first, if that was later. */
const readWishes = async (run: Run, hookIds: readonly string[], atMs: number): Promise<Map<string, Wishes>> => {
  const rows = await run.rows<{ hook_id: string; events: string | null; filters: string }>(sql`
    select hook_id, events, filters from hook_version
    where hook_id ${oneOf(hookIds)} and from_ms = coalesce(
      (select max(from_ms) from hook_version as known where known.hook_id = hook_version.hook_id and known.from_ms <= ${atMs}),
      (select min(from_ms) from hook_version as later where later.hook_id = hook_version.hook_id))`);
  return new Map(
    rows.map(({ hook_id, events, filters }) => [
      hook_id,
      { events: readEvents(events), filters: readFilters(filters) },
    ]),
  );
};

/** The events of a batch, in the order in which a hook is told of them as one. */
const readBatch = async (run: Run, organizationId: string, found: Found): Promise<Found[]> => {
  if (found.sequence_id === null || found.event.batch_size === 1) return [found];
  const rows = await run.rows<FoundRow>(sql`
    select ${columns} from event
    where organization_id = ${organizationId} and sequence_id = ${found.sequence_id} and sequence_id is not null
      and body is not null and reading_id = ${found.reading_id}
    order by occurred_at_us, seq`);
  return rows.map(read).filter(({ event }) => event.batch_id === found.event.batch_id);
};

/** The delivery of this event alone, and the one that tells the hook its whole batch. */
const deliveryIdsOf = (hookId: string, wishes: Wishes | undefined, found: Found, batch: readonly Found[]): string[] => {
  const told = batch.filter(
    (one) =>
      wishes === undefined ||
      refusalOf(wishes, one.event, changeOfEvent(one.event, one.sequence_template_id)) === undefined,
  );
  const [first] = told;
  const alone = deliveryId(hookId, { id: found.id, occurredAtUs: found.occurred_at_us });
  if (first === undefined || told.length === 1) return [alone];
  const group = groupId(
    told.map(({ id }) => id),
    first.occurred_at_us,
  );
  return [alone, deliveryId(hookId, { id: group, occurredAtUs: first.occurred_at_us })];
};

/** Somebody who asks again and again for the same delivery sees the first of them. */
const mostRepeats = 10;

/** Deliveries, and those that somebody asked for in their place, by the id of the first. */
const readWithRepeats = async (
  run: Run,
  organizationId: string,
  ids: readonly string[],
): Promise<Map<string, DeliveryHistory[]>> => {
  const known = new Map<string, DeliveryHistory>();
  let wanted = [...ids];
  for (let round = 0; round < mostRepeats && wanted.length > 0; round += 1) {
    const found = await findDeliveries(run, organizationId, wanted);
    for (const delivery of found) known.set(delivery.id, delivery);
    wanted = found.flatMap(({ retriedAs }) => retriedAs ?? []);
  }
  const chainOf = (id: string): DeliveryHistory[] => {
    const delivery = known.get(id);
    if (delivery === undefined) return [];
    return [delivery, ...(delivery.retriedAs === null ? [] : chainOf(delivery.retriedAs))];
  };
  return new Map(ids.map((id) => [id, chainOf(id)]));
};

const wasMadeLater = ({ number, created_at_ms }: HookRow, { newest_hook, detected_at_ms }: Found): boolean =>
  newest_hook === null ? created_at_ms > detected_at_ms : Number(number) > Number(newest_hook);

const verdictOf = (hook: HookRow, found: Found, wishes: Wishes | undefined, isUndecided: boolean): Verdict => {
  if (wasMadeLater(hook, found)) return { kind: 'not there yet' };
  if (hook.ended_at_ms !== null && hook.ended_at_ms <= found.detected_at_ms) return { kind: 'off' };
  if (isUndecided) return { kind: 'undecided' };
  if (wishes === undefined) return { kind: 'not known' };
  const refusal = refusalOf(wishes, found.event, changeOfEvent(found.event, found.sequence_template_id));
  return refusal ?? { kind: 'not known' };
};

/** An event of the organization, and what became of it at each of its hooks. */
export const findEvent = async (
  run: Run,
  organizationId: string,
  eventId: string,
): Promise<EventHistory | undefined> => {
  const row = await run.first<FoundRow>(sql`
    select ${columns} from event where id = ${eventId} and organization_id = ${organizationId} and body is not null`);
  if (row === undefined) return undefined;
  const found = read(row);
  const hooks = await readHooks(run, organizationId);
  const hookIds = hooks.map(({ id }) => id);
  const wishesOf = await readWishes(run, hookIds, found.detected_at_ms);
  const batch = await readBatch(run, organizationId, found);
  const idsOf = new Map(hookIds.map((id) => [id, deliveryIdsOf(id, wishesOf.get(id), found, batch)]));
  const deliveriesOf = await readWithRepeats(run, organizationId, [...idsOf.values()].flat());
  const undecided = await run.rows<{ hook_id: string }>(sql`
    select hook_id from undecided
    where hook_id ${oneOf(hookIds)} and event_id = ${eventId} and organization_id = ${organizationId}`);
  const waiting = new Set(undecided.map(({ hook_id }) => hook_id));
  return {
    event: found.event,
    hooks: hooks.map((hook) => {
      const deliveries = (idsOf.get(hook.id) ?? []).flatMap((id) => deliveriesOf.get(id) ?? []);
      return {
        hookId: hook.id,
        verdict:
          deliveries.length > 0
            ? { kind: 'sent', deliveries }
            : verdictOf(hook, found, wishesOf.get(hook.id), waiting.has(hook.id)),
      };
    }),
  };
};
