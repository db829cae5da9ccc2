import type { Database, Run, Transaction } from './database.ts';
import type { LostLeases } from './lease-owner.ts';
import type { TurnLimits } from './organization-turns.ts';
import type { DueDelivery } from './rows/due-delivery.ts';
import type { StoreOutdated } from './store.ts';
import type { Topic } from './work-store.ts';

/** `lost` after a claim that failed: see `lease-owner.ts`. `hookIds`: of these hooks only; absent, of all. */
export type DueOptions = {
  limit: number;
  perHook: number;
  lost: LostLeases | undefined;
  hookIds?: readonly string[] | undefined;
};

/**
 * A database, and the few things that one text cannot say for both. Everything else stands once, in `flows/`.
 */
export type Driver = {
  database: Database;
  /** How much of it callers may use at once: the loops need the rest. */
  turnLimits: TurnLimits;
  /**
   * Locks and reads up to `limit` deliveries that may be claimed, in the order of their turns. It is the hottest read of
   * the store, and each planner needs to be led to the same plan by words that the other does not know.
   */
  dueDeliveries(run: Transaction, options: DueOptions): Promise<DueDelivery[]>;
  /** When the next delivery can be claimed or an end notice is due; null when none is waiting. Shares its text with the above. */
  nextDueMs(run: Run, options: { nowMs: number } & Omit<DueOptions, 'limit' | 'hookIds'>): Promise<number | null>;
  /** Forgets what deleted and overwritten rows held, as far as the database lets a program do so. */
  eraseFreeSpace(): Promise<void>;
  /** Copies everything into an empty file while others go on. */
  backUp(path: string): Promise<void>;
  /** Calls the listener whenever there may be new work. Returns a function that ends this. */
  onWork(topic: Topic, listener: () => void): () => void;
  /** From now on every transaction proves that this is what shows the encryption key. */
  proveKey(keyCheck: string): void;
  /** Resolves when the database is not the one any more that this server was started with. */
  outdated: Promise<StoreOutdated>;
  close(): Promise<void>;
};
