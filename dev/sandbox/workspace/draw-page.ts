import { drawInteger, type Random } from '../random.ts';
import { findPosition, type SortKey } from './ordered-rows.ts';

/** The rows `offset` to `offset + size`, in the requested order. */
export type PageWindow = { readonly offset: number; readonly size: number; readonly descending: boolean };

/** Draws `count` of the rows from `low` up to but not including `high`, each equally likely, in any order. */
const drawRows = <Row>(rows: readonly Row[], low: number, high: number, count: number, random: Random): Row[] => {
  const moved = new Map<number, number>();
  const drawn: Row[] = [];
  for (let position = low; drawn.length < count; position += 1) {
    const other = drawInteger(random, position, high);
    const row = rows[moved.get(other) ?? other];
    if (row === undefined) break;
    drawn.push(row);
    moved.set(other, moved.get(position) ?? position);
  }
  return drawn;
};

/** Returns one page of rows that are in ascending order. Rows of the same key keep theirs from call to call. */
export const cutPage = <Row>(rows: readonly Row[], { offset, size, descending }: PageWindow): Row[] =>
  descending
    ? rows.slice(Math.max(0, rows.length - offset - size), Math.max(0, rows.length - offset)).toReversed()
    : rows.slice(offset, offset + size);

/**
 * Returns one page of rows that are in ascending order. Rows of the same key are shuffled at each call, across page
 * borders too, so a client that reads page after page may see one of them twice and another never. The cost is that
 * of a page, however long the list and the group of ties are.
 */
export const drawPage = <Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => SortKey,
  { offset, size, descending }: PageWindow,
  random: Random,
): Row[] => {
  const end = Math.min(offset + size, rows.length);
  const page: Row[] = [];
  for (let position = offset; position < end; position = offset + page.length) {
    const row = rows[descending ? rows.length - 1 - position : position];
    if (row === undefined) break;
    const low = findPosition(rows, (other) => keyOf(other) >= keyOf(row));
    const high = findPosition(rows, (other) => keyOf(other) > keyOf(row));
    const groupEnd = descending ? rows.length - low : high;
    page.push(...drawRows(rows, low, high, Math.min(groupEnd, end) - position, random));
  }
  return page;
};
