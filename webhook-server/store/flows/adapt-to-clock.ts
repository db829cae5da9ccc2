import type { Transaction } from '../database.ts';
import {
  factsFreshMs,
  maxCleanUpAheadMs,
  maxLeaseMs,
  maxPollAheadMs,
  maxRestMs,
  noticeLooksApartMs,
} from '../rules.ts';
import { constant, type Statement, sql } from '../sql.ts';

/** Sets a column that is later than `limitMs` to it; null stays null. */
const atMost = (column: string, limitMs: number): Statement => {
  const name = constant(column);
  return sql`${name} = case when ${name} > ${limitMs} then ${limitMs} else ${name} end`;
};

/**
 * Sets a due time in the future as much sooner as the clock was set back; one that is further ahead than its longest
 * interval is due now.
 */
const sooner = (column: string, nowMs: number, stepMs: number, maxAheadMs: number): Statement => {
  const name = constant(column);
  return sql`
    ${name} = case when ${name} - ${stepMs} between ${nowMs} and ${nowMs + maxAheadMs} then ${name} - ${stepMs}
      when ${name} > ${nowMs} then ${nowMs} else ${name} end`;
};

/** Nothing has happened in the future, and nothing is due later than its longest interval allows. */
const adaptToEarlier = async (run: Transaction, stepMs: number): Promise<void> => {
  const { nowMs } = run;
  await run.change(sql`
    update workspace
    set ${sooner('poll_at_ms', nowMs, stepMs, maxPollAheadMs)},
        ${atMost('lease_until_ms', nowMs + maxLeaseMs)},
        look_until_ms = case when look_since_ms > ${nowMs} then null else look_until_ms end,
        ${atMost('look_since_ms', nowMs)}, ${atMost('active_at_ms', nowMs)}, ${atMost('swept_at_ms', nowMs)},
        ${atMost('watermark_moved_at_ms', nowMs)}, ${atMost('key_refused_since_ms', nowMs)},
        ${atMost('read_at_ms', nowMs)}, ${atMost('asked_at_ms', nowMs)}, ${atMost('unwatched_since_ms', nowMs)}`);
  await run.change(sql`update reading set ${atMost('started_at_ms', nowMs)} where started_at_ms > ${nowMs}`);
  await run.change(sql`
    update hook
    set ${sooner('resume_at_ms', nowMs, stepMs, maxRestMs)}, ${sooner('farewell_at_ms', nowMs, stepMs, maxRestMs)},
        ${atMost('paced_until_ms', nowMs)}, ${atMost('failed_at_ms', nowMs)}, ${atMost('failing_since_ms', nowMs)}
    where resume_at_ms > ${nowMs} or farewell_at_ms > ${nowMs} or paced_until_ms > ${nowMs} or failed_at_ms > ${nowMs}`);
  for (const kind of ['sequence', 'contact', 'template']) {
    await run.change(sql`
      update ${constant(kind)} set ${atMost('fetched_at_ms', nowMs)}, ${atMost('checked_at_ms', nowMs)}, ${atMost('wanted_at_ms', nowMs)}
      where fetched_at_ms > ${nowMs} or checked_at_ms > ${nowMs}`);
  }
  await run.change(
    sql`update fact_list set ${sooner('rests_until_ms', nowMs, stepMs, factsFreshMs)}, ${atMost('started_at_ms', nowMs)}`,
  );
  await run.change(sql`update pace set paced_until_ms = ${nowMs} where paced_until_ms > ${nowMs}`);
  await run.change(sql`
    update delivery
    set ${atMost('lease_until_ms', nowMs + maxLeaseMs)}, ${atMost('first_sent_at_ms', nowMs)},
        ${atMost('last_sent_at_ms', nowMs)}
    where state = 'waiting' and (lease_until_ms > ${nowMs + maxLeaseMs} or last_sent_at_ms > ${nowMs})`);
  await run.change(sql`
    update intent set ${atMost('created_at_ms', nowMs)}, ${atMost('settled_at_ms', nowMs)}
    where closed_at_ms is null and (created_at_ms > ${nowMs} or settled_at_ms > ${nowMs})`);
  await run.change(sql`
    update choice set ${atMost('created_at_ms', nowMs)}, ${atMost('settled_at_ms', nowMs)}
    where created_at_ms > ${nowMs} or settled_at_ms > ${nowMs}`);
  await run.change(sql`update turn set used_at_ms = ${nowMs} where used_at_ms > ${nowMs}`);
  await run.change(sql`update event set detected_at_ms = ${nowMs} where body is null and detected_at_ms > ${nowMs}`);
  await run.change(sql`update undecided set detected_at_ms = ${nowMs} where detected_at_ms > ${nowMs}`);
  await run.change(sql`
    update chore
    set ${sooner('due_at_ms', nowMs, stepMs, maxCleanUpAheadMs)}, ${atMost('lease_until_ms', nowMs + maxLeaseMs)}`);
  await run.change(sql`
    update chore set ${atMost('due_at_ms', nowMs + noticeLooksApartMs)} where name = 'notices'`);
};

/** Moves a time in the past on with the clock; what has not happened stays null. */
const movedOn = (column: string, nowMs: number, stepMs: number): Statement => {
  const name = constant(column);
  return sql`${name} = least(${nowMs}, ${name} + ${stepMs})`;
};

/** A lease that had not run out before the step lasts as much longer, but no longer than any lease may. */
const heldOn = (nowMs: number, stepMs: number): Statement =>
  sql`lease_until_ms = least(${nowMs + maxLeaseMs}, lease_until_ms + ${stepMs})`;

/**
 * What began before the step is not older for it; what is due is due; what is under way stays under way; and nothing is
 * old enough to be removed.
 */
const adaptToLater = async (run: Transaction, stepMs: number): Promise<void> => {
  const { nowMs } = run;
  await run.change(sql`
    update workspace set ${heldOn(nowMs, stepMs)} where lease is not null and lease_until_ms > ${nowMs - stepMs}`);
  await run.change(sql`
    update delivery set ${heldOn(nowMs, stepMs)}
    where state = 'waiting' and lease is not null and lease_until_ms > ${nowMs - stepMs}`);
  await run.change(sql`
    update hook
    set ${movedOn('failing_since_ms', nowMs, stepMs)}, failed_at_ms = least(${nowMs}, failed_at_ms + ${stepMs})
    where failing_since_ms is not null`);
  await run.change(sql`
    update workspace set ${movedOn('key_refused_since_ms', nowMs, stepMs)} where key_refused_since_ms is not null`);
  // Whether what becomes visible late has been seen is told by these.
  await run.change(sql`
    update workspace set ${movedOn('watermark_moved_at_ms', nowMs, stepMs)} where watermark_moved_at_ms is not null`);
  await run.change(sql`update reading set ${movedOn('started_at_ms', nowMs, stepMs)}`);
  await run.change(sql`
    update intent set ${movedOn('settled_at_ms', nowMs, stepMs)} where closed_at_ms is null and settled_at_ms is not null`);
  await run.change(sql`
    update delivery set ${movedOn('first_sent_at_ms', nowMs, stepMs)}, ${movedOn('last_sent_at_ms', nowMs, stepMs)}
    where state = 'waiting' and first_sent_at_ms is not null`);
  await run.change(sql`
    update intent set ${movedOn('created_at_ms', nowMs, stepMs)} where closed_at_ms is null and state = 'open'`);
  await run.change(sql`
    update choice set ${movedOn('created_at_ms', nowMs, stepMs)}, ${movedOn('settled_at_ms', nowMs, stepMs)}
    where state <> 'failed'`);
  await run.change(sql`update event set ${movedOn('detected_at_ms', nowMs, stepMs)} where body is null`);
  await run.change(sql`update undecided set ${movedOn('detected_at_ms', nowMs, stepMs)}`);
  await run.change(sql`
    update chore set due_at_ms = greatest(due_at_ms, ${nowMs + Math.min(stepMs, maxCleanUpAheadMs)})
    where name = 'clean-up'`);
};

/**
 * Makes stored times fit a clock that was set, or one of which nothing is known at the start (`stepMs` 0). Doing it again,
 * as each of several processes does, shortens waits and begins patience anew, and does no other harm.
 *
 * @param stepMs by how much the clock was set; negative when it was set back.
 */
export const adaptToClock = async (run: Transaction, stepMs: number): Promise<void> => {
  await (stepMs > 0 ? adaptToLater(run, stepMs) : adaptToEarlier(run, -stepMs));
  run.announce('poll');
  run.announce('deliver');
};
