import type { Database, Transaction } from '../database.ts';
import { intentLifeMs, refusalEndsHooksMs, shortestLookMs, templatePatienceMs } from '../rules.ts';
import { json, sql, tableOf } from '../sql.ts';
import type { PollOutcome } from '../work-store.ts';
import { endHook } from './end-hook.ts';
import { notePolls, type Released } from './poll-spans.ts';
import { giveUpUndecided } from './undecided.ts';
import { endWatching } from './watching.ts';
import { useSpareKey } from './workspace-keys.ts';
import { findLiveHookIds, lockWorkspaces } from './workspaces.ts';

type Owned = Pick<PollOutcome, 'organizationId' | 'lease'>;

/** An intent's change has been seen when its task is with the person whom the intent named. */
const stopLooking = async (run: Transaction, polled: readonly Owned[]): Promise<void> => {
  if (polled.length === 0) return;
  await run.change(sql`
    update workspace set look_until_ms = null
    from ${tableOf('seen', polled, {
      seen_in: ['text', ({ organizationId }) => organizationId],
      seen_lease: ['text', ({ lease }) => lease],
    })}
    where organization_id = seen_in and lease = seen_lease
      and not exists (select 1 from event where event.organization_id = seen_in and body is null)
      and not exists (
        select 1 from intent
        left join snapshot on snapshot.organization_id = intent.organization_id and snapshot.task_id = intent.task_id
        where intent.organization_id = seen_in and closed_at_ms is null and state <> 'failed'
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
const givesUpAtMs = sql`(
  select min(detected_at_ms) + cast(${templatePatienceMs} as bigint) from undecided
  where undecided.organization_id = workspace.organization_id)`;

/** Whether the next poll goes on with a reading of many pages. A reconciliation goes on beside the usual polls. */
const goesOn = sql`(not is_baselined or exists (
  select 1 from reading where reading.organization_id = workspace.organization_id and kind = 'walk'))`;

type Ended = { outcome: PollOutcome; pollAtMs: number };

const jsonText = (times: readonly number[] | undefined): string | null =>
  times === undefined ? null : JSON.stringify(times);

/** The next poll comes sooner while an intent or a nudge waits for its change to be seen. */
const release = async (run: Transaction, ended: readonly Ended[]): Promise<void> => {
  const { nowMs } = run;
  const nextLookMs = sql`cast(${nowMs} as bigint) + greatest(${shortestLookMs}, cast(${nowMs} as bigint) - look_since_ms)`;
  const released = await run.rows<Released>(sql`
    update workspace
    set lease = null, lease_until_ms = null, failures = 0, key_refused_since_ms = null, goes_on = ${goesOn},
        requested_at_ms = coalesce(asked, requested_at_ms), looked_up_at_ms = coalesce(looked_up, looked_up_at_ms),
        read_at_ms = coalesce(shown_at_ms, read_at_ms),
        poll_at_ms = least(
          next_at_ms, ${givesUpAtMs},
          case when look_until_ms > ${nowMs} then ${nextLookMs} end,
          case when not is_silent and exists (
            select 1 from event where event.organization_id = workspace.organization_id and body is null)
            then cast(${nowMs + shortestLookMs} as bigint) end)
    from ${tableOf('ended', ended, {
      ended_in: ['text', ({ outcome }) => outcome.organizationId],
      ended_lease: ['text', ({ outcome }) => outcome.lease],
      asked: ['jsonb', ({ outcome }) => jsonText(outcome.requestedAtMs)],
      looked_up: ['jsonb', ({ outcome }) => jsonText(outcome.lookedUpAtMs)],
      shown_at_ms: ['bigint', ({ outcome }) => outcome.readAtMs ?? null],
      next_at_ms: ['bigint', ({ pollAtMs }) => pollAtMs],
    })}
    where workspace.organization_id = ended_in and lease = ended_lease
    returning workspace.organization_id, poll_at_ms`);
  await notePolls(
    run,
    ended.map(({ outcome }) => outcome),
    released,
  );
};

const releaseFailed = async (run: Transaction, outcome: PollOutcome, pollAtMs: number): Promise<void> => {
  const { organizationId, lease, requestedAtMs, lookedUpAtMs } = outcome;
  const released = await run.rows<Released>(sql`
    update workspace
    set lease = null, lease_until_ms = null, failures = failures + 1, goes_on = ${goesOn},
        requested_at_ms = coalesce(${json(requestedAtMs)}, requested_at_ms),
        looked_up_at_ms = coalesce(${json(lookedUpAtMs)}, looked_up_at_ms),
        poll_at_ms = least(cast(${pollAtMs} as bigint), ${givesUpAtMs})
    where organization_id = ${organizationId} and lease = ${lease}
    returning organization_id, poll_at_ms`);
  await notePolls(run, [outcome], released);
};

const pollAtMsAfter = ({ nowMs }: Transaction, { nextPollInMs }: PollOutcome): number =>
  nowMs + Math.round(nextPollInMs);

/** Gives a workspace back. A key that was refused is changed for another one; refused for long, it ends the hooks. */
export const finishPoll = async (run: Transaction, outcome: PollOutcome): Promise<void> => {
  const { organizationId, result, sawChange, hasUndecided = false } = outcome;
  if (hasUndecided) await giveUpUndecided(run, organizationId);
  if (result === 'key refused') {
    await lockWorkspaces(run, [organizationId]);
    if (await useSpareKey(run, outcome)) return release(run, [{ outcome, pollAtMs: run.nowMs }]);
    if (await recordRefusal(run, outcome)) return run.announce('deliver');
  }
  if (sawChange) await stopLooking(run, [outcome]);
  const pollAtMs = pollAtMsAfter(run, outcome);
  await (result === 'done' ? release(run, [{ outcome, pollAtMs }]) : releaseFailed(run, outcome, pollAtMs));
};

/** Nothing went wrong and nothing waits: there is only a workspace to be given back. */
const isPlain = ({ result, hasUndecided = false }: PollOutcome): boolean => result === 'done' && !hasUndecided;

const finishPlain = async (run: Transaction, outcomes: readonly PollOutcome[]): Promise<void> => {
  await stopLooking(
    run,
    outcomes.filter(({ sawChange }) => sawChange),
  );
  await release(
    run,
    outcomes.map((outcome) => ({ outcome, pollAtMs: pollAtMsAfter(run, outcome) })),
  );
};

/** Gives workspaces back: those of plain polls together, as a commit costs more than what is in it. */
export const finishPolls = async (database: Database, outcomes: readonly PollOutcome[]): Promise<void> => {
  const plain = outcomes.filter(isPlain);
  if (plain.length > 0) await database.transaction((run) => finishPlain(run, plain), 'settling');
  for (const outcome of outcomes.filter((one) => !isPlain(one))) {
    await database.transaction((run) => finishPoll(run, outcome), 'settling');
  }
};
