import { microseconds } from '../../../topo/microseconds.ts';
import { asAssumed, different, type Finding, notSeen } from '../finding.ts';

const fact = {
  fact: 'The Date header and updated_at are of one clock',
  expected: 'less than 60 s apart, which is what a poll reads again',
};
const mostApartMs = 60_000;

export const notSeenClock = (why: string): Finding => notSeen(fact, why);

/** @param dateMs the `Date` header of the answer to the write, in whole seconds. */
export const judgeClock = (before: string, after: string, dateMs: number | undefined): Finding => {
  if (dateMs === undefined) {
    return different(
      fact,
      'the answer has no Date header',
      'The server takes its own clock for Topo’s, so that must be right.',
    );
  }
  if (microseconds(after) === microseconds(before)) return notSeen(fact, 'updated_at did not move');
  const aheadMs = microseconds(after) / 1000 - dateMs;
  // Being in whole seconds, the header alone may be up to a second behind.
  const apartMs = aheadMs < 0 ? -aheadMs : Math.max(0, aheadMs - 1000);
  const side = aheadMs < 0 ? 'behind' : 'ahead of';
  const seen = `updated_at is ${(Math.abs(aheadMs) / 1000).toFixed(3)} s ${side} Date, which has whole seconds`;
  if (apartMs < mostApartMs) return asAssumed(fact, seen);
  return different(
    fact,
    seen,
    'How far a poll has read is capped at the Date header, so changes may be read again and again, or reach Zaps late.',
  );
};
