import type { Transaction } from '../database.ts';
import { pollLateMs } from '../rules.ts';
import { sql } from '../sql.ts';
import type { ReadingSpan } from '../tenant-store.ts';

type MinuteRow = {
  minute_ms: number;
  well: number;
  failed: number;
  limited: number;
  reason: string | null;
  next_at_ms: number;
};

const minuteMs = 60_000;

/** What polls tell of a minute holds until the next poll is overdue. */
const spanOf = ({ minute_ms, well, failed, limited, reason, next_at_ms }: MinuteRow): ReadingSpan => ({
  fromMs: minute_ms,
  untilMs: Math.max(minute_ms + minuteMs, next_at_ms + pollLateMs),
  isRead: well > 0,
  reason,
  polls: { well, failed, limited },
});

const unread = (fromMs: number, untilMs: number): ReadingSpan => ({
  fromMs,
  untilMs,
  isRead: false,
  reason: 'nothing was read: no Zap was on, or the server did not run',
  polls: { well: 0, failed: 0, limited: 0 },
});

const isSame = (a: ReadingSpan, b: ReadingSpan): boolean =>
  a.isRead === b.isRead && (a.isRead || a.reason === b.reason);

const joined = (a: ReadingSpan, b: ReadingSpan): ReadingSpan => ({
  ...a,
  untilMs: b.untilMs,
  reason: b.reason ?? a.reason,
  polls: {
    well: a.polls.well + b.polls.well,
    failed: a.polls.failed + b.polls.failed,
    limited: a.polls.limited + b.polls.limited,
  },
});

/** Adds a span; the one before it ends where this one begins. */
const add = (spans: ReadingSpan[], added: ReadingSpan): void => {
  const last = spans.pop();
  if (last === undefined) spans.push(added);
  else if (isSame(last, added)) spans.push(joined(last, added));
  else spans.push({ ...last, untilMs: added.fromMs }, added);
};

/** How the workspace was read in a time, as spans that follow each other without a gap. */
export const listReadings = async (
  run: Transaction,
  organizationId: string,
  { sinceMs, untilMs }: { sinceMs: number; untilMs: number },
): Promise<ReadingSpan[]> => {
  const endMs = Math.min(untilMs, run.nowMs);
  if (endMs <= sinceMs) return [];
  const columns = sql`minute_ms, well, failed, limited, reason, next_at_ms`;
  const before = await run.rows<MinuteRow>(sql`
    select ${columns} from poll_minute where organization_id = ${organizationId} and minute_ms < ${sinceMs}
    order by minute_ms desc limit 1`);
  const minutes = await run.rows<MinuteRow>(sql`
    select ${columns} from poll_minute
    where organization_id = ${organizationId} and minute_ms >= ${sinceMs} and minute_ms < ${endMs}
    order by minute_ms`);
  const spans: ReadingSpan[] = [];
  for (const span of [...before, ...minutes].map(spanOf)) {
    const knownUntilMs = spans.at(-1)?.untilMs ?? sinceMs;
    if (span.fromMs > knownUntilMs) add(spans, unread(knownUntilMs, span.fromMs));
    add(spans, span);
  }
  const knownUntilMs = spans.at(-1)?.untilMs ?? sinceMs;
  if (knownUntilMs < endMs) add(spans, unread(knownUntilMs, endMs));
  return spans
    .filter((span) => span.untilMs > sinceMs)
    .map((span) => ({ ...span, fromMs: Math.max(span.fromMs, sinceMs), untilMs: Math.min(span.untilMs, endMs) }));
};
