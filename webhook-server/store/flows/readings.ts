import { holdsUntilMs, type PollSpan } from '../changes/poll-spans.ts';
import type { Transaction } from '../database.ts';
import { sql } from '../sql.ts';
import type { ReadingSpan } from '../tenant-store.ts';
import { spanColumns } from './poll-spans.ts';

const readingOf = (span: PollSpan): ReadingSpan => ({
  fromMs: span.fromMs,
  untilMs: holdsUntilMs(span),
  isRead: span.well > 0,
  reason: span.reason,
  polls: { well: span.well, failed: span.failed, limited: span.limited },
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

/** Until when the workspace was read well, at most until then; 0 when it was not, as far as anybody knows. */
export const findLastRead = async (run: Transaction, organizationId: string, untilMs: number): Promise<number> => {
  const last = await run.first<{ last_minute_ms: number }>(sql`
    select last_minute_ms from poll_span
    where organization_id = ${organizationId} and from_ms <= ${untilMs} and well > 0
    order by from_ms desc limit 1`);
  return Math.min(untilMs, last?.last_minute_ms ?? 0);
};

/** How the workspace was read in a time, as spans that follow each other without a gap. */
export const listReadings = async (
  run: Transaction,
  organizationId: string,
  { sinceMs, untilMs }: { sinceMs: number; untilMs: number },
): Promise<ReadingSpan[]> => {
  const endMs = Math.min(untilMs, run.nowMs);
  if (endMs <= sinceMs) return [];
  const before = await run.rows<PollSpan>(sql`
    select ${spanColumns} from poll_span as span where organization_id = ${organizationId} and from_ms < ${sinceMs}
    order by from_ms desc limit 1`);
  const later = await run.rows<PollSpan>(sql`
    select ${spanColumns} from poll_span as span
    where organization_id = ${organizationId} and from_ms >= ${sinceMs} and from_ms < ${endMs}
    order by from_ms`);
  const spans: ReadingSpan[] = [];
  for (const span of [...before, ...later].map(readingOf)) {
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
