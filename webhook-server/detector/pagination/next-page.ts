import type { Cursor } from '../../store/work-store.ts';
import type { NextPage, PageFacts, PageStep } from './page-step.ts';
import type { PageWindow } from './page-window.ts';
import { nextPageOfTie } from './tied-rows.ts';

/**
 * How the pages of a list follow each other.
 *
 * - `overlapping`: every page begins inside the one before, so that each border is read twice.
 * - `adjacent`: a page begins where the one before ended. That is enough unless a row was deleted or two rows at the
 *   border share a timestamp; then the border is read again.
 */
export type Paging = 'overlapping' | 'adjacent';

/**
 * Rows may have moved past the border unseen. Begin earlier, twice as far before the border with every step, which soon
 * makes up for any number of deleted rows.
 */
const stepBack = (window: PageWindow, cursor: Cursor): PageStep => {
  const offset = Math.min(cursor.overlapOffset, 2 * window.offset - cursor.overlapOffset - 2);
  return { kind: 'continue', cursor: { ...cursor, offset: Math.max(0, offset) } };
};

const isKey = (key: number | null): key is number => key !== null;

const joins = ({ window, keys, totalCount }: PageFacts, cursor: Cursor, paging: Paging): boolean => {
  const first = keys.find(isKey);
  const isAdjacent = (paging === 'adjacent' && keys[0] !== null) || cursor.endsUnusable === true;
  if (window.offset === 0) return true;
  if (first === undefined) return isAdjacent && keys.length > 0 && totalCount >= cursor.totalCount;
  if (first < cursor.borderKey || (cursor.isBorderRead && first === cursor.borderKey)) return true;
  return isAdjacent && first > cursor.borderKey && totalCount >= cursor.totalCount;
};

/** The offset of the last row that certainly lies before the rows that share the page's last key. */
const overlapOf = ({ window, keys }: Pick<PageFacts, 'window' | 'keys'>, last: number): number | undefined => {
  const index = keys.findLastIndex((key) => key !== null && key < last);
  return index === -1 ? undefined : window.offset + index;
};

/** Before every row: the border while no row with a key has been met. */
const beforeAll = Number.MIN_SAFE_INTEGER;

/**
 * The next page begins where this one ended. So many rows that cannot be used follow each other that no page can overlap
 * them, so it is joined like an adjacent one.
 */
const passUnusable = ({ window, keys, totalCount }: PageFacts, cursor: Cursor | null): PageStep => {
  const last = keys.findLast(isKey);
  // A list that is begun again has no border yet.
  const before = window.offset === 0 ? null : cursor;
  const borderKey = last ?? before?.borderKey ?? beforeAll;
  const overlapOffset = last === undefined ? undefined : overlapOf({ window, keys }, last);
  return {
    kind: 'continue',
    cursor: {
      offset: window.offset + keys.length,
      overlapOffset: overlapOffset ?? before?.overlapOffset ?? 0,
      borderKey,
      totalCount,
      isBorderRead: false,
      tie: null,
      endsUnusable: true,
    },
  };
};

/**
 * Decides whether a page joins the rows that were read before it, and where the next page begins.
 *
 * Rows shift while a list is read: a deleted row pulls unread ones over the border, and rows with equal timestamps come
 * in another order with every request. A page that begins with a row strictly before the border proves that no row was
 * skipped, whatever moved. Where more rows share one timestamp than fit on a page there is no such proof, and they are
 * counted instead: see `nextPageOfTie`.
 *
 * @param cursor null for the first page.
 */
export const nextPage = (facts: PageFacts, cursor: Cursor | null, paging: Paging): NextPage => {
  if (cursor !== null && cursor.tie !== null) return nextPageOfTie(facts, cursor, cursor.tie);
  if (cursor !== null && !joins(facts, cursor, paging)) return stepBack(facts.window, cursor);

  const { window, keys, totalCount, hasMore } = facts;
  if (keys.length === 0 || !hasMore) return { kind: 'complete' };

  const last = keys.findLast(isKey);
  const overlapOffset = last === undefined ? undefined : overlapOf(facts, last);
  const endsUnusable = keys.at(-1) === null;
  // A page that overlaps more than its last quarter may show nothing new.
  const isStuck = overlapOffset === undefined || overlapOffset < window.offset + 0.75 * keys.length;
  if (last === undefined || (endsUnusable && isStuck)) return passUnusable(facts, cursor);
  const isTie = overlapOffset === undefined || (last === cursor?.borderKey && overlapOffset <= cursor.overlapOffset);
  if (isTie) {
    const offset = overlapOffset ?? Math.max(0, window.offset - 1);
    const tie = { from: null, passes: 0 };
    const begin = { offset, overlapOffset: offset, borderKey: last, totalCount, isBorderRead: false, tie };
    return { kind: 'continue', cursor: begin };
  }
  const offset = paging === 'adjacent' && !endsUnusable ? window.offset + keys.length : overlapOffset;
  return {
    kind: 'continue',
    cursor: { offset, overlapOffset, borderKey: last, totalCount, isBorderRead: false, tie: null },
  };
};
