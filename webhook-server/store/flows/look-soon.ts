import type { Transaction } from '../database.ts';
import { intentLifeMs, nudgedLooksApartMs, type writeTakesMs } from '../rules.ts';
import { sql } from '../sql.ts';

/**
 * Lets the detector look in 0 or `writeTakesMs` milliseconds, and again until it has seen a change. Only a workspace that is
 * watched is polled.
 */
export const pollSoon = async (
  run: Transaction,
  organizationId: string,
  inMs: 0 | typeof writeTakesMs,
): Promise<void> => {
  const { nowMs } = run;
  await run.change(sql`
    update workspace
    set look_since_ms = ${nowMs}, look_until_ms = ${nowMs + intentLifeMs},
        poll_at_ms = least(poll_at_ms, ${nowMs + inMs})
    where organization_id = ${organizationId} and sealed_key is not null and failures = 0`);
  run.announce(inMs === 0 ? 'poll' : 'poll-soon');
};

/** Lets the detector look now. */
export const nudge = (run: Transaction, organizationId: string): Promise<void> => pollSoon(run, organizationId, 0);

/** Lets the detector look now, once. A poll that is under way may have begun too early: whoever waits asks again. */
export const lookNow = async (run: Transaction, organizationId: string): Promise<void> => {
  const { nowMs } = run;
  const changed = await run.change(sql`
    update workspace set poll_at_ms = ${nowMs}
    where organization_id = ${organizationId} and sealed_key is not null and failures = 0 and poll_at_ms > ${nowMs}
      and (lease is null or lease_until_ms <= ${nowMs})`);
  if (changed > 0) run.announce('poll');
};

/**
 * Lets the detector look soon, for a caller who may call at any rate: one look-out at a time, and its looks lie apart, so
 * that the requests to Topo that other readings need are not used up.
 */
export const nudgeFromOutside = async (run: Transaction, organizationId: string): Promise<void> => {
  const { nowMs } = run;
  const nextLookMs = sql`greatest(cast(${nowMs} as bigint), coalesce(read_at_ms, 0) + ${nudgedLooksApartMs})`;
  const isLooking = sql`coalesce(look_until_ms, 0) > ${nowMs}`;
  const changed = await run.change(sql`
    update workspace
    set look_since_ms = case when ${isLooking} then look_since_ms else cast(${nowMs} as bigint) end,
        look_until_ms = case when ${isLooking} then look_until_ms else cast(${nowMs + intentLifeMs} as bigint) end,
        poll_at_ms = least(poll_at_ms, ${nextLookMs})
    where organization_id = ${organizationId} and sealed_key is not null and failures = 0
      and not (${isLooking} and poll_at_ms <= ${nextLookMs})`);
  if (changed > 0) run.announce('poll');
};
