import type { DeliveryListing, DeliveryQuery, EndReason, Recovery, Requeued } from './tenant-store.ts';
import type { Figures } from './work-store.ts';

/** How a workspace fares. Times are milliseconds since 1970, by the database's clock. */
export type WorkspaceHealth = {
  organizationId: string;
  nowMs: number;
  /** A hook lives, or a step asked within a day. */
  isWatched: boolean;
  keyRefusedSinceMs: number | null;
  /** When the last look that showed all news began; null before the first. */
  readAtMs: number | null;
  /** How many looks have failed since. */
  failures: number;
  /** Since when changes reach its hooks; null during the first reading. */
  listeningSinceMs: number | null;
  /** How far the reading of all tasks has come; null when none is under way. */
  progress: { rowsRead: number; totalRows: number } | null;
  unusableTasks: number;
  /** What the key in use may do; null when nobody noted it. */
  scopes: readonly string[] | null;
  /** How often Topo was asked in the last minute. */
  requestsLastMinute: number;
  hooks: { active: number; failing: number };
  failingSinceMs: number | null;
  waiting: number;
  oldestWaitingMs: number | null;
  /** Deliveries that were given up and not sent again since. Of hooks with very many, those given up last. */
  givenUp: number;
};

/** What half of the cases, and 95 of 100, do not exceed. */
export type Spread = { halfMs: number; mostMs: number };

/**
 * How soon Zaps heard of changes in the last day, by the newest deliveries that were taken: so many. `heard` counts from
 * the change, by Topo's time; `sent` from when the delivery was stored.
 */
export type Delays = { deliveries: number; heard: Spread; sent: Spread };

/** What an operator may know of a hook: neither its target nor its filters. */
export type OperatedHook = {
  id: string;
  organizationId: string;
  createdAtMs: number;
  failingSinceMs: number | null;
  resumeAtMs: number;
  ended: { atMs: number; reason: EndReason } | null;
};

export type OperatedHookQuery = {
  limit: number;
  skip: number;
  state?: 'active' | 'failing' | 'ended' | undefined;
  organizationId?: string | undefined;
};

/**
 * What the operator of the server may see and do in all workspaces: how they fare, and what became of deliveries. It tells
 * no content of a task, no name and no filter.
 */
export type OperatorStore = {
  figures(): Promise<Figures>;
  /** How soon the Zaps of all workspaces heard of changes; nothing when none did. */
  delays(): Promise<Delays | undefined>;
  /** Workspaces, those first whose key Topo refuses, or one of whose hooks fails. */
  workspaces(query: { limit: number; skip: number }): Promise<WorkspaceHealth[]>;
  /** Hooks, newest first. */
  hooks(query: OperatedHookQuery): Promise<OperatedHook[]>;
  deliveries(hookId: string, query: DeliveryQuery): Promise<DeliveryListing>;
  retryDelivery(deliveryId: string): Promise<Requeued>;
  recoverDeliveries(hookId: string, options: { sinceMs: number; limit: number }): Promise<Recovery>;
};
