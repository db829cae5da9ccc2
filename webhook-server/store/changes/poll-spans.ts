import { pollLateMs } from '../rules.ts';

/**
 * Polls of a workspace that ended alike, from the first minute on until the last one. A minute in which they ended
 * differently is a span of its own. `reason`: of the last one that did not go well. `nextAtMs`: when the poll after the last
 * one was due.
 */
export type PollSpan = {
  fromMs: number;
  lastMinuteMs: number;
  well: number;
  failed: number;
  limited: number;
  reason: string | null;
  nextAtMs: number;
};

/** How a poll ended, and when the next one is due. */
export type PollResult = { kind: 'well' | 'failed' | 'limited'; reason: string | null; nextAtMs: number };

const minuteMs = 60_000;

/** A span is no longer than this, so that what is old can be removed. */
const longestMs = 24 * 3_600_000;

/** What polls tell holds until the next poll is overdue. */
export const holdsUntilMs = ({ lastMinuteMs, nextAtMs }: PollSpan): number =>
  Math.max(lastMinuteMs + minuteMs, nextAtMs + pollLateMs);

const isLike = ({ reason, ...span }: PollSpan, poll: PollResult): boolean =>
  span[poll.kind] === span.well + span.failed + span.limited && reason === poll.reason;

const kindOf = ({ well, failed }: PollSpan): PollResult['kind'] =>
  well > 0 ? 'well' : failed > 0 ? 'failed' : 'limited';

const add = (span: PollSpan, { kind, reason, nextAtMs }: PollResult): PollSpan => ({
  ...span,
  [kind]: span[kind] + 1,
  reason: reason ?? span.reason,
  nextAtMs,
});

const begin = (fromMs: number, poll: PollResult): PollSpan =>
  add({ fromMs, lastMinuteMs: fromMs, well: 0, failed: 0, limited: 0, reason: null, nextAtMs: 0 }, poll);

/** Gives the last minute of a span to a new one, with one of its polls, as what that minute tells changes. */
const split = (span: PollSpan): [PollSpan, PollSpan] => {
  const kind = kindOf(span);
  const { lastMinuteMs, reason, nextAtMs } = span;
  return [
    { ...span, [kind]: span[kind] - 1, lastMinuteMs: lastMinuteMs - minuteMs },
    begin(lastMinuteMs, { kind, reason, nextAtMs }),
  ];
};

/** What is to be written when a poll has ended: spans that are new, or that begin when the latest one began. */
export const spansAfter = (latest: PollSpan | undefined, poll: PollResult, nowMs: number): PollSpan[] => {
  const thisMinuteMs = nowMs - (nowMs % minuteMs);
  if (latest === undefined || thisMinuteMs > holdsUntilMs(latest)) return [begin(thisMinuteMs, poll)];
  const { fromMs, lastMinuteMs } = latest;
  // The clock may have been set back.
  const minute = Math.max(thisMinuteMs, lastMinuteMs);
  if (isLike(latest, poll) && minute - fromMs < longestMs) return [{ ...add(latest, poll), lastMinuteMs: minute }];
  if (minute > lastMinuteMs) return [begin(minute, poll)];
  if (fromMs === lastMinuteMs) return [add(latest, poll)];
  const [before, last] = split(latest);
  return [before, add(last, poll)];
};
