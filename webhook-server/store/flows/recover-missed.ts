import { TaskEvent } from '../../../contract/event.ts';
import type { BatchedChange } from '../changes/change.ts';
import { fanOut, inOrder, type Listener, type NewDelivery } from '../changes/fan-out.ts';
import { deliveryId } from '../changes/ids.ts';
import { changeOfEvent, refusalOf } from '../changes/verdict.ts';
import type { Run, Transaction } from '../database.ts';
import type { Quotas } from '../quotas.ts';
import { deliveriesPerPiece, shownLateMs, visibleWithinMs } from '../rules.ts';
import { allOf, oneOf, type Statement, sql } from '../sql.ts';
import type { EventPosition, MissedQuery, MissedRecovery } from '../tenant-store.ts';
import { findLiveHook, remainingQuota } from './deliveries-by-hand.ts';
import { findDeliveries } from './delivery-history.ts';
import {
  type HookOfZap,
  type OwnedHook,
  offTimesOf,
  readHooksOfZap,
  readListeningSince,
  wasFoundWhileOff,
} from './hooks-of-zap.ts';
import { rowsPerLook } from './look-in-pieces.ts';
import { findLastRead } from './readings.ts';
import { readDescriptions, readListeners } from './tell-hooks.ts';
import { lockWorkspaces } from './workspaces.ts';
import { writeDeliveries } from './write-deliveries.ts';

type Range = { sinceMs: number; untilMs: number };

/** The hooks of a Zap that is on, what was found while it was off, and when that can have happened, oldest first. */
type OffTime = { hooks: HookOfZap[]; isMissed: Statement; ranges: Range[] };

/** Ranges that meet become one. */
const merged = (ranges: readonly Range[]): Range[] => {
  const apart: Range[] = [];
  for (const range of ranges) {
    const last = apart.at(-1);
    if (last !== undefined && range.sinceMs <= last.untilMs) last.untilMs = Math.max(last.untilMs, range.untilMs);
    else apart.push({ ...range });
  }
  return apart;
};

const findOffTime = async (
  run: Transaction,
  owned: OwnedHook,
  { sinceMs, untilMs = Number.POSITIVE_INFINITY }: MissedQuery,
): Promise<OffTime> => {
  const { organizationId } = owned;
  const ofZap = await readHooksOfZap(run, owned);
  const ranges: Range[] = [];
  for (const off of offTimesOf(ofZap, await readListeningSince(run, organizationId))) {
    const readMs = off.fromMs === 0 ? 0 : await findLastRead(run, organizationId, off.fromMs);
    const range = {
      sinceMs: Math.max(sinceMs, readMs - shownLateMs),
      untilMs: Math.min(untilMs, off.untilMs + visibleWithinMs),
    };
    if (range.sinceMs < range.untilMs) ranges.push(range);
  }
  return { hooks: ofZap.hooks, isMissed: wasFoundWhileOff(ofZap), ranges: merged(ranges) };
};

type Row = {
  seq: number;
  id: string;
  body: string;
  reading_id: string;
  sequence_id: string | null;
  known_template: string | null;
  occurred_at_us: number;
  detected_at_ms: number;
};

type Missed = Omit<Row, 'body'> & { event: TaskEvent };

const read = ({ body, ...row }: Row): Missed => ({ ...row, event: TaskEvent.parse(JSON.parse(body)) });

const readEvents = async (run: Run, events: Statement): Promise<Missed[]> => {
  const rows = await run.rows<Row>(sql`
    select found.seq, found.id, found.body, found.reading_id, found.sequence_id, found.occurred_at_us,
           found.detected_at_ms, coalesce(found.sequence_template_id, sequence.sequence_template_id) as known_template
    from (${events}) as found
    left join sequence on sequence.organization_id = found.organization_id and sequence.sequence_id = found.sequence_id
    order by found.occurred_at_us, found.seq`);
  return rows.map(read);
};

const positionOf = ({ occurred_at_us, seq }: Missed): EventPosition => ({ occurredAtUs: occurred_at_us, seq });

type Look = { found: Missed[]; next: EventPosition | null };

/** Before everything that happened in a range. */
const beginningOf = ({ sinceMs }: Range): EventPosition => ({
  occurredAtUs: sinceMs * 1000 - 1,
  seq: Number.MAX_SAFE_INTEGER,
});

/** The next that were missed, in the order in which they happened. */
const look = async (
  run: Run,
  organizationId: string,
  isMissed: Statement,
  range: Range,
  from: EventPosition,
): Promise<Look> => {
  // One lower bound: of two SQLite would begin at the farther one.
  const inTime = allOf([
    sql`organization_id = ${organizationId} and body is not null and occurred_at_us < ${range.untilMs * 1000}`,
    sql`(occurred_at_us, seq) > (${from.occurredAtUs}, ${from.seq})`,
  ]);
  const found = await readEvents(
    run,
    sql`select * from (
          select * from event where ${inTime} order by occurred_at_us, seq limit ${rowsPerLook}) as looked_at
        where ${isMissed} order by occurred_at_us, seq limit ${deliveriesPerPiece}`,
  );
  const last = found.at(-1);
  if (last !== undefined && found.length === deliveriesPerPiece) return { found, next: positionOf(last) };
  const next = await run.first<EventPosition>(sql`
    select occurred_at_us as "occurredAtUs", seq from event where ${inTime}
    order by occurred_at_us, seq limit 1 offset ${rowsPerLook - 1}`);
  return { found, next: next ?? null };
};

/** What was missed with these, by batch: a hook may want to be told of a batch as one. */
const readBatches = async (
  run: Run,
  organizationId: string,
  { isMissed }: OffTime,
  found: readonly Missed[],
): Promise<Map<string, Missed[]>> => {
  const shared = found.filter(({ event }) => event.batch_size > 1);
  const sequenceIds = [...new Set(shared.flatMap(({ sequence_id }) => sequence_id ?? []))];
  if (sequenceIds.length === 0) return new Map();
  const readingIds = [...new Set(shared.map(({ reading_id }) => reading_id))];
  const events = await readEvents(
    run,
    sql`select * from event
        where organization_id = ${organizationId} and sequence_id is not null and sequence_id ${oneOf(sequenceIds)}
          and reading_id ${oneOf(readingIds)} and body is not null and ${isMissed}`,
  );
  return Map.groupBy(events, ({ event }) => event.batch_id);
};

/** The change that an event tells. The hook before which it was found is to hear of it now. */
const changeOf = ({
  id,
  reading_id,
  event,
  known_template,
  occurred_at_us,
  detected_at_ms,
}: Missed): BatchedChange => ({
  ...changeOfEvent(event, known_template),
  id,
  type: event.type,
  scanId: reading_id,
  task: event.task,
  occurredAtUs: occurred_at_us,
  detectedAtMs: detected_at_ms,
  batchId: event.batch_id,
  batchSize: event.batch_size,
});

const wants = (hook: Listener, { event, known_template }: Missed): boolean =>
  refusalOf(hook, event, changeOfEvent(event, known_template)) === undefined;

/** A delivery, the first event that it tells, and the ids under which it may have been sent before. */
type Candidate = { first: Missed; delivery: NewDelivery; knownAs: string[] };

/** What the hook would be told of these, as if it had been there. */
const candidatesOf = async (
  run: Transaction,
  organizationId: string,
  { hook, off, sinceMs }: { hook: Listener; off: OffTime; sinceMs: number },
  found: readonly Missed[],
): Promise<Candidate[]> => {
  const batches = hook.oncePer === 'task' ? new Map() : await readBatches(run, organizationId, off, found);
  const groups = found.flatMap((first) => {
    const batch: Missed[] = batches.get(first.event.batch_id) ?? [first];
    const told = batch.filter((one) => wants(hook, one));
    // A batch is told once, with the first of it that is asked for.
    const isFirst = told.find(({ occurred_at_us }) => occurred_at_us >= sinceMs * 1000)?.id === first.id;
    return isFirst ? [{ first, changes: inOrder(told.map(changeOf)) }] : [];
  });
  const descriptions = await readDescriptions(
    run,
    organizationId,
    groups.flatMap(({ changes }) => changes),
  );
  return groups.flatMap(({ first, changes }) =>
    fanOut(changes, [hook], descriptions).deliveries.map((delivery) => {
      const [{ occurredAtUs } = { occurredAtUs: first.occurred_at_us }] = changes;
      const events = [{ id: delivery.eventId, occurredAtUs }, ...changes];
      const knownAs = off.hooks.flatMap(({ id }) => events.map((event) => deliveryId(id, event)));
      return { first, delivery, knownAs };
    }),
  );
};

const withoutKnown = async (
  run: Run,
  organizationId: string,
  candidates: readonly Candidate[],
): Promise<Candidate[]> => {
  const deliveries = await findDeliveries(
    run,
    organizationId,
    candidates.flatMap(({ knownAs }) => knownAs),
  );
  const known = new Set(deliveries.map(({ id }) => id));
  return candidates.filter(({ knownAs }) => !knownAs.some((id) => known.has(id)));
};

/**
 * Sends a piece of what a hook missed while its Zap was off: what was found while none of the hooks that the Zap has had was
 * there, and what its filters let through now. What was sent before, to any of them, is left out. A hook that filters by
 * template gets only what is known to be of one.
 */
export const recoverMissed = async (
  run: Transaction,
  owned: OwnedHook,
  query: MissedQuery,
  quotas: Quotas,
): Promise<MissedRecovery> => {
  const { organizationId } = owned;
  await lockWorkspaces(run, [organizationId]);
  const live = await findLiveHook(run, owned);
  if (live.kind !== 'live') return live;
  const off = await findOffTime(run, { organizationId, hookId: live.hookId }, query);
  const fromUs = query.from?.occurredAtUs ?? Number.NEGATIVE_INFINITY;
  const [range, laterRange] = off.ranges.filter(({ untilMs }) => untilMs * 1000 > fromUs);
  const hook = (await readListeners(run, organizationId)).find(({ id }) => id === live.hookId);
  if (range === undefined || hook === undefined) return { kind: 'looked', count: 0, next: null };
  const { sinceMs } = range;
  const from = query.from !== null && fromUs >= sinceMs * 1000 ? query.from : beginningOf(range);
  const looked = await look(run, organizationId, off.isMissed, range, from);
  const next = looked.next ?? (laterRange === undefined ? null : beginningOf(laterRange));
  const candidates = await candidatesOf(run, organizationId, { hook, off, sinceMs }, looked.found);
  const missed = candidates.length === 0 ? [] : await withoutKnown(run, organizationId, candidates);
  if (query.isDryRun || missed.length === 0) return { kind: 'looked', count: missed.length, next };
  const taken = missed.slice(0, await remainingQuota(run, organizationId, quotas));
  await writeDeliveries(
    run,
    organizationId,
    taken.map(({ delivery }) => delivery),
    { state: 'waiting', isManual: true },
  );
  run.announce('deliver');
  const last = taken.at(-1);
  const isCut = last !== undefined && taken.length < missed.length;
  return { kind: 'looked', count: taken.length, next: isCut ? positionOf(last.first) : next };
};
