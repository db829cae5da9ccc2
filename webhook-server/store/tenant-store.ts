import type { WayToChoose } from '../../contract/choice.ts';
import type { Certainty, DeliveryState } from '../../contract/delivery.ts';
import type { EventPage, EventType, Kind, Source, TaskEvent } from '../../contract/event.ts';
import type { HookFilters, OncePer } from '../../contract/hook.ts';
import type { Intent } from '../../contract/intent.ts';
import type { DirectoryEntry, NamedPerson } from '../../contract/person.ts';
import type { SequenceTemplateName } from '../../contract/task-facts.ts';
import type { ListedTask } from '../../contract/task-list.ts';
import type { Delays, WorkspaceHealth } from './operator-store.ts';

/** A hook as it is stored. Times are milliseconds since 1970, by the database's clock. */
export type StoredHook = {
  id: string;
  /** Counts hooks in the order in which they were made. */
  number: number;
  sealedTarget: string;
  sealedSecret: string;
  events: readonly EventType[];
  filters: HookFilters;
  oncePer: OncePer;
  createdAtMs: number;
  /** No delivery before this time. */
  resumeAtMs: number;
  ended: { atMs: number; reason: EndReason } | null;
  /** Since when changes reach this hook; null while the workspace is being read for the first time. */
  listeningSinceMs: number | null;
  /** Since when Topo refuses the workspace's key; null while it does not. */
  keyRefusedSinceMs: number | null;
  /** Tasks of the workspace whose changes cannot be seen, because Topo returns them malformed. */
  unusableTasks: number;
  /** What the key may do that subscribed the hook; null when nobody noted it. */
  scopes: readonly string[] | null;
  /** Which Zap it belongs to, where Zapier said so. */
  zapId: string | null;
  /** What people call it. */
  name: string | null;
  /** The hook that the same Zap had before. */
  predecessor: string | null;
};

/**
 * `gone`: the target answered 410. `failing`: three days of nothing but failure. `key refused`: Topo refused the
 * workspace's key for a day, and no call brought another one.
 */
export type EndReason = 'unsubscribed' | 'gone' | 'failing' | 'key refused';

/** A Topo key, sealed, its keyed hash, and what it may do, if that is known. */
export type SealedKey = { sealedKey: string; keyHash: string; scopes?: readonly string[] | undefined };

/** A hook to be added. Its id is made by the caller, who sealed the target and the secret at that id's places. */
export type NewHook = SealedKey & {
  id: string;
  /** Keyed hash of the target URL: the same target again is the same hook. */
  targetHash: string;
  /** Keyed hash of the Zapier user whom the target belongs to: their hooks share one rate limit. Null for any other target. */
  rateLimitKey: string | null;
  /** Keyed hash of the secret, by which the hook can be ended without a Topo key. */
  secretHash: string;
  sealedTarget: string;
  sealedSecret: string;
  /** What it hears of: reassignments only where it is left out. */
  events?: readonly EventType[] | undefined;
  filters: HookFilters;
  oncePer: OncePer;
  /** Which Zap it belongs to, if Zapier says so: it takes the place of the Zap's last hook, and has its name. */
  zapId?: string | undefined;
  /** The detector is to use this key from now on, whatever key it has: this one may read what the filters ask for. */
  bringsNeededKey: boolean;
};

/** An intent and the id that its caller was given. */
export type NewIntent = Intent & { id: string };

/** How an intent came out. `updatedAtUs` is what Topo answered, in microseconds, if the caller says so. */
export type IntentOutcome = { state: 'done' | 'failed'; updatedAtUs: number | null };

/** How the intent with this id came out. */
export type IntentSettled = IntentOutcome & { id: string };

/** Among whom to choose for a task, and the id of the choice. A preview takes nobody's turn. Ids are in small letters. */
export type ChoiceToMake = {
  id: string;
  taskId: string;
  candidates: readonly string[];
  how: WayToChoose;
  isPreview: boolean;
};

/**
 * Who was chosen. `openTasks` is how many they had beside this task, when that decided; `awayIds` are those who were left
 * out; `isRepeated` when the choice was made before.
 */
export type ChoiceMade =
  | {
      kind: 'chosen';
      id: string;
      userId: string;
      how: WayToChoose;
      openTasks: number | null;
      awayIds: readonly string[];
      isRepeated: boolean;
    }
  | { kind: 'all away' };

/** Which hooks to return, newest first: at most `limit` (by default 100), made before this one. */
export type HookQuery = { limit?: number; before?: Pick<StoredHook, 'createdAtMs' | 'number'> | undefined };

/** Which people to return: at most `limit` (by default 100), after this one. */
/** A place in the list of people: after this one. */
type PersonPosition = Pick<DirectoryEntry, 'user_id' | 'name'>;

export type PeopleQuery = { limit?: number; after?: PersonPosition | undefined };

/** A person, and whether a task has shown their id. */
export type StoredPerson = DirectoryEntry & { isSeen: boolean };

/** A reading in several transactions stops when nobody waits for it any more. */
type Interruptible = { isWanted?: (() => boolean) | undefined };

/** Whom to look for: people whose name, id or one of whose addresses holds the text. */
export type PeopleSearch = Interruptible & { text: string; limit: number; after?: PersonPosition | undefined };

/** How far a workspace has been read, and how long ago. Times are milliseconds since 1970, by the database's clock. */
export type Freshness = {
  nowMs: number;
  /** When the last look that showed all news began; null before the first. */
  readAtMs: number | null;
  /** Every task has been read. While it is false, a list may lack some. */
  isComplete: boolean;
  /** How far the reading of all tasks has come; null when none is under way. */
  progress: { rowsRead: number; totalRows: number } | null;
  /** Topo refuses the key. */
  isKeyRefused: boolean;
};

/** Which events to answer. Absent filters match everything; `before` is the id of the event to go on after. */
export type EventQuery = Interruptible & {
  limit: number;
  before?: string | undefined;
  /** Look at so many events at most. The page may be empty then although there are more: go on with its `next`. */
  mostLookedAt?: number | undefined;
  /** When it happened, by Topo's time: at this time or later, and before that one. */
  sinceMs?: number | undefined;
  untilMs?: number | undefined;
  /** Somebody who had the task before or has it now, by their id in small letters. */
  person?: string | undefined;
  /** The id of a contact, its address, or a text in its name, address or company. */
  contact?: string | undefined;
  source?: Source | undefined;
  /** Reassignments only where it is left out. */
  types?: readonly EventType[] | undefined;
  newAssigneeIds?: readonly string[] | undefined;
  previousAssigneeIds?: readonly string[] | undefined;
  taskTypes?: readonly string[] | undefined;
  priorities?: readonly string[] | undefined;
  sequenceTemplateIds?: readonly string[] | undefined;
  kinds?: readonly Kind[] | undefined;
  outcomes?: readonly string[] | undefined;
  dispositions?: readonly string[] | undefined;
  ignoreSources?: readonly Source[] | undefined;
};

/** `lookedBackToMs`: when the event `next` happened, by Topo's time. */
export type FoundEvents = EventPage & { lookedBackToMs?: number };

/** Where a list of tasks goes on: after this one. */
export type TaskPosition = { createdAtUs: number; taskId: string };

/**
 * Which tasks to list, newest first: the open ones unless `statuses` names others. Absent filters match everything; ids
 * are in small letters. `scopes` are those of the caller's key, which must cover what it asks for.
 */
export type TaskSearch = Interruptible & {
  limit: number;
  scopes: readonly string[];
  after?: TaskPosition | undefined;
  /** Pass over so many of the tasks that match. */
  skip?: number | undefined;
  /** These tasks alone, whatever their status. */
  taskIds?: readonly string[] | undefined;
  /** Those of these sequence runs. */
  sequenceIds?: readonly string[] | undefined;
  assignees?: { userIds: readonly string[]; nobody: boolean } | undefined;
  types?: readonly string[] | undefined;
  priorities?: readonly string[] | undefined;
  statuses?: readonly string[] | undefined;
  templateIds?: readonly string[] | undefined;
  createdAfterUs?: number | undefined;
  /** The contact's address, or ids of contacts that Topo has under it. */
  contactEmail?: string | undefined;
  contactIds?: readonly string[] | undefined;
  /** A text in the contact's name, address or company, or in the template's name. */
  text?: string | undefined;
};

/** How many open tasks somebody has, and which of them is the newest. */
export type TaskCount = { openTasks: number; newestTaskId: string };

export type TaskListing = { tasks: ListedTask[]; next: TaskPosition | null };

/** A delivery as its organization may see it. Times are milliseconds since 1970. */
export type StoredDelivery = {
  id: string;
  hookId: string;
  eventId: string;
  state: DeliveryState;
  attempts: number;
  /** Of the last attempt that failed; null when none has, and when the event was delivered. */
  certainty: Certainty | null;
  reason: string | null;
  /** Somebody asked for it, so the order of its sequence run does not hold for it. */
  isManual: boolean;
  /** The delivery that somebody asked for in place of this one. */
  retriedAs: string | null;
  createdAtMs: number;
  lastAttemptAtMs: number | null;
  /** When it was delivered, died or was dropped; null while it waits. */
  settledAtMs: number | null;
};

/** What is known of an attempt: the target has the event, or how sure it is that it does not have it. */
export type AttemptOutcome = 'delivered' | Certainty;

/** One attempt of a delivery. `number` counts from 1; `status` is null where no answer came. */
export type StoredAttempt = {
  number: number;
  atMs: number;
  durationMs: number | null;
  status: number | null;
  outcome: AttemptOutcome;
  reason: string | null;
};

/** A delivery with its attempts, oldest first: those whose outcome was stored. No further one comes before `nextAttemptAtMs`. */
export type DeliveryHistory = StoredDelivery & {
  attemptsMade: StoredAttempt[];
  /** Null once it is settled. */
  nextAttemptAtMs: number | null;
};

/**
 * What became of an event at a hook.
 *
 * - `sent`: there are deliveries, whatever their state.
 * - `kept out`: this filter did not want it. `other event`: the hook does not hear of events of this type.
 * - `undecided`: the hook waits for the template of the sequence run.
 * - `not there yet`: the hook was made later. `off`: it had ended.
 * - `not known`: the hook wanted it, and its delivery is not kept any more, or there never was one.
 */
export type Verdict =
  | { kind: 'sent'; deliveries: DeliveryHistory[] }
  | { kind: 'kept out'; filter: keyof HookFilters }
  | { kind: 'other event' | 'undecided' | 'not there yet' | 'off' | 'not known' };

/** An event, and what became of it at each hook of the organization, newest hook first. */
export type EventHistory = { event: TaskEvent; hooks: { hookId: string; verdict: Verdict }[] };

/** Which deliveries of all hooks to answer, newest first. `status` is what the target answered to the last attempt. */
export type DeliverySearch = Interruptible & {
  limit: number;
  before?: string | undefined;
  sinceMs?: number | undefined;
  untilMs?: number | undefined;
  state?: DeliveryState | undefined;
  hookId?: string | undefined;
  status?: number | undefined;
};

/** A time from `fromMs` until `untilMs`, and how it was read. */
export type ReadingSpan = {
  fromMs: number;
  untilMs: number;
  /** Polls showed the tasks of the workspace as often as they should. */
  isRead: boolean;
  /** Why it was not read; of a time that was, the last reason for which a poll failed in it. */
  reason: string | null;
  polls: { well: number; failed: number; limited: number };
};

/**
 * Hand-overs from the hour of `sinceMs` on until the one before `untilMs`, by Topo's time. `person` gave or took; ids are in
 * small letters. At most `limit` pairs of people are answered.
 */
export type HandOverQuery = {
  sinceMs: number;
  untilMs: number;
  source?: Source | undefined;
  person?: string | undefined;
  templateId?: string | undefined;
  limit: number;
};

/** How often tasks went from one person to another; null is nobody. */
export type HandOverCount = { previousId: string | null; newId: string | null; times: number };

/** Who handed tasks to whom, the most first, and how often in each hour in which anybody did, oldest first. */
export type HandOvers = {
  pairs: HandOverCount[];
  /** There are more pairs than were asked for. */
  hasMore: boolean;
  hours: { hourMs: number; times: number }[];
};

/** Which deliveries of a hook to answer, newest first; `before` is the id of the delivery to go on after. */
export type DeliveryQuery = Interruptible & {
  limit: number;
  state?: DeliveryState | undefined;
  before?: string | undefined;
};

export type DeliveryListing =
  | { kind: 'page'; deliveries: StoredDelivery[]; hasMore: boolean }
  | { kind: 'unknown hook' }
  /** `before` names no delivery of this hook. */
  | { kind: 'unknown position' };

/** What somebody asked to be sent again: it waits now, or it cannot be sent. */
export type Requeued =
  | { kind: 'queued'; delivery: StoredDelivery }
  | { kind: 'unknown' }
  /** It is going to be sent by itself. */
  | { kind: 'still waiting' }
  /** The hook has ended, and no other hook of the organization has its target. */
  | { kind: 'hook ended' };

/** What to send again: what died or was dropped from `sinceMs` on, before `untilMs`, in one of these states. */
export type RecoveryScope = {
  sinceMs: number;
  untilMs?: number | undefined;
  states?: readonly ('dead' | 'dropped')[] | undefined;
};

export type Recoverable = { kind: 'counted'; count: number } | { kind: 'unknown' } | { kind: 'hook ended' };

export type Recovery =
  | { kind: 'queued'; count: number; hasMore: boolean }
  | { kind: 'unknown' }
  | { kind: 'hook ended' };

/** An event in the order in which events happened. */
export type EventPosition = { occurredAtUs: number; seq: number };

/** What happened in this time, from `sinceMs` on and before `untilMs`, and after the event at `from`. */
export type MissedQuery = {
  sinceMs: number;
  untilMs?: number | undefined;
  from: EventPosition | null;
  /** Only count. */
  isDryRun: boolean;
};

/** `count` deliveries were added, or would be. `next`: where to go on; null at the end. */
export type MissedRecovery =
  | { kind: 'looked'; count: number; next: EventPosition | null }
  | { kind: 'unknown' }
  | { kind: 'hook ended' };

/** What a hook is tested with: the body of an event, byte for byte. */
export type TestEvent = { eventId: string; body: string };

/** The token of a workspace's nudge address: sealed, and the hash that it is found by. */
export type NewNudgeAddress = { tokenHash: string; sealedToken: string };

export type StoredNudgeAddress = { sealedToken: string; createdAtMs: number };

/**
 * All that the routes may do for one organization, which is fixed when this store is made. Every method is one
 * transaction, except those that look through a list of any length: they read it in short ones. Organizations take turns.
 */
export type TenantStore = {
  /**
   * Adds a hook and wakes the detector. Subscribing the same target again returns the live hook with the new
   * filters; an ended hook of that target stays ended, and a new one takes its place.
   */
  subscribe(hook: NewHook): Promise<StoredHook>;
  /** Hooks of the organization, ended ones too, newest first. */
  hooks(query?: HookQuery): Promise<StoredHook[]>;
  hook(hookId: string): Promise<StoredHook | undefined>;
  /**
   * Gives a hook a name, or takes it away. A hook of no known Zap takes the place of the last one with the same name.
   * Returns it, or `undefined` when there is none.
   */
  nameHook(hookId: string, name: string | null): Promise<StoredHook | undefined>;
  /**
   * Ends a hook and drops its waiting deliveries. After an organization's last hook it is watched
   * for a day more, for steps that ask.
   *
   * @returns whether the organization has, or had, such a hook.
   */
  endHook(hookId: string): Promise<boolean>;
  /** The organization's events, newest first, or `undefined` when `before` names no event of it. */
  events(query: EventQuery): Promise<FoundEvents | undefined>;
  /** One event, and what became of it at each hook: the live ones, and those that ended last. */
  event(eventId: string): Promise<EventHistory | undefined>;
  /** The deliveries of a hook, live or ended. */
  deliveries(hookId: string, query: DeliveryQuery): Promise<DeliveryListing>;
  /** The deliveries of all hooks, or `undefined` when `before` names none of the organization's. */
  searchDeliveries(search: DeliverySearch): Promise<{ deliveries: StoredDelivery[]; hasMore: boolean } | undefined>;
  /** One delivery with its attempts. */
  delivery(deliveryId: string): Promise<DeliveryHistory | undefined>;
  /** Who handed tasks to whom. */
  handOvers(query: HandOverQuery): Promise<HandOvers>;
  /** The templates that sequence runs were made from, as far as they are known, by name; at most 200. */
  templates(): Promise<SequenceTemplateName[]>;
  /** How the workspace was read in this time, oldest first, without gaps between the spans. At most until now. */
  readings(time: { sinceMs: number; untilMs: number }): Promise<ReadingSpan[]>;
  /**
   * Sends a settled delivery again, as a new one with its own id. It goes to its hook or, if that has ended, to the live
   * hook of the same target, after what already waits there for the same sequence run.
   */
  retryDelivery(deliveryId: string): Promise<Requeued>;
  /**
   * Sends again what died or was dropped since then, oldest first, at most `limit` at a time: deliveries of this hook and
   * of earlier hooks of its target. Leaves out what was already sent again by hand.
   */
  recoverDeliveries(hookId: string, options: RecoveryScope & { limit: number }): Promise<Recovery>;
  /** How many that would send again; counts no further than `limit`. */
  countRecoverable(hookId: string, options: RecoveryScope & { limit: number }): Promise<Recoverable>;
  /**
   * Sends what was found while the Zap was off, a piece at a time. Leaves out what the hook's filters do not let through
   * now, and what any hook of the Zap was sent.
   */
  recoverMissed(hookId: string, query: MissedQuery): Promise<MissedRecovery>;
  /** When the Zap was off and the workspace was not read: nobody knows what changed. Oldest first; none of an ended hook. */
  unreadWhileOff(hookId: string, time: { sinceMs: number; untilMs: number }): Promise<ReadingSpan[]>;
  /** Adds a delivery of a made-up event. */
  sendTest(hookId: string, event: TestEvent): Promise<Exclude<Requeued, { kind: 'still waiting' }>>;
  /** Records reassignments that are about to be made, and makes the detector poll soon. */
  announce(intents: readonly NewIntent[]): Promise<void>;
  /** Records the result of an intent; if it is done, the detector polls now. Returns whether there is such an intent. */
  settleIntent(intentId: string, outcome: IntentOutcome): Promise<boolean>;
  /** The same for several at once. Returns the ids of which there is no such intent. */
  settleIntents(settlements: readonly IntentSettled[]): Promise<string[]>;
  /** Makes the detector poll now, and again shortly after until it has seen a change. */
  nudge(): Promise<void>;
  /** The same at the word of whoever knows the nudge address: nudges that come together count as one. */
  nudgeFromOutside(): Promise<void>;
  nudgeAddress(): Promise<StoredNudgeAddress | undefined>;
  /** Gives the workspace this address, in the place of the one it has. */
  replaceNudgeAddress(added: NewNudgeAddress): Promise<StoredNudgeAddress>;
  removeNudgeAddress(): Promise<void>;
  /** People who were named, or seen as an assignee: those with names first, by name. */
  people(query?: PeopleQuery): Promise<DirectoryEntry[]>;
  person(userId: string): Promise<DirectoryEntry | undefined>;
  searchPeople(query: PeopleSearch): Promise<{ people: DirectoryEntry[]; hasMore: boolean }>;
  /** Names people, all of them or none, and returns them as they are now. */
  namePeople(people: readonly NamedPerson[]): Promise<StoredPerson[]>;
  /** Removes what the workspace calls a person. Returns whether there is such a person. */
  forgetPerson(userId: string): Promise<boolean>;
  /** Whether Topo refuses the key that the detector has, and the one with this hash is another. Each call asks that. */
  needsKey(keyHash: string): Promise<boolean>;
  /** Gives the detector this key if Topo refuses the one it has. */
  renewKey(key: SealedKey): Promise<void>;
  /**
   * Notes that a step asks: the workspace is watched for a day from now on, with this key unless it has one that may read
   * as much. Returns how far it has been read.
   */
  watch(key: SealedKey): Promise<Freshness>;
  /** How far the workspace has been read. Notes nothing. */
  freshness(): Promise<Freshness>;
  /** Makes the detector poll now, once. */
  lookNow(): Promise<void>;
  /** The workspace's tasks as Topo last showed them, with what they are about. */
  tasks(search: TaskSearch): Promise<TaskListing>;
  /** Statuses of open tasks that Topo does not document. */
  otherOpenStatuses(): Promise<string[]>;
  /** Whether what each open task is about is known. */
  areFactsComplete(): Promise<boolean>;
  /** The open tasks of each person, by user id in small letters; those that nobody has are those of null. */
  openTasks(isWanted?: () => boolean): Promise<ReadonlyMap<string | null, TaskCount>>;
  /**
   * Chooses one of several people for a task. The same task and people get the same person again, until that choice has
   * failed. Of a workspace that is watched.
   */
  choose(choice: ChoiceToMake): Promise<ChoiceMade>;
  /** Records how a choice came out; a failed one gives the turn back. Returns whether there is such a choice. */
  settleChoice(choiceId: string, outcome: IntentOutcome): Promise<boolean>;
  /** How the workspace fares; nothing when it has never been watched. */
  health(): Promise<WorkspaceHealth | undefined>;
  /** How soon its Zaps heard of changes in the last day; nothing when none did. */
  delays(): Promise<Delays | undefined>;
  /** Erases the keys and what is known of the tasks, unless a hook lives: its Zap has to be turned off first. */
  forgetWorkspace(): Promise<'forgotten' | 'has hooks'>;
};
