import type { EventPage, Kind, Source } from '../../contract/event.ts';
import type { HookFilters, OncePer } from '../../contract/hook.ts';
import type { Intent } from '../../contract/intent.ts';
import type { DirectoryEntry, NamedPerson } from '../../contract/person.ts';

/** A hook as it is stored. Times are milliseconds since 1970, by the database's clock. */
export type StoredHook = {
  id: string;
  sealedTarget: string;
  sealedSecret: string;
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
};

/**
 * `gone`: the target answered 410. `failing`: three days of nothing but failure. `key refused`: Topo refused the
 * workspace's key for a day, and no call brought another one.
 */
export type EndReason = 'unsubscribed' | 'gone' | 'failing' | 'key refused';

/** A Topo key, sealed, and its keyed hash. */
export type SealedKey = { sealedKey: string; keyHash: string };

/** A hook to be added. Its id is made by the caller, who sealed the target and the secret at that id's places. */
export type NewHook = SealedKey & {
  id: string;
  /** Keyed hash of the target URL: the same target again is the same hook. */
  targetHash: string;
  /** Keyed hash of the secret, by which the hook can be ended without a Topo key. */
  secretHash: string;
  sealedTarget: string;
  sealedSecret: string;
  filters: HookFilters;
  oncePer: OncePer;
  /** The detector is to use this key from now on, whatever key it has: this one may read what the filters ask for. */
  bringsNeededKey: boolean;
};

/** An intent and the id that its caller was given. */
export type NewIntent = Intent & { id: string };

/** How an intent came out. `updatedAtUs` is what Topo answered, in microseconds, if the caller says so. */
export type IntentOutcome = { state: 'done' | 'failed'; updatedAtUs: number | null };

/** Which events to answer. Absent filters match everything; `before` is the id of the event to go on after. */
export type EventQuery = {
  limit: number;
  before?: string | undefined;
  newAssigneeIds?: readonly string[] | undefined;
  previousAssigneeIds?: readonly string[] | undefined;
  taskTypes?: readonly string[] | undefined;
  priorities?: readonly string[] | undefined;
  sequenceTemplateIds?: readonly string[] | undefined;
  kinds?: readonly Kind[] | undefined;
  ignoreSources?: readonly Source[] | undefined;
};

/**
 * All that the routes may do for one organization, which was fixed when this store was made. Every method is one
 * transaction.
 */
export type TenantStore = {
  /**
   * Adds a hook and wakes the detector. The same target again answers the hook that is there, with the new filters; an
   * ended hook of that target stays as it is, and a new one takes its place.
   */
  subscribe(hook: NewHook): Promise<StoredHook>;
  /** The hooks of the organization, ended ones too, newest first. */
  hooks(): Promise<StoredHook[]>;
  /**
   * Ends a hook. What waits for it is dropped, and with the organization's last hook its Topo key is erased.
   *
   * @returns whether the organization has, or had, such a hook.
   */
  endHook(hookId: string): Promise<boolean>;
  /** The organization's events, newest first, or `undefined` when `before` names no event of it. */
  events(query: EventQuery): Promise<EventPage | undefined>;
  /** Notes what is about to happen, and lets the detector look soon. */
  announce(intents: readonly NewIntent[]): Promise<void>;
  /** Notes how an intent came out; done, it lets the detector look now. Answers whether there is such an intent. */
  settleIntent(intentId: string, outcome: IntentOutcome): Promise<boolean>;
  /** Lets the detector look now, and again shortly after until it has seen a change. */
  nudge(): Promise<void>;
  /** Everybody who was named or seen as an assignee: the named first, by name. */
  people(): Promise<DirectoryEntry[]>;
  /** Names people, all of them or, should one fail, none. */
  namePeople(people: readonly NamedPerson[]): Promise<void>;
  /** Takes this key for the detector if the one that it has was refused by Topo. */
  renewKey(key: SealedKey): Promise<void>;
};
