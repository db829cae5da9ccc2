/** One task's change of assignee, as the sandbox's journal has it. */
export type Change = { taskId: string; previous: string | null; next: string | null; updatedAt: string };

/** An event from `GET /events`. */
export type EventRecord = Change & { eventId: string };

/** A POST to one of the hooks. `isAccepted`: it got a 200, whether or not the sender lived to read it. */
export type PostRecord = { hook: string; webhookId: string; eventId: string; isAccepted: boolean };

/** A delivery that was claimed and not settled when a process was killed, according to the store. */
export type InFlight = { webhookId: string; attempt: number; isAmbiguous: boolean };

/** What the sandbox, the server, the hooks and the Zap have recorded by the end of a run. */
export type Ledger = {
  changes: readonly Change[];
  events: readonly EventRecord[];
  /** Every hook must get every event. */
  hooks: readonly string[];
  posts: readonly PostRecord[];
  /** The event of each run of the Zap. */
  runs: readonly string[];
  /** What was in flight at each kill. */
  inFlight: readonly InFlight[];
  /** How often each delivery was attempted in the end. */
  attempts: ReadonlyMap<string, number>;
  kills: number;
};

/**
 * - `lost`: changes without an event, events that a hook never accepted, and events for which the Zap did not run.
 * - `duplicates`: how often a hook accepted an event that it had accepted before.
 * - `ambiguous`: attempts that a kill interrupted and that were repeated; the store had marked each as ambiguous.
 */
export type Totals = {
  changes: number;
  events: number;
  delivered: number;
  lost: number;
  duplicates: number;
  ambiguous: number;
  second_runs: number;
  kills: number;
};

/** `problems` are sentences; none means that every promise was kept. */
export type Reconciliation = { result: Totals; problems: string[] };

const keyOf = ({ taskId, previous, next, updatedAt }: Change): string =>
  JSON.stringify([taskId, previous, next, updatedAt]);

const countBy = <Item>(items: readonly Item[], keyOfItem: (item: Item) => string): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOfItem(item), (counts.get(keyOfItem(item)) ?? 0) + 1);
  return counts;
};

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, number) => total + number, 0);

/** How many of the counted items were not the first. */
const repeats = (counts: ReadonlyMap<string, number>): number => sum(counts.values()) - counts.size;

const pairOf = (hook: string, eventId: string): string => JSON.stringify([hook, eventId]);

/** Attempts interrupted by a kill: the same delivery was attempted again later. */
const interruptedAttempts = ({ inFlight, attempts }: Ledger): InFlight[] => {
  const again = inFlight.filter(({ webhookId, attempt }) => (attempts.get(webhookId) ?? 0) > attempt);
  return [...new Map(again.map((one) => [JSON.stringify([one.webhookId, one.attempt]), one])).values()];
};

/** Events that a hook accepted more often than kills can explain by a lost answer. */
const unexplained = (ledger: Ledger, interrupted: readonly InFlight[]): string[] => {
  const interruptionsOf = countBy(interrupted, ({ webhookId }) => webhookId);
  const accepted = ledger.posts.filter(({ isAccepted }) => isAccepted);
  const groups = Map.groupBy(accepted, ({ hook, eventId }) => pairOf(hook, eventId));
  return [...groups].flatMap(([pair, posts]) => {
    const webhookIds = new Set(posts.map(({ webhookId }) => webhookId));
    const explained = sum([...webhookIds].map((webhookId) => interruptionsOf.get(webhookId) ?? 0));
    if (webhookIds.size === 1 && posts.length - 1 <= explained) return [];
    return [`${pair} was accepted ${posts.length} times, of which kills explain ${explained}.`];
  });
};

/** Every change must have exactly one event, and every event a change. */
const compareEvents = ({ changes, events }: Ledger) => {
  const counts = countBy(events, keyOf);
  const known = new Set(changes.map(keyOf));
  return {
    withoutEvent: changes.filter((change) => !counts.has(keyOf(change))),
    unfounded: events.filter((event) => !known.has(keyOf(event))),
    repeated: repeats(counts),
  };
};

const compareDeliveries = ({ events, hooks, posts, runs }: Ledger) => {
  const eventIds = [...new Set(events.map(({ eventId }) => eventId))];
  const accepted = countBy(
    posts.filter(({ isAccepted }) => isAccepted),
    ({ hook, eventId }) => pairOf(hook, eventId),
  );
  const ran = countBy(runs, (eventId) => eventId);
  const pairs = hooks.flatMap((hook) => eventIds.map((eventId) => pairOf(hook, eventId)));
  const known = new Set(eventIds);
  return {
    delivered: pairs.filter((pair) => accepted.has(pair)).length,
    undelivered: pairs.filter((pair) => !accepted.has(pair)),
    notRun: eventIds.filter((eventId) => !ran.has(eventId)),
    unknownPosts: posts.filter(({ eventId }) => !known.has(eventId)),
    duplicates: repeats(accepted),
    secondRuns: repeats(ran),
  };
};

const sentence = (count: number, text: string): string[] => (count === 0 ? [] : [`${count} ${text}.`]);

/** Compares both sides of the ledger: changes with events, and events with deliveries. */
export const reconcile = (ledger: Ledger): Reconciliation => {
  const { withoutEvent, unfounded, repeated } = compareEvents(ledger);
  const { delivered, undelivered, notRun, unknownPosts, duplicates, secondRuns } = compareDeliveries(ledger);
  const interrupted = interruptedAttempts(ledger);
  const ambiguous = interrupted.filter(({ isAmbiguous }) => isAmbiguous).length;
  return {
    result: {
      changes: ledger.changes.length,
      events: ledger.events.length,
      delivered,
      lost: withoutEvent.length + undelivered.length + notRun.length,
      duplicates,
      ambiguous,
      second_runs: secondRuns,
      kills: ledger.kills,
    },
    problems: [
      ...(ledger.changes.length === 0 ? ['Nothing changed, so nothing was shown.'] : []),
      ...sentence(withoutEvent.length, 'changes have no event'),
      ...sentence(unfounded.length, 'events report a change that never happened'),
      ...sentence(repeated, 'events report a change that another event reports'),
      ...sentence(undelivered.length, 'deliveries are missing'),
      ...sentence(notRun.length, 'events started no run of the Zap'),
      ...sentence(unknownPosts.length, 'POSTs hold an event that GET /events does not know'),
      ...sentence(secondRuns, 'runs of the Zap were second runs'),
      ...sentence(interrupted.length - ambiguous, 'deliveries that a kill interrupted were not marked as ambiguous'),
      ...unexplained(ledger, interrupted),
    ],
  };
};
