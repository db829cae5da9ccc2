import type { Store } from '../../webhook-server/store/store.ts';

/** A store that has been in use for long. */
export type StoreWithHistory = {
  readonly name: string;
  readonly store: Store;
  /** Returns the query plans of the statements that a claim and a page begin with. Closes the store. */
  explain(): Promise<string>;
};

/** Old rows: so many events, each delivered to one of the hooks, and as many tasks that no longer change. */
export type History = { rows: number; hooks: number };

/** The parameters of the explained statements. */
export const explainParameters = { nowMs: Date.now(), perHook: 8, lost: undefined };
export const claimLimit = 100;
