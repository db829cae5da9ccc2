import type { Transaction } from '../database.ts';
import { sql, tableOf } from '../sql.ts';
import type { PollOutcome } from '../work-store.ts';

/** A workspace that was given back, and when it is polled next. */
export type Released = { organization_id: string; poll_at_ms: number };

const minuteMs = 60_000;

type Ended = { outcome: PollOutcome; nextAtMs: number };

const wentWell = ({ outcome }: Ended): boolean => outcome.result === 'done' && outcome.trouble === undefined;
const wasLimited = ({ outcome }: Ended): boolean => outcome.trouble?.isLimited === true;

const reasonOf = (ended: Ended): string | null =>
  wentWell(ended) ? null : (ended.outcome.trouble?.reason ?? 'the poll failed');

/** Counts the ends of polls by their minute: of those whose workspaces were given back, as the lease was theirs. */
export const notePolls = async (
  run: Transaction,
  outcomes: readonly PollOutcome[],
  released: readonly Released[],
): Promise<void> => {
  const nextOf = new Map(released.map(({ organization_id, poll_at_ms }) => [organization_id, poll_at_ms]));
  // One row for each: a statement cannot change the same row twice.
  const ended = new Map(outcomes.map((outcome) => [outcome.organizationId, outcome]));
  const noted = [...ended].flatMap(([organizationId, outcome]) => {
    const nextAtMs = nextOf.get(organizationId);
    return nextAtMs === undefined ? [] : [{ outcome, nextAtMs }];
  });
  if (noted.length === 0) return;
  await run.change(sql`
    insert into poll_minute (organization_id, minute_ms, well, failed, limited, reason, next_at_ms)
    select polled_in, cast(${run.nowMs - (run.nowMs % minuteMs)} as bigint), went_well, has_failed, was_limited, trouble, due_at_ms
    from ${tableOf('noted', noted, {
      polled_in: ['text', ({ outcome }) => outcome.organizationId],
      went_well: ['bigint', (ended) => Number(wentWell(ended))],
      has_failed: ['bigint', (ended) => Number(!wentWell(ended) && !wasLimited(ended))],
      was_limited: ['bigint', (ended) => Number(wasLimited(ended))],
      trouble: ['text', reasonOf],
      due_at_ms: ['bigint', ({ nextAtMs }) => nextAtMs],
    })}
    where true
    order by position
    on conflict (organization_id, minute_ms) do update
    set well = poll_minute.well + excluded.well, failed = poll_minute.failed + excluded.failed,
        limited = poll_minute.limited + excluded.limited, reason = coalesce(excluded.reason, poll_minute.reason),
        next_at_ms = excluded.next_at_ms`);
};
