import type { Random } from '../random.ts';
import type { Instant } from '../timestamp.ts';
import { drawPage } from '../workspace/draw-page.ts';
import { readInteger, readParameter, readWord } from './read-field.ts';

/** The body of every list. */
export type ListAnswer<Item> = {
  items: Item[];
  total_count: number;
  total_pages: number;
  has_more: boolean;
};

/** Rows sorted by a moment, and how to format one. */
export type Listing<Row, Item> = {
  readonly rows: readonly Row[];
  readonly instantOf: (row: Row) => Instant;
  readonly write: (row: Row) => Item;
};

const defaultSize = 10;
const mostRows = 100;

/** Reads `page`, `size` and `sort_order`, and returns that page of the rows. */
export const answerList = <Row, Item>(
  query: URLSearchParams,
  { rows, instantOf, write }: Listing<Row, Item>,
  random: Random,
): ListAnswer<Item> => {
  const page =
    readParameter(query, 'page', (field, value) => readInteger(field, value, 1, Number.MAX_SAFE_INTEGER)) ?? 1;
  const size = readParameter(query, 'size', (field, value) => readInteger(field, value, 1, mostRows)) ?? defaultSize;
  const order = readParameter(query, 'sort_order', (field, value) => readWord(field, value, ['asc', 'desc'])) ?? 'asc';
  const window = { offset: (page - 1) * size, size, descending: order === 'desc' };
  return {
    items: drawPage(rows, instantOf, window, random).map(write),
    total_count: rows.length,
    total_pages: Math.ceil(rows.length / size),
    has_more: window.offset + size < rows.length,
  };
};
