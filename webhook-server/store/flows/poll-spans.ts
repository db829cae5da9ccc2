import { type PollResult, type PollSpan, spansAfter } from '../changes/poll-spans.ts';
import type { Run, Transaction } from '../database.ts';
import { type Statement, sql, tableOf } from '../sql.ts';
import type { PollOutcome } from '../work-store.ts';

/** A workspace that was given back, and when it is polled next. */
export type Released = { organization_id: string; poll_at_ms: number };

const resultOf = ({ result, trouble }: PollOutcome, nextAtMs: number): PollResult => {
  if (result === 'done' && trouble === undefined) return { kind: 'well', reason: null, nextAtMs };
  return {
    kind: trouble?.isLimited === true ? 'limited' : 'failed',
    reason: trouble?.reason ?? 'the poll failed',
    nextAtMs,
  };
};

type Row = { organization_id: string } & PollSpan;

/** The columns of a span, as they are called here. */
export const spanColumns = sql`
  span.organization_id, from_ms as "fromMs", last_minute_ms as "lastMinuteMs", well, failed, limited, reason,
  next_at_ms as "nextAtMs"`;

/** The latest span of each of these workspaces. */
export const latestSpansOf = (organizationIds: readonly string[]): Statement => sql`
  select ${spanColumns}
  from ${tableOf('polled', organizationIds, { polled_in: ['text', (id) => id] })}
  join poll_span as span on span.organization_id = polled_in
    and from_ms = (select max(known.from_ms) from poll_span as known where known.organization_id = polled_in)`;

const writeSpans = async (run: Run, spans: readonly Row[]): Promise<void> => {
  await run.change(sql`
    insert into poll_span (organization_id, from_ms, last_minute_ms, well, failed, limited, reason, next_at_ms)
    select polled_in, begun_ms, minute_ms, went_well, have_failed, were_limited, trouble, due_at_ms
    from ${tableOf('polled', spans, {
      polled_in: ['text', ({ organization_id }) => organization_id],
      begun_ms: ['bigint', ({ fromMs }) => fromMs],
      minute_ms: ['bigint', ({ lastMinuteMs }) => lastMinuteMs],
      went_well: ['bigint', ({ well }) => well],
      have_failed: ['bigint', ({ failed }) => failed],
      were_limited: ['bigint', ({ limited }) => limited],
      trouble: ['text', ({ reason }) => reason],
      due_at_ms: ['bigint', ({ nextAtMs }) => nextAtMs],
    })}
    where true
    order by position
    on conflict (organization_id, from_ms) do update
    set last_minute_ms = excluded.last_minute_ms, well = excluded.well, failed = excluded.failed,
        limited = excluded.limited, reason = excluded.reason, next_at_ms = excluded.next_at_ms`);
};

/** Notes how polls ended: of those whose workspaces were given back, as the lease was theirs. */
export const notePolls = async (
  run: Transaction,
  outcomes: readonly PollOutcome[],
  released: readonly Released[],
): Promise<void> => {
  if (released.length === 0) return;
  const outcomeOf = new Map(outcomes.map((outcome) => [outcome.organizationId, outcome]));
  const latest = await run.rows<Row>(latestSpansOf(released.map(({ organization_id }) => organization_id)));
  const latestOf = new Map(latest.map((row) => [row.organization_id, row]));
  const spans = released.flatMap(({ organization_id, poll_at_ms }) => {
    const outcome = outcomeOf.get(organization_id);
    if (outcome === undefined) return [];
    const poll = resultOf(outcome, poll_at_ms);
    return spansAfter(latestOf.get(organization_id), poll, run.nowMs).map((span) => ({ ...span, organization_id }));
  });
  if (spans.length > 0) await writeSpans(run, spans);
};
