import type { Certainty } from '../../contract/delivery.ts';
import type { EventKind, EventTask, EventType } from '../../contract/event.ts';
import type { EndReason } from './tenant-store.ts';

/**
 * What is waited for: `poll`, a workspace to be read; `poll-soon`, one that is due within `writeTakesMs`; `deliver`, a
 * delivery to be sent; `events`, events to be shown.
 */
export const topics = ['poll', 'poll-soon', 'deliver', 'events'] as const;
export type Topic = (typeof topics)[number];

/** Where a scan goes on: see `detector/pagination/next-page.ts`. */
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
  /** More rows share the border's key than fit on a page, and are being read in passes: see `detector/pagination/tied-rows.ts`. */
  tie: Tie | null;
  /** The last page ended with a row that cannot be used. */
  endsUnusable?: boolean;
};

/**
 * `from` is the offset of the first of the rows, once this pass has met it; `passes` have ended before it. `unusable` is
 * how many rows among them this pass could not use.
 */
export type Tie = { from: number | null; passes: number; unusable?: number };

/**
 * One scan of a workspace's tasks, page by page.
 *
 * - `baseline`: meets every task once and tells nobody.
 * - `incremental`: from the newest change back to `floorUs`. Its changes are published when it ends, unless it is silent.
 * - `reconciliation`: looks at every task again, whatever its `updated_at` says, and finds what incremental scans missed.
 */
export type Scan = {
  id: string;
  kind: 'baseline' | 'incremental' | 'reconciliation';
  isSilent: boolean;
  startedAtMs: number;
  /** The newest change when the scan began: the watermark when it ends. Null for a workspace without tasks. */
  topUs: number | null;
  /** An incremental scan ends with the first row older than this. Null: it reads everything. */
  floorUs: number | null;
  /** How far into the list it has come. */
  rowsRead: number;
  /** How long the list was at the last page. */
  totalRows: number;
  /** How many of the rows that it has come past cannot be used. */
  rowsUnusable?: number;
  /** Null: from the start. */
  cursor: Cursor | null;
};

/** How far a workspace has been read. */
export type Watermark = {
  /** The newest change that a complete scan began with, in microseconds of Topo's time. */
  us: number;
  /** When a scan first saw it, by the database's clock. */
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
  /** After a time without hooks: the next incremental scan publishes nothing. */
  isSilent: boolean;
  /** A hook lives. Without one the workspace is read for steps that ask, and nobody is told. */
  hasListeners: boolean;
  /** A reading of all tasks that kept each of them has ended. */
  isComplete: boolean;
  /** What the key may do; null when nobody noted it. */
  scopes: readonly string[] | null;
  watermark: Watermark | null;
  /** The incremental scan that a 429 or a crash interrupted. */
  incremental: Scan | null;
  /** The baseline or the reconciliation that has not ended. */
  background: Scan | null;
  /** When every task was last read, by a baseline or a reconciliation that has ended. */
  reconciledAtMs: number | null;
  /** Changes wait for an intent to be settled, and are published when the next incremental scan ends. */
  hasUnpublished: boolean;
  /** Hooks wait for templates. */
  hasUndecided: boolean;
  /** What sequence runs are about has not been looked up, or long ago; the same of contacts. */
  hasUnknownSequences: boolean;
  hasUnknownContacts: boolean;
  /** Tasks that Topo returns malformed, as far as it is known. */
  unusableTasks: number;
  /** Polls in a row that failed. */
  failures: number;
  /** A first reading, or an incremental scan of many pages, goes on with this poll. */
  goesOn: boolean;
  /** Counts what was stored of Topo's answers: with the same number the snapshot is the same. */
  records: number;
  /** When a change was last seen. */
  activeAtMs: number;
  /** When Topo was asked about this workspace, at least in the last minute, by the database's clock. */
  requestedAtMs: readonly number[];
  /** Those of them that asked for templates. */
  lookedUpAtMs: readonly number[];
};

/** When Topo was asked in the last minute, this poll's requests included; absent, what is known stays as it is. */
type Requested = {
  requestedAtMs?: readonly number[];
  /** Those of them that asked for templates. */
  lookedUpAtMs?: readonly number[];
};

/** A task as a page showed it. `isOpen`: it may still wait for its assignee. */
export type SeenTask = {
  task: EventTask;
  assigneeId: string | null;
  isOpen: boolean;
  createdAtUs: number;
  updatedAtUs: number;
};

/** One page of a scan, to be stored together with where the scan goes on. */
export type PageRecord = Requested & {
  organizationId: string;
  lease: string;
  rows: readonly SeenTask[];
  /** Ids of the rows that cannot be used: these tasks are still there. Null for a row without one: it may be any task. */
  unusableIds?: readonly (string | null)[];
  /** Changes wait shortly for what their tasks are about: it is going to be looked up. */
  waitsForFacts?: boolean;
  /** The scan after this page; its `cursor` is where the next page begins. */
  scan: Scan;
  /** Null while the scan goes on; when a baseline or an incremental scan ends, the watermark of the workspace from now on. */
  end: { watermark: Watermark | null } | null;
};

/** How many deliveries to lease, for how long, how many of one hook, and at which rates: see `claimDeliveries`. */
export type ClaimLimits = { limit: number; perHook: number; leaseMs: number; rateLimits: RateLimits | null };

/**
 * `keepClosedMs`: tasks that were closed longer ago lose their fields; absent, all keep them. `claim`: lease at once what
 * is due of the hooks that are told.
 */
export type RecordOptions = { leaseMs: number; keepClosedMs?: number; claim?: ClaimLimits | undefined };

/** A change that was stored as an event. `delayMs`: how long after the change, by Topo's time, that was. */
export type DetectedEvent = { type: EventType; kind: EventKind; delayMs: number };

/**
 * `untoldFrom`: more was found than is told at once, and goes on there; null when all of it was looked at. `claims`: what was
 * leased at once, if that was asked for.
 */
export type RecordOutcome =
  | {
      kind: 'recorded';
      detected: readonly DetectedEvent[];
      untoldFrom: number | null;
      /** Whether it asks what tasks are about that nobody asked about before. */
      wantsFacts: boolean;
      claims?: readonly DeliveryClaim[];
    }
  | { kind: 'lease lost' };

/** What goes on to be told, of a scan that has found more than is told at once. */
export type MoreToPublish = {
  organizationId: string;
  lease: string;
  scan: Pick<Scan, 'kind' | 'startedAtMs'>;
  waitsForFacts: boolean;
  fromSeq: number;
};

export type PublishOutcome = { kind: 'published'; untoldFrom: number | null } | { kind: 'lease lost' };

/** When to poll a workspace again, and how the last poll went. */
export type PollOutcome = Requested & {
  organizationId: string;
  lease: string;
  nextPollInMs: number;
  result: 'done' | 'failed' | 'key refused';
  /** A change was seen. */
  sawChange: boolean;
  /** When a look that showed all news had begun, by the database's clock. */
  readAtMs?: number | undefined;
  /** Hooks waited for templates when the poll began: those that waited too long are given up. */
  hasUndecided?: boolean;
  /** Why it did not go well, without secrets. `isLimited`: Topo asked us to wait. */
  trouble?: { reason: string; isLimited: boolean } | undefined;
};

/** What is looked up about tasks: the sequence run, its contact and its template. */
export type FactKind = 'sequence' | 'contact' | 'template';

/** What is not known of one kind, or known for too long. */
export type KindToLookUp = {
  /** The first of what nobody has looked up, what was asked for last first. */
  unknownIds: readonly string[];
  unknownCount: number;
  /** Those of them that were asked for after the list began to be read. */
  newCount: number;
  /** The first of what an open task needs and was looked up long ago; only when nothing is unknown. */
  staleIds: readonly string[];
  staleCount: number;
  /** How far Topo's list has been read; null before the first time. `nextPage` is null when that has ended. `isFresh`: not long ago. */
  list: { nextPage: number | null; pages: number; isFresh: boolean; isResting: boolean } | null;
};

/** What could be looked up for a workspace. `waiting`: changes are not told, or hooks not decided, before it is known. */
export type FactsToLookUp = {
  waiting: { sequenceIds: readonly string[]; contactIds: readonly string[]; templateIds: readonly string[] };
  /** A hook decides by template. */
  asksForTemplates: boolean;
} & Record<FactKind, KindToLookUp>;

/** What look-ups found; null where Topo does not tell. Only what is in use is kept. */
export type FactsFound = Requested & {
  organizationId: string;
  lease: string;
  sequences?: readonly { sequenceId: string; contactId: string | null; templateId: string | null }[];
  contacts?: readonly {
    contactId: string;
    name: string | null;
    email: string | null;
    company: string | null;
    jobTitle: string | null;
  }[];
  templates?: readonly { templateId: string; name: string | null }[];
  /** How far a list has been read. `restsForMs`: it cannot be read, and is tried again after this. */
  list?: { kind: FactKind; nextPage: number | null; pages: number; isFirst: boolean; restsForMs?: number };
  /** Nothing more is looked up now: no change waits for it any longer. */
  isOver?: boolean;
};

/** How far the scans of all workspaces together have come, in rows. Their kinds have the names of `GET /readyz`. */
export type Progress = { kind: 'baseline' | 'walk' | 'sweep'; workspaces: number; rowsRead: number; totalRows: number };

/** What an operator watches, in all workspaces together; ages are in milliseconds, and 0 where there is nothing. */
export type Figures = {
  watchedWorkspaces: number;
  /** Topo refuses the key of so many of them. */
  refusedKeys: number;
  /** Since the last look that showed all news of a workspace began; of the workspace for which that is longest. */
  oldestReadingMs: number;
  waitingDeliveries: number;
  oldestWaitingMs: number;
  /** Live hooks whose last attempt went well, live hooks that fail, and hooks that have ended and are still kept. */
  hooks: { active: number; failing: number; ended: number };
  /** Since the hook that fails longest last had a success. */
  longestFailingMs: number;
};

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
  /** How long ago what it tells was detected, in milliseconds; null for a delivery by hand, which may tell what is old. */
  detectedAgoMs: number | null;
  /** So many times in a row the hook has failed, whichever delivery it was; what was under way together counts once. */
  hookFailures: number;
};

/** One delivery each `everyMs` milliseconds in the long run, and up to `burst` at once after a quiet time. */
export type RateLimit = { everyMs: number; burst: number };

/** How fast deliveries may be claimed, all processes together: for each hook, and for each Zapier user (by `rateLimitKey`). */
export type RateLimits = { hook: RateLimit; user: RateLimit };

/**
 * What became of an attempt. `reason` is a short phrase without secrets. After `afterMs` the hook is tried again; until
 * then it rests, also when this delivery is dead.
 */
export type DeliveryOutcome =
  | { kind: 'delivered' }
  | { kind: 'gone' }
  | { kind: 'retry'; afterMs: number; reason: string; certainty: Certainty }
  | { kind: 'dead'; afterMs: number; reason: string; certainty: Certainty };

/** `took`: how long the attempt took, and what the target answered; null where no answer came. */
export type Settlement = {
  id: string;
  lease: string;
  outcome: DeliveryOutcome;
  took?: { durationMs: number; status: number | null };
};

/**
 * `ended`: settling this delivery ended its hook, for the reason given. `hasMore`: something else of its hook waits or is
 * under way, and may be due by now.
 */
export type SettleOutcome =
  | { kind: 'settled'; hasMore?: true }
  | { kind: 'ended'; reason: EndReason }
  | { kind: 'lease lost' };

/** A hook that we have ended, and whose target is to be told so. `attempt` counts from 1. */
export type EndNotice = { hookId: string; sealedTarget: string; reason: EndReason; attempt: number };

/**
 * How long things are kept after their end, in milliseconds: events after they were detected, deliveries after they were
 * settled (those that died for longer), hooks after they ended, and not before their last delivery is gone.
 */
export type Retention = { eventMs: number; deliveryMs: number; deadDeliveryMs: number; hookMs: number };

/**
 * `count` is how much was removed. Less than the limit means that nothing is left to be removed now, unless `goesOn` says
 * that there is more to look at.
 */
export type RemoveOutcome = { kind: 'removed'; count: number; goesOn?: true } | { kind: 'lease lost' };

/** What whoever runs the server is told of. `disk almost full` is seen by a process; the rest stands in the database. */
export type NoticeCause =
  | 'hooks failing'
  | 'deliveries given up'
  | 'keys refused'
  | 'workspaces not read'
  | 'disk almost full';

/** Something that is wrong, and how many hooks, deliveries, workspaces or disks it concerns. */
export type Trouble = { cause: NoticeCause; count: number };

/** A cause that has not been told, or one that was told and has been well again for a while. */
export type DueNotice = ({ kind: 'begun' } & Trouble) | { kind: 'over'; cause: NoticeCause };

export type ReviewOutcome = { kind: 'reviewed'; due: readonly DueNotice[] } | { kind: 'lease lost' };

/**
 * The work of the detector and the delivery, across all organizations. Leases run by the database's clock.
 */
export type WorkStore = {
  /**
   * Leases up to `limit` due workspaces that have a live hook. `cutOff`: a claim of this process failed
   * and may have been stored all the same, so its leases count only for what it has in flight.
   */
  claimPolls(options: {
    limit: number;
    /** So many of them may be such that go on; absent, all. */
    goingOnLimit?: number;
    leaseMs: number;
    cutOff?: { inFlight: readonly string[] } | undefined;
  }): Promise<PollClaim[]>;
  /** Whether the snapshot holds every row exactly as it was seen: the page has no news. */
  isKnown(organizationId: string, rows: readonly SeenTask[]): Promise<boolean>;
  /** How many tasks of the snapshot were created, or last changed, at exactly this moment. */
  countTasksAt(organizationId: string, which: 'created' | 'updated', us: number): Promise<number>;
  /**
   * Compares the rows of a page with the snapshot, stores what differs and renews the lease. Changes are published with the
   * last page of an incremental scan, and with every page of a reconciliation: a piece of them, if they are many. Stores
   * nothing when the lease is lost.
   */
  recordPage(page: PageRecord, options: RecordOptions): Promise<RecordOutcome>;
  /** Publishes the next piece, and renews the lease. */
  publishMore(more: MoreToPublish, options: { leaseMs: number }): Promise<PublishOutcome>;
  /** What is not known yet of what tasks are about, and how far Topo's lists have been read. */
  factsToLookUp(organizationId: string): Promise<FactsToLookUp>;
  /** Keeps what look-ups found, tells what waited for it, and renews the lease. */
  recordFacts(found: FactsFound, options: { leaseMs: number }): Promise<void>;
  /**
   * Releases the workspace. It is due sooner while an intent or a nudge waits for its change. A key that Topo has refused
   * for a day ends the workspace's hooks.
   */
  finishPoll(outcome: PollOutcome): Promise<void>;
  /** The same of several workspaces, in one transaction where a poll only gives its workspace back. */
  finishPolls(outcomes: readonly PollOutcome[]): Promise<void>;
  /** The scans that are under way. */
  progress(): Promise<Progress[]>;
  /** How much there is of what an operator watches. */
  figures(): Promise<Figures>;
  /**
   * Writes to the disk of the database, and leaves nothing there.
   *
   * @throws StoreError when the database takes no writes.
   */
  proveWritable(): Promise<void>;
  /** Milliseconds until a workspace is due; undefined when none is waiting. `isGoingOnFull`: none that goes on counts. */
  msUntilPoll(options?: { isGoingOnFull: boolean }): Promise<number | undefined>;
  /**
   * Leases up to `limit` due deliveries, in turn from each hook, those with fewest under way first. At most `perHook` of a
   * hook are under way at once, only one after a failed attempt, and only the oldest unsettled one of a sequence run. A hook
   * or Zapier user that has used up its rate waits; null `rateLimits` hold nothing back. Each claim counts as an attempt
   * with an ambiguous outcome until it is settled. `cutOff` as above.
   */
  claimDeliveries(
    options: ClaimLimits & { cutOff?: { inFlight: readonly string[] } | undefined },
  ): Promise<DeliveryClaim[]>;
  /**
   * Stores the outcomes of attempts whose leases are still ours, and returns one result for each, in order. An expired lease
   * is ours until somebody else claims the delivery. What was under way when its hook ended may still be delivered.
   */
  settle(settlements: readonly Settlement[]): Promise<SettleOutcome[]>;
  /**
   * Takes up to `limit` hooks that we ended ourselves and whose targets do not know it yet. Each is due again after
   * `againInMs`, up to `mostAttempts` times, until its notice is closed.
   */
  claimEndNotices(options: { limit: number; againInMs: number; mostAttempts: number }): Promise<EndNotice[]>;
  /** Ends the notices to a target that has received one, or cannot receive any. */
  closeEndNotice(hookId: string): Promise<void>;
  /** Milliseconds until a delivery can be claimed or an end notice is due; undefined when none is waiting. */
  msUntilDelivery(options: { perHook: number }): Promise<number | undefined>;
  /** Leases the clean-up if it is due and free. Returns the lease. */
  claimCleanUp(options: { leaseMs: number }): Promise<string | undefined>;
  /** Removes up to `limit` expired rows and renews the lease. */
  removeExpired(options: {
    lease: string;
    leaseMs: number;
    retention: Retention;
    limit: number;
  }): Promise<RemoveOutcome>;
  /** Releases the clean-up, if the lease is still ours. */
  finishCleanUp(options: { lease: string; againInMs: number }): Promise<void>;
  /** Milliseconds until the clean-up is due. */
  msUntilCleanUp(): Promise<number>;
  /** Leases the notices to whoever runs the server if they are due and free. Returns the lease. */
  claimNotices(options: { leaseMs: number }): Promise<string | undefined>;
  /**
   * Looks at what is wrong, says what of it is to be told, and renews the lease. A workspace counts as not read after
   * `unreadMs`; `noticed` is what this process sees beside.
   */
  reviewNotices(options: {
    lease: string;
    leaseMs: number;
    unreadMs: number;
    noticed: readonly Trouble[];
  }): Promise<ReviewOutcome>;
  /** Notes that a notice was told, and renews the lease. Answers whether the lease was still ours. */
  recordNotice(options: { lease: string; leaseMs: number; notice: DueNotice }): Promise<boolean>;
  /** Releases the notices, if the lease is still ours. */
  finishNotices(options: { lease: string; againInMs: number }): Promise<void>;
  /** Milliseconds until the notices are due. */
  msUntilNotices(): Promise<number>;
  /** Calls the listener whenever there may be new work. Returns a function that ends this. */
  onWork(topic: Topic, listener: () => void): () => void;
  /**
   * Calls the listener after the database's clock was set and stored times were adapted to it, with the step in
   * milliseconds: negative when it was set back. Returns a function that ends this.
   */
  onClockStep(listener: (stepMs: number) => void): () => void;
};
