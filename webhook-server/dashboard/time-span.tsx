import * as z from 'zod';
import { HttpError } from '../http/errors/http-error.ts';
import { optional } from './query.ts';

const dayMs = 24 * 3_600_000;
const minuteMs = 60_000;

/** A moment in an address: one that names no zone is in UTC. */
const moment = z.iso
  .datetime({ offset: true, local: true, error: 'Expected a time, such as 2026-03-02T09:00.' })
  .transform((text) => Date.parse(/Z|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`));

/** From when until when, as it stands in the address of a page. */
export const timeFilters = { since: optional(moment), until: optional(moment) };

type TimeFilters = { since?: number | undefined; until?: number | undefined };

/** Milliseconds since 1970. */
export type TimeSpan = { sinceMs: number; untilMs: number };

/** The time that was chosen; the last `usualDays`, where none was. */
export const spanOfFilters = (
  { since, until }: TimeFilters,
  { nowMs, usualDays, mostDays }: { nowMs: number; usualDays: number; mostDays: number },
): TimeSpan => {
  const untilMs = until ?? (Math.floor(nowMs / minuteMs) + 1) * minuteMs;
  const sinceMs = since ?? untilMs - usualDays * dayMs;
  if (sinceMs >= untilMs) {
    throw new HttpError(400, 'invalid_request', 'The time has to end after it begins.', { field: 'until' });
  }
  if (untilMs - sinceMs > mostDays * dayMs) {
    throw new HttpError(400, 'invalid_request', `Choose at most ${mostDays} days.`, { field: 'since' });
  }
  return { sinceMs, untilMs };
};

/** The same time in an address that means it for good. */
export const filtersOfSpan = ({ sinceMs, untilMs }: TimeSpan): { since: string; until: string } => ({
  since: new Date(sinceMs).toISOString(),
  until: new Date(untilMs).toISOString(),
});

const localOf = (ms: number): string => new Date(ms).toISOString().slice(0, 16);

/** Two fields for a time. A script of ours takes and shows them in the reader's zone; until then they are in UTC, and say so. */
export const TimeFields = ({ sinceMs, untilMs }: TimeSpan) => (
  <>
    <label>
      <span>
        From (<span data-zone>UTC</span>)
      </span>
      <input type="datetime-local" name="since" value={localOf(sinceMs)} required />
    </label>
    <label>
      <span>
        Until (<span data-zone>UTC</span>)
      </span>
      <input type="datetime-local" name="until" value={localOf(untilMs)} required />
    </label>
  </>
);
