import type { Random } from '../random.ts';
import { cutPage, drawPage } from '../workspace/draw-page.ts';
import type { SortKey } from '../workspace/ordered-rows.ts';
import { readInteger, readParameter, readWord } from './read-field.ts';

/** The body of every list. */
export type ListAnswer<Item> = {
  items: Item[];
  total_count: number;
  total_pages: number;
  has_more: boolean;
};

/** Rows in ascending order of a key, and how to format one. */
export type Listing<Row, Item> = {
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => SortKey;
  readonly write: (row: Row) => Item;
};

const defaultSize = 10;
const mostRows = 100;

/** Reads `page`, `size` and `sort_order`, and returns that page of the rows. With `random`, ties are shuffled. */
export const answerList = <Row, Item>(
  query: URLSearchParams,
  { rows, keyOf, write }: Listing<Row, Item>,
  random: Random | null,
): ListAnswer<Item> => {
  const page =
    readParameter(query, 'page', (field, value) => readInteger(field, value, 1, Number.MAX_SAFE_INTEGER)) ?? 1;
  const size = readParameter(query, 'size', (field, value) => readInteger(field, value, 1, mostRows)) ?? defaultSize;
  const order = readParameter(query, 'sort_order', (field, value) => readWord(field, value, ['asc', 'desc'])) ?? 'asc';
  const window = { offset: (page - 1) * size, size, descending: order === 'desc' };
  return {
    items: (random === null ? cutPage(rows, window) : drawPage(rows, keyOf, window, random)).map(write),
    total_count: rows.length,
    total_pages: Math.ceil(rows.length / size),
    has_more: window.offset + size < rows.length,
  };
};
