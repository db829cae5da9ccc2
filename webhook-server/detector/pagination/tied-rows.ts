import { largestPage } from '../../../topo/list.ts';
import type { Cursor, Tie } from '../../store/work-store.ts';
import type { NextPage, PageFacts, PageStep } from './page-step.ts';

/** The rows with one key on a page, and whether the page reaches past them. */
const findGroup = ({ window, keys, hasMore }: PageFacts, key: number, isBegun: boolean) => {
  const first = keys.findIndex((one) => one !== null && one >= key);
  const beyond = keys.findIndex((one) => one !== null && one > key);
  return {
    from: first === -1 ? null : window.offset + first,
    end: window.offset + (beyond === -1 ? keys.length : beyond),
    unusable: keys
      .slice(isBegun ? 0 : Math.max(first, 0), beyond === -1 ? keys.length : beyond)
      .filter((one) => one === null).length,
    isPast: beyond !== -1 || !hasMore,
    isLast: beyond === -1 && !hasMore,
  };
};

/**
 * Each pass over rows in random order misses about a third of those that all passes before it missed. After this many
 * passes probably none is left.
 */
const maxPasses = (rows: number): number => Math.ceil(Math.log(Math.max(rows, 1))) + 10;

const continueWith = (cursor: Cursor, change: Partial<Cursor>): PageStep => ({
  kind: 'continue',
  cursor: { ...cursor, ...change },
});

/**
 * Pages through rows that share one timestamp and do not fit on one page, as a bulk import makes them. Topo guarantees
 * no order among them, so a page may repeat rows and skip others. But where they begin and end tells how many they are,
 * so they are read in passes until that many are stored. A row that is deleted meanwhile may be counted in place of one
 * that was never shown: only a later scan repairs that one case. With rows that
 * cannot be used among them the number is never reached, and all passes are made.
 *
 * @param tie the state of the pass: `from` is null until the first of the rows has been met.
 */
export const nextPageOfTie = (facts: PageFacts, cursor: Cursor, tie: Tie): NextPage => {
  const { window, keys } = facts;
  const first = keys.find((key) => key !== null);
  const isBegun = tie.from !== null;
  const isTooLate = !isBegun && window.offset > 0 && (first === undefined || first >= cursor.borderKey);
  if (keys.length === 0 || isTooLate) {
    const begin = { from: null, passes: tie.passes };
    return continueWith(cursor, { offset: Math.max(0, window.offset - largestPage), tie: begin });
  }

  const group = findGroup(facts, cursor.borderKey, isBegun);
  // Where rows that cannot be used lie before them, the rows may begin anywhere behind this page.
  const from = tie.from ?? group.from ?? (keys.at(-1) === null ? window.offset + keys.length : null);
  const unusable = (tie.unusable ?? 0) + (isBegun || group.from !== null ? group.unusable : 0);
  if (!group.isPast) {
    return continueWith(cursor, { offset: window.offset + keys.length, tie: { ...tie, from, unusable } });
  }

  const before = Math.max(0, group.end - 1);
  const whenAll: PageStep = group.isLast
    ? { kind: 'complete' }
    : continueWith(cursor, { offset: before, overlapOffset: before, isBorderRead: true, tie: null });
  const all = group.end - (from ?? group.end);
  // In random order a pass may count a row twice that cannot be used, so their number proves nothing: rather read on.
  const expected = all - unusable <= 1 ? Math.max(0, all - unusable) : all;
  const passes = tie.passes + 1;
  const again = continueWith(cursor, { offset: Math.max(0, (from ?? 0) - 1), tie: { from: null, passes } });
  const whenSome = passes < maxPasses(expected) ? again : whenAll;
  return { kind: 'count', key: cursor.borderKey, expected, whenAll, whenSome };
};
