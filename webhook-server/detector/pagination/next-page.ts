import type { Cursor } from '../../store/work-store.ts';
import type { Continuation, PageFacts, Step } from './page-step.ts';
import type { PageWindow } from './page-window.ts';
import { followTie } from './tied-rows.ts';

/**
 * How the rows of a list are ordered and how its pages follow each other.
 *
 * - `overlapping`: every page begins inside the one before, so that each border is read twice.
 * - `adjacent`: a page begins where the one before ended, which is enough while nothing is deleted and no two rows at
 *   the border share a timestamp; else the border is read again.
 */
export type Paging = 'overlapping' | 'adjacent';

/**
 * Rows may have moved past the border unseen: begin earlier, twice as far before the border with every step, so that
 * any number of deleted rows is soon caught up with.
 */
const stepBack = (window: PageWindow, cursor: Cursor): Step => {
  const offset = Math.min(cursor.overlapOffset, 2 * window.offset - cursor.overlapOffset - 2);
  return { kind: 'continue', cursor: { ...cursor, offset: Math.max(0, offset) } };
};

const joins = ({ window, keys, totalCount }: PageFacts, cursor: Cursor, paging: Paging): boolean => {
  const [first] = keys;
  if (window.offset === 0) return true;
  if (first === undefined) return false;
  if (first < cursor.borderKey || (cursor.isBorderRead && first === cursor.borderKey)) return true;
  return paging === 'adjacent' && first > cursor.borderKey && totalCount >= cursor.totalCount;
};

/** The offset of the last row that is surely before the rows that share the page's last key. */
const overlapOf = ({ window, keys }: PageFacts, last: number): number | undefined => {
  const index = keys.findLastIndex((key) => key < last);
  return index === -1 ? undefined : window.offset + index;
};

/**
 * Decides whether a page joins the rows that were read before it, and where the next one begins.
 *
 * Rows shift while a list is read: a deleted row pulls unread ones over the border, and rows with equal timestamps come
 * in another order at every request. A page that begins with a row strictly before the border proves that nothing was
 * passed over, whatever moved. Where more rows share one timestamp than fit on a page there is no such proof, and they
 * are counted instead: see `followTie`.
 *
 * @param cursor null for the first page.
 */
export const follow = (facts: PageFacts, cursor: Cursor | null, paging: Paging): Continuation => {
  if (cursor !== null && cursor.tie !== null) return followTie(facts, cursor, cursor.tie);
  if (cursor !== null && !joins(facts, cursor, paging)) return stepBack(facts.window, cursor);

  const { window, keys, totalCount, hasMore } = facts;
  const last = keys.at(-1);
  if (last === undefined || !hasMore) return { kind: 'complete' };

  const overlapOffset = overlapOf(facts, last);
  const isTie = overlapOffset === undefined || (last === cursor?.borderKey && overlapOffset <= cursor.overlapOffset);
  if (isTie) {
    const offset = overlapOffset ?? Math.max(0, window.offset - 1);
    const tie = { from: null, passes: 0 };
    const begin = { offset, overlapOffset: offset, borderKey: last, totalCount, isBorderRead: false, tie };
    return { kind: 'continue', cursor: begin };
  }
  const offset = paging === 'adjacent' ? window.offset + keys.length : overlapOffset;
  return {
    kind: 'continue',
    cursor: { offset, overlapOffset, borderKey: last, totalCount, isBorderRead: false, tie: null },
  };
};
