import type { Cursor } from '../../store/work-store.ts';
import type { PageWindow } from './page-window.ts';

/**
 * What a page showed: the sort keys of its rows, ascending, and the length of the whole list. A row that cannot be used
 * has its place and no key: null.
 */
export type PageFacts = { window: PageWindow; keys: readonly (number | null)[]; totalCount: number; hasMore: boolean };

/** The cursor of the next page, or `complete` when every row has been read. */
export type PageStep = { kind: 'continue'; cursor: Cursor } | { kind: 'complete' };

/**
 * `count`: the list holds `expected` rows with this key. Continue with `whenAll` if that many are stored by now, else
 * with `whenSome`.
 */
export type NextPage =
  | PageStep
  | { kind: 'count'; key: number; expected: number; whenAll: PageStep; whenSome: PageStep };
