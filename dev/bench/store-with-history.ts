import type { Store } from '../../webhook-server/store/store.ts';

/** A store with a history, and what only its driver can do. */
export type StoreWithHistory = {
  readonly name: string;
  readonly store: Store;
  /** How the database goes about the statements that a claim and a page begin with; closes the store. */
  explain(): Promise<string>;
};

/** What was told long ago: so many events, each delivered to one of the hooks, and as many tasks that nobody touches. */
export type History = { rows: number; hooks: number };

/** The numbers of the moment that a plan is asked for. */
export const moment = { nowMs: Date.now(), perHook: 8 };
export const claimLimit = 100;
