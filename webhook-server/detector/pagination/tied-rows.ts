import { largestPage } from '../../../topo/list.ts';
import type { Cursor, Tie } from '../../store/work-store.ts';
import type { Continuation, PageFacts, Step } from './page-step.ts';

/** The rows with one key on a page, and whether the page reaches past them. */
const findGroup = ({ window, keys, hasMore }: PageFacts, key: number) => {
  const first = keys.findIndex((one) => one >= key);
  const beyond = keys.findIndex((one) => one > key);
  return {
    from: first === -1 ? null : window.offset + first,
    end: window.offset + (beyond === -1 ? keys.length : beyond),
    isPast: beyond !== -1 || !hasMore,
    isLast: beyond === -1 && !hasMore,
  };
};

/**
 * Each pass over rows in random order misses about a third of those that the passes before it missed; after so many
 * none is likely to be left.
 */
const mostPasses = (rows: number): number => Math.ceil(Math.log(Math.max(rows, 1))) + 10;

const goOn = (cursor: Cursor, change: Partial<Cursor>): Step => ({
  kind: 'continue',
  cursor: { ...cursor, ...change },
});

/**
 * Follows a pass over rows that share one timestamp and are more than a page holds, as a bulk import makes them. Topo
 * promises no order among them, so a page may show rows again and pass others over. But how many they are is known from
 * where they begin and end, so they are passed over again until that many have been stored. One that is deleted
 * meanwhile may stand in for one that was never shown: that is the one case which only a later reading mends.
 *
 * @param tie where the pass stands: `from` is null until the first of the rows has been met.
 */
export const followTie = (facts: PageFacts, cursor: Cursor, tie: Tie): Continuation => {
  const { window, keys } = facts;
  const [first] = keys;
  const isBegun = tie.from !== null;
  if (first === undefined || (!isBegun && window.offset > 0 && first >= cursor.borderKey)) {
    return goOn(cursor, { offset: Math.max(0, window.offset - largestPage), tie: { ...tie, from: null } });
  }

  const group = findGroup(facts, cursor.borderKey);
  const from = tie.from ?? group.from;
  if (!group.isPast) return goOn(cursor, { offset: window.offset + keys.length, tie: { ...tie, from } });

  const before = Math.max(0, group.end - 1);
  const whenAll: Step = group.isLast
    ? { kind: 'complete' }
    : goOn(cursor, { offset: before, overlapOffset: before, isBorderRead: true, tie: null });
  const expected = group.end - (from ?? group.end);
  const passes = tie.passes + 1;
  const again = goOn(cursor, { offset: Math.max(0, (from ?? 0) - 1), tie: { from: null, passes } });
  const whenSome = passes < mostPasses(expected) ? again : whenAll;
  return { kind: 'count', key: cursor.borderKey, expected, whenAll, whenSome };
};
