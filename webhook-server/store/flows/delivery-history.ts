import type { Run, TenantDatabase } from '../database.ts';
import { readAttempts } from '../rows/attempts.ts';
import { type DeliveryRow, deliveryColumns, readDelivery } from '../rows/delivery-row.ts';
import { allOf, constant, type Statement, sql, tableOf } from '../sql.ts';
import type { DeliveryHistory, DeliverySearch, StoredDelivery } from '../tenant-store.ts';
import { afterAll, conditionOf } from './deliveries-by-hand.ts';
import { type Look, lookInPieces, rowsPerLook } from './look-in-pieces.ts';

const columns = constant(deliveryColumns);

type HistoryRow = DeliveryRow & { tries: string | null; resume_at_ms: number };

const readHistory = (row: HistoryRow): DeliveryHistory => ({
  ...readDelivery(row),
  attemptsMade: readAttempts(row.tries),
  nextAttemptAtMs: row.state === 'waiting' ? Math.max(row.resume_at_ms, row.created_at_ms) : null,
});

/** These deliveries of the organization, with their attempts, in no order. */
export const findDeliveries = async (
  run: Run,
  organizationId: string,
  ids: readonly string[],
): Promise<DeliveryHistory[]> => {
  const rows = await run.rows<HistoryRow>(sql`
    select ${columns}, tries, (select resume_at_ms from hook where hook.id = hook_id) as resume_at_ms
    from ${tableOf('wanted', ids, {
      // Makes SQLite begin with these ids, not with all deliveries of the organization.
      wanted_in: ['text', () => organizationId],
      wanted_id: ['text', (id) => id],
    })}
    join delivery on delivery.id = wanted_id and organization_id = wanted_in`);
  return rows.map(readHistory);
};

/** One delivery of the organization, with its attempts. */
export const findDelivery = async (
  run: Run,
  organizationId: string,
  id: string,
): Promise<DeliveryHistory | undefined> => (await findDeliveries(run, organizationId, [id]))[0];

type Position = { created_at_ms: number; seq: number };

/**
 * How a search goes through deliveries, from the newest or after a position: by time, or in the queue of one hook. An end
 * is one bound: of two SQLite may take the farther one, and meet again what was looked at before.
 */
type Way = { within: (from: Position | null) => Statement; order: Statement };

/** Deliveries that are made at the same time may be numbered in another order than their times, by this much. */
const slackMs = 60_000;

/** The deliveries of one hook lie in the order of their numbers: a time is found among those of the organization. */
const wayOfHook = async (
  run: Run,
  organizationId: string,
  hookId: string,
  { state, sinceMs, untilMs }: DeliverySearch,
): Promise<Way> => {
  const numberAt = async (condition: Statement, order: Statement): Promise<number | undefined> =>
    (
      await run.first<{ seq: number }>(sql`
        select seq from delivery where organization_id = ${organizationId} and ${condition} order by ${order} limit 1`)
    )?.seq;
  const first =
    sinceMs === undefined ? 0 : await numberAt(sql`created_at_ms >= ${sinceMs - slackMs}`, sql`created_at_ms, seq`);
  const last =
    untilMs === undefined
      ? undefined
      : ((await numberAt(sql`created_at_ms < ${untilMs + slackMs}`, sql`created_at_ms desc, seq desc`)) ?? 0);
  return {
    within: (from) =>
      allOf([
        sql`organization_id = ${organizationId} and hook_id = ${hookId}`,
        // Nothing is that new.
        first === undefined ? sql`false` : sql`seq >= ${first}`,
        sql`seq < ${Math.min(last === undefined ? afterAll : last + 1, from?.seq ?? afterAll)}`,
        ...(state === undefined ? [] : [conditionOf[state]]),
      ]),
    order: sql`seq desc`,
  };
};

/** Each of these has an index of its own, as what is looked for may be rare. */
const rareOf = ({ state, status }: DeliverySearch): Statement => {
  if (status !== undefined && status >= 300) return sql`status = ${status} and status >= 300`;
  return state === undefined || state === 'delivered' ? sql`true` : sql`state <> 'delivered'`;
};

const endOf = ({ untilMs }: DeliverySearch, from: Position | null): Statement[] => {
  if (from !== null && (untilMs === undefined || from.created_at_ms < untilMs)) {
    return [sql`(created_at_ms, seq) < (${from.created_at_ms}, ${from.seq})`];
  }
  return untilMs === undefined ? [] : [sql`created_at_ms < ${untilMs}`];
};

const wayOfTime = (organizationId: string, search: DeliverySearch): Way => ({
  within: (from) =>
    allOf([
      sql`organization_id = ${organizationId} and ${rareOf(search)}`,
      ...(search.sinceMs === undefined ? [] : [sql`created_at_ms >= ${search.sinceMs}`]),
      ...endOf(search, from),
    ]),
  order: sql`created_at_ms desc, seq desc`,
});

const matching = ({ state, status, sinceMs, untilMs }: DeliverySearch): Statement =>
  allOf([
    sql`true`,
    ...(state === undefined ? [] : [sql`state = ${state}`]),
    ...(status === undefined ? [] : [sql`status = ${status}`]),
    ...(sinceMs === undefined ? [] : [sql`created_at_ms >= ${sinceMs}`]),
    ...(untilMs === undefined ? [] : [sql`created_at_ms < ${untilMs}`]),
  ]);

const look = async (
  run: Run,
  { within, order }: Way,
  search: DeliverySearch,
  { from, most }: { from: Position | null; most: number },
): Promise<Look<DeliveryRow, Position>> => {
  const lookedAt = within(from);
  const found = await run.rows<DeliveryRow>(sql`
    select ${columns}
    from (select * from delivery where ${lookedAt} order by ${order} limit ${rowsPerLook}) as looked_at
    where ${matching(search)}
    order by ${order}
    limit ${most}`);
  if (found.length === most) return { found, next: null };
  const last = await run.first<Position>(sql`
    select created_at_ms, seq from delivery where ${lookedAt} order by ${order} limit 1 offset ${rowsPerLook - 1}`);
  return { found, next: last ?? null };
};

/** The deliveries of all hooks of the organization, newest first; `undefined` when `before` names none of it. */
export const searchDeliveries = async (
  database: TenantDatabase,
  organizationId: string,
  search: DeliverySearch,
): Promise<{ deliveries: StoredDelivery[]; hasMore: boolean } | undefined> => {
  const { limit, before, hookId, isWanted } = search;
  const from =
    before === undefined
      ? null
      : await database.first<Position>(sql`
          select created_at_ms, seq from delivery where id = ${before} and organization_id = ${organizationId}`);
  if (from === undefined) return undefined;
  const way =
    hookId === undefined
      ? wayOfTime(organizationId, search)
      : await wayOfHook(database, organizationId, hookId, search);
  const { items, hasMore } = await lookInPieces<DeliveryRow, Position>({
    limit,
    from,
    isWanted,
    look: (position, most) => database.transaction((run) => look(run, way, search, { from: position, most })),
  });
  return { deliveries: items.map(readDelivery), hasMore };
};
