import type { Cursor } from '../../store/work-store.ts';
import type { PageWindow } from './page-window.ts';

/** What a page showed: the sort keys of its rows, ascending, and how long the whole list was. */
export type PageFacts = { window: PageWindow; keys: readonly number[]; totalCount: number; hasMore: boolean };

/** The cursor for the next page, or `complete` when every row has been read. */
export type Step = { kind: 'continue'; cursor: Cursor } | { kind: 'complete' };

/**
 * `count`: the list holds `expected` rows with this key. Go on with `whenAll` once that many have been stored; else
 * with `whenSome`.
 */
export type Continuation = Step | { kind: 'count'; key: number; expected: number; whenAll: Step; whenSome: Step };
