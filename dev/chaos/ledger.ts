/** One task that changed hands, as the sandbox's journal has it. */
export type Change = { taskId: string; previous: string | null; next: string | null; updatedAt: string };

/** An event as `GET /events` answers it. */
export type Told = Change & { eventId: string };

/** A POST to one of the hooks. `isAccepted`: it was answered 200, whether or not anybody was left to hear that. */
export type Post = { hook: string; webhookId: string; eventId: string; isAccepted: boolean };

/** A delivery that somebody had claimed and not settled when a process was killed, as the store had it. */
export type UnderWay = { webhookId: string; attempt: number; isAmbiguous: boolean };

/** What everybody has written down by the end of a run. */
export type Records = {
  changes: readonly Change[];
  told: readonly Told[];
  /** Every hook is to hear of every event. */
  hooks: readonly string[];
  posts: readonly Post[];
  /** The event of each run of the Zap. */
  runs: readonly string[];
  /** What was under way at each kill. */
  underWay: readonly UnderWay[];
  /** How often each delivery was attempted in the end. */
  attempts: ReadonlyMap<string, number>;
  kills: number;
};

/**
 * - `lost`: changes without an event, events that a hook never accepted, and events for which the Zap did not run.
 * - `duplicates`: how many times a hook accepted an event that it had accepted before.
 * - `ambiguous`: attempts that a kill cut off and that were made again; the store had marked each as ambiguous.
 */
export type Result = {
  changes: number;
  events: number;
  delivered: number;
  lost: number;
  duplicates: number;
  ambiguous: number;
  second_runs: number;
  kills: number;
};

/** `problems` are sentences; without one, everything held that must hold. */
export type Balance = { result: Result; problems: string[] };

const keyOf = ({ taskId, previous, next, updatedAt }: Change): string =>
  JSON.stringify([taskId, previous, next, updatedAt]);

const countBy = <Item>(items: readonly Item[], keyOfItem: (item: Item) => string): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOfItem(item), (counts.get(keyOfItem(item)) ?? 0) + 1);
  return counts;
};

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, number) => total + number, 0);

/** How many times more than once. */
const repeats = (counts: ReadonlyMap<string, number>): number => sum(counts.values()) - counts.size;

const pairOf = (hook: string, eventId: string): string => JSON.stringify([hook, eventId]);

/** Attempts that were cut off by a kill: the same delivery was attempted again later. */
const cutOff = ({ underWay, attempts }: Records): UnderWay[] => {
  const again = underWay.filter(({ webhookId, attempt }) => (attempts.get(webhookId) ?? 0) > attempt);
  return [...new Map(again.map((one) => [JSON.stringify([one.webhookId, one.attempt]), one])).values()];
};

/** Hooks that accepted an event more often than kills can have cut off the answer. */
const unexplained = (records: Records, cut: readonly UnderWay[]): string[] => {
  const cutsOf = countBy(cut, ({ webhookId }) => webhookId);
  const accepted = records.posts.filter(({ isAccepted }) => isAccepted);
  const groups = Map.groupBy(accepted, ({ hook, eventId }) => pairOf(hook, eventId));
  return [...groups].flatMap(([pair, posts]) => {
    const webhookIds = new Set(posts.map(({ webhookId }) => webhookId));
    const explained = sum([...webhookIds].map((webhookId) => cutsOf.get(webhookId) ?? 0));
    if (webhookIds.size === 1 && posts.length - 1 <= explained) return [];
    return [`${pair} was accepted ${posts.length} times, of which kills explain ${explained}.`];
  });
};

/** Changes that one event each tells, and events that tell nothing that happened. */
const compareEvents = ({ changes, told }: Records) => {
  const events = countBy(told, keyOf);
  const known = new Set(changes.map(keyOf));
  return {
    untold: changes.filter((change) => !events.has(keyOf(change))),
    invented: told.filter((event) => !known.has(keyOf(event))),
    toldAgain: repeats(events),
  };
};

const compareDeliveries = ({ told, hooks, posts, runs }: Records) => {
  const eventIds = [...new Set(told.map(({ eventId }) => eventId))];
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
    strange: posts.filter(({ eventId }) => !known.has(eventId)),
    duplicates: repeats(accepted),
    secondRuns: repeats(ran),
  };
};

const sentence = (count: number, text: string): string[] => (count === 0 ? [] : [`${count} ${text}.`]);

/** Draws both ledgers: change → event, and event → delivery. */
export const drawBalance = (records: Records): Balance => {
  const { untold, invented, toldAgain } = compareEvents(records);
  const { delivered, undelivered, notRun, strange, duplicates, secondRuns } = compareDeliveries(records);
  const cut = cutOff(records);
  const ambiguous = cut.filter(({ isAmbiguous }) => isAmbiguous).length;
  return {
    result: {
      changes: records.changes.length,
      events: records.told.length,
      delivered,
      lost: untold.length + undelivered.length + notRun.length,
      duplicates,
      ambiguous,
      second_runs: secondRuns,
      kills: records.kills,
    },
    problems: [
      ...(records.changes.length === 0 ? ['Nothing changed, so nothing was shown.'] : []),
      ...sentence(untold.length, 'changes have no event'),
      ...sentence(invented.length, 'events tell what never happened'),
      ...sentence(toldAgain, 'events tell a change that another event tells'),
      ...sentence(undelivered.length, 'deliveries are missing'),
      ...sentence(notRun.length, 'events started no run of the Zap'),
      ...sentence(strange.length, 'POSTs hold an event that GET /events does not know'),
      ...sentence(secondRuns, 'runs of the Zap are second runs'),
      ...sentence(cut.length - ambiguous, 'deliveries that a kill cut off were not marked as ambiguous'),
      ...unexplained(records, cut),
    ],
  };
};
