import type { EventTask } from '../../contract/event.ts';
import type { EndReason } from './tenant-store.ts';

/** What the loops wait for: `poll`, a workspace to be read; `deliver`, a delivery to be sent. */
export type Topic = 'poll' | 'deliver';

/** Where a reading goes on: see `detector/continuity.ts`. */
export type Cursor = {
  /** How many rows of the list lie before the next page. */
  offset: number;
  /** An offset from which the next page surely overlaps the last. */
  overlapOffset: number;
  /** The sort key of the last row that was read; every row before it has been read. */
  borderKey: number;
  /** How long the list was when the last page was read. */
  totalCount: number;
  /** The rows that share the border's key are all read, too. */
  isBorderRead: boolean;
  /** More rows share the border's key than fit on a page, and are being read in passes: see `detector/tie.ts`. */
  tie: Tie | null;
};

/** `from` is the offset of the first of the rows, once this pass has met it; `passes` have ended before it. */
export type Tie = { from: number | null; passes: number };

/**
 * One reading of a workspace's tasks, page by page.
 *
 * - `baseline`: meets every task once and tells nobody.
 * - `walk`: from the newest change back to `floorUs`. Its changes are told when it ends, unless it is silent.
 * - `sweep`: looks at every task again, whatever its `updated_at` says, and tells what the walks could not see.
 */
export type Reading = {
  id: string;
  kind: 'baseline' | 'walk' | 'sweep';
  isSilent: boolean;
  startedAtMs: number;
  /** The newest change when the reading began: the watermark when it ends. Null for a workspace without tasks. */
  topUs: number | null;
  /** A walk ends with the first row older than this. Null: it reads everything. */
  floorUs: number | null;
  /** How far into the list it has come. */
  rowsRead: number;
  /** How long the list was at the last page. */
  totalRows: number;
  /** Null: from the start. */
  cursor: Cursor | null;
};

/** How far a workspace has been read. */
export type Watermark = {
  /** The newest change that a complete reading began with, in microseconds of Topo's time. */
  us: number;
  /** When a reading first saw it, by the database's clock. */
  movedAtMs: number;
  /** The rows shortly before the watermark were read again after they must all have become visible. */
  isSettled: boolean;
};

/** A workspace whose turn it is, and the lease that proves it. */
export type PollClaim = {
  organizationId: string;
  lease: string;
  sealedKey: string;
  nowMs: number;
  isBaselined: boolean;
  /** After a time without hooks: the next walk tells nobody. */
  isSilent: boolean;
  watermark: Watermark | null;
  /** The walk that a 429 or a crash interrupted. */
  walk: Reading | null;
  /** The baseline or the sweep that has not ended. */
  background: Reading | null;
  /** When every task was last read, by a baseline or a sweep that has ended. */
  sweptAtMs: number | null;
  /** Changes wait for an intent to be settled, and are told with the next walk that ends. */
  hasUnpublished: boolean;
  /** Polls in a row that failed. */
  failures: number;
  /** When a change was last seen. */
  activeAtMs: number;
};

/** A task as a page showed it. */
export type SeenTask = { task: EventTask; assigneeId: string | null; createdAtUs: number; updatedAtUs: number };

/** One page of a reading, to be stored together with where the reading goes on. */
export type PageRecord = {
  organizationId: string;
  lease: string;
  rows: readonly SeenTask[];
  /** The reading after this page; its `cursor` is where the next page begins. */
  reading: Reading;
  /** Null while the reading goes on; when a baseline or a walk ends, the watermark of the workspace from now on. */
  end: { watermark: Watermark | null } | null;
};

export type RecordOutcome = { kind: 'recorded'; changes: number } | { kind: 'lease lost' };

/** When to poll a workspace again, and how the last poll went. */
export type PollOutcome = {
  organizationId: string;
  lease: string;
  nextPollInMs: number;
  result: 'done' | 'failed' | 'key refused';
  /** A change was seen. */
  sawChange: boolean;
};

/**
 * Templates of sequence runs; null where Topo does not tell. `hasFailed`: the one that was asked for next got no answer,
 * and what has waited for long is told without.
 */
export type SequenceLookUp = {
  organizationId: string;
  lease: string;
  sequences: readonly { sequenceId: string; templateId: string | null }[];
  hasFailed: boolean;
};

/** How far the readings of all workspaces together have come, in rows. */
export type Progress = { kind: Reading['kind']; workspaces: number; rowsRead: number; totalRows: number };

/** One delivery whose turn it is. `sealedTarget` and `sealedSecret` are those of its hook. */
export type DeliveryClaim = {
  id: string;
  hookId: string;
  lease: string;
  sealedTarget: string;
  sealedSecret: string;
  body: string;
  /** 1 for the first attempt. */
  attempt: number;
  /** How long ago the first attempt was, in milliseconds. */
  ageMs: number;
};

/**
 * How certain it is that the target has the event after an attempt that failed: `never sent`, it cannot have it;
 * `refused`, it said no; `ambiguous`, it may have it.
 */
export type Certainty = 'never sent' | 'refused' | 'ambiguous';

/** What became of an attempt. `reason` is a short phrase without secrets. */
export type DeliveryOutcome =
  | { kind: 'delivered' }
  | { kind: 'gone' }
  | { kind: 'retry'; afterMs: number; reason: string; certainty: Certainty }
  | { kind: 'dead'; reason: string; certainty: Certainty };

export type Settlement = { id: string; lease: string; outcome: DeliveryOutcome };

/** `ended`: settling this delivery ended its hook, for the reason given. */
export type SettleOutcome = { kind: 'settled' } | { kind: 'ended'; reason: EndReason } | { kind: 'lease lost' };

/** A hook that we have ended, and whose target is to be told so. */
export type Farewell = { hookId: string; sealedTarget: string; reason: EndReason };

/**
 * The work of the detector and the delivery, across all organizations. Every method is one transaction, and leases run
 * by the database's clock.
 */
export type WorkStore = {
  /** Takes up to `limit` workspaces that have a live hook and are due. */
  claimPolls(options: { limit: number; leaseMs: number }): Promise<PollClaim[]>;
  /** Whether every row is in the snapshot exactly as it was seen, so that a page holds no news. */
  isKnown(organizationId: string, rows: readonly SeenTask[]): Promise<boolean>;
  /** How many tasks of the snapshot were created, or last changed, at exactly this moment. */
  countTasksAt(organizationId: string, which: 'created' | 'updated', us: number): Promise<number>;
  /**
   * Compares the rows of one page with the snapshot, stores what differs and renews the lease. With a walk's last page,
   * and with every page of a sweep, its changes become events and deliveries. Nothing is stored when the lease is no
   * longer ours.
   */
  recordPage(page: PageRecord, options: { leaseMs: number }): Promise<RecordOutcome>;
  /**
   * Sequence runs whose template a hook asks for and that nobody has looked up, at most `limit`. Their changes wait.
   */
  sequencesToLookUp(organizationId: string, limit: number): Promise<string[]>;
  /** Notes what look-ups brought, for good, tells the changes that waited for it, and renews the lease. */
  recordSequences(lookUp: SequenceLookUp, options: { leaseMs: number }): Promise<void>;
  /**
   * Gives the workspace back. It is due sooner while an intent or a nudge waits for its change to be seen. A key that was
   * refused for a day ends the workspace's hooks.
   */
  finishPoll(outcome: PollOutcome): Promise<void>;
  /** The readings that are under way. */
  progress(): Promise<Progress[]>;
  /** Milliseconds until a workspace is due; undefined when none is waiting. */
  msUntilPoll(): Promise<number | undefined>;
  /**
   * Takes up to `limit` deliveries that are due, in turn from each hook and at most `perHook` of one, and of a hook's
   * sequence only the oldest that is not settled.
   */
  claimDeliveries(options: { limit: number; perHook: number; leaseMs: number }): Promise<DeliveryClaim[]>;
  /** Writes down what became of an attempt, if the lease is still ours. */
  settle(settlement: Settlement): Promise<SettleOutcome>;
  /** Takes up to `limit` hooks that we have ended ourselves, each once: whether its target hears of it is not followed. */
  claimFarewells(limit: number): Promise<Farewell[]>;
  /** Milliseconds until a delivery is due; undefined when none is waiting. */
  msUntilDelivery(): Promise<number | undefined>;
  /** Calls the listener whenever there may be new work. Answers a function that ends this. */
  onWork(topic: Topic, listener: () => void): () => void;
};
