import type { Transaction } from '../database.ts';
import { intentLifeMs, refusalEndsHooksMs, shortestLookMs, templatePatienceMs } from '../rules.ts';
import { json, sql } from '../sql.ts';
import type { PollOutcome } from '../work-store.ts';
import { endHook } from './end-hook.ts';
import { giveUpUndecided } from './undecided.ts';
import { endWatching } from './watching.ts';
import { useSpareKey } from './workspace-keys.ts';
import { findLiveHookIds, lockWorkspaces } from './workspaces.ts';

type Owned = Pick<PollOutcome, 'organizationId' | 'lease'>;

/** An intent's change has been seen when its task is with the person whom the intent named. */
const stopLooking = async (run: Transaction, { organizationId, lease }: Owned): Promise<void> => {
  await run.change(sql`
    update workspace set look_until_ms = null
    where organization_id = ${organizationId} and lease = ${lease}
      and not exists (select 1 from event where event.organization_id = ${organizationId} and body is null)
      and not exists (
        select 1 from intent left join snapshot using (organization_id, task_id)
        where intent.organization_id = ${organizationId} and closed_at_ms is null and state <> 'failed'
          and created_at_ms > ${run.nowMs - intentLifeMs}
          and lower(snapshot.assignee_user_id) is distinct from intent.assignee_user_id)`);
};

/** Notes that the key was refused. Returns whether that was for so long that hooks and watching have ended. */
const recordRefusal = async (run: Transaction, { organizationId, lease }: Owned): Promise<boolean> => {
  const noted = await run.first<{ key_refused_since_ms: number }>(sql`
    update workspace set key_refused_since_ms = coalesce(key_refused_since_ms, ${run.nowMs})
    where organization_id = ${organizationId} and lease = ${lease}
    returning key_refused_since_ms`);
  if (run.nowMs - (noted?.key_refused_since_ms ?? run.nowMs) < refusalEndsHooksMs) return false;
  for (const id of await findLiveHookIds(run, organizationId)) await endHook(run, id, 'key refused');
  await endWatching(run, organizationId);
  return true;
};

/** When the first hook that waits for a template has waited long enough. */
const givesUpAtMs = (organizationId: string) => sql`(
  select min(detected_at_ms) + cast(${templatePatienceMs} as bigint) from undecided
  where undecided.organization_id = ${organizationId})`;

/** The next poll comes sooner while an intent or a nudge waits for its change to be seen. */
const release = async (
  run: Transaction,
  { organizationId, lease, requestedAtMs, lookedUpAtMs, readAtMs }: PollOutcome,
  pollAtMs: number,
): Promise<void> => {
  const { nowMs } = run;
  const nextLookMs = sql`cast(${nowMs} as bigint) + greatest(${shortestLookMs}, cast(${nowMs} as bigint) - look_since_ms)`;
  await run.change(sql`
    update workspace
    set lease = null, lease_until_ms = null, failures = 0, key_refused_since_ms = null,
        requested_at_ms = coalesce(${json(requestedAtMs)}, requested_at_ms),
        looked_up_at_ms = coalesce(${json(lookedUpAtMs)}, looked_up_at_ms),
        read_at_ms = coalesce(cast(${readAtMs ?? null} as bigint), read_at_ms),
        poll_at_ms = least(
          cast(${pollAtMs} as bigint), ${givesUpAtMs(organizationId)},
          case when look_until_ms > ${nowMs} then ${nextLookMs} end,
          case when exists (select 1 from event where event.organization_id = ${organizationId} and body is null)
            then cast(${nowMs + shortestLookMs} as bigint) end)
    where organization_id = ${organizationId} and lease = ${lease}`);
};

const releaseFailed = async (
  run: Transaction,
  { organizationId, lease, requestedAtMs, lookedUpAtMs }: PollOutcome,
  pollAtMs: number,
): Promise<void> => {
  await run.change(sql`
    update workspace
    set lease = null, lease_until_ms = null, failures = failures + 1,
        requested_at_ms = coalesce(${json(requestedAtMs)}, requested_at_ms),
        looked_up_at_ms = coalesce(${json(lookedUpAtMs)}, looked_up_at_ms),
        poll_at_ms = least(
          cast(${pollAtMs} as bigint), ${givesUpAtMs(organizationId)})
    where organization_id = ${organizationId} and lease = ${lease}`);
};

/** Gives a workspace back. A key that was refused is changed for another one; refused for long, it ends the hooks. */
export const finishPoll = async (run: Transaction, outcome: PollOutcome): Promise<void> => {
  const { organizationId, result, sawChange, nextPollInMs, hasUndecided = false } = outcome;
  if (hasUndecided) await giveUpUndecided(run, organizationId);
  if (result === 'key refused') {
    await lockWorkspaces(run, [organizationId]);
    if (await useSpareKey(run, outcome)) return release(run, outcome, run.nowMs);
    if (await recordRefusal(run, outcome)) return run.announce('deliver');
  }
  if (sawChange) await stopLooking(run, outcome);
  const pollAtMs = run.nowMs + Math.round(nextPollInMs);
  await (result === 'done' ? release(run, outcome, pollAtMs) : releaseFailed(run, outcome, pollAtMs));
};
