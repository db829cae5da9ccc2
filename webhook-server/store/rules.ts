/** The numbers that are rules of the store. Each stands here once, whoever acts on it. */

const secondMs = 1_000;
const hourMs = 3_600 * secondMs;
const dayMs = 24 * hourMs;

/** Topo may show a change this long after it was made; a scan that reads further back has seen it. */
export const visibleWithinMs = 60 * secondMs;

/** What a Zap missed happened no longer than this before the last reading before it was turned off, as far as anybody looks. */
export const shownLateMs = hourMs;

/** An intent that nobody settled for this long never came true, as far as we know. */
export const intentLifeMs = 30 * secondMs;

/** A change waits no longer than this for its intent to be settled. */
export const intentPatienceMs = 3 * secondMs;

/** A hook that asks for a change's template waits no longer than this for it. */
export const templatePatienceMs = 5 * 60 * secondMs;

/** A workspace is watched for this long after a step asked, or its last hook ended. */
export const watchedForMs = dayMs;

/** That a step asked is noted again only after this, so that not every call writes. */
export const askedAgainMs = 10 * 60 * secondMs;

/** What a task is about is asked again after this, while the task is open. */
export const factsFreshMs = dayMs;

/** A change waits no longer than this for what its task is about. */
export const factsPatienceMs = 3 * secondMs;

/** Intents are counted for the quota, and kept, for this long. */
export const intentsKeptMs = dayMs;

/** A choice that nobody settled for this long counts as failed: its run has ended. */
export const choiceLifeMs = 15 * 60 * secondMs;

/** For this long the same task gets the same person of a set. Choices are counted for the quota as long. */
export const choicesKeptMs = dayMs;

/** That a set of people takes turns is noted again only after this, so that not every choice writes all of them. */
export const turnUsedAgainMs = dayMs;

/** Time enough for the write that an intent announces, before the detector looks for it. */
export const writeTakesMs = 500;

/**
 * While the detector looks out for a change it looks again after this, and then after twice the time each time. A change
 * that waits for its intent is looked at this often.
 */
export const shortestLookMs = 500;

/** Looks that nudges from outside bring about lie this far apart. */
export const nudgedLooksApartMs = 3 * secondMs;

/** A hook that has failed for this long without one success is ended. */
export const failureEndsHookMs = 3 * dayMs;

/** So many attempts of a delivery are kept, and the one that settles it: a target may ask to be tried every second. */
export const attemptsKept = 50;

/** A workspace whose key was refused for this long has no hooks any more. */
export const refusalEndsHooksMs = dayMs;

/** What is found together is told in pieces of about so many deliveries, each in a transaction of its own. */
export const deliveriesPerPiece = 400;

/** A piece tells no more changes than this, however few hooks there are. */
export const changesPerPiece = 500;

/** So few rows of some kilobytes are written by one statement that none comes near its time-out. */
export const rowsPerStatement = 500;

/** No lease lasts longer. One that seems to was written before the clock was set back. */
export const maxLeaseMs = 60 * secondMs;

/** A workspace counts as read until its next poll is overdue by this much. */
export const pollLateMs = 2 * 60 * secondMs;

/** No poll is due later than this: the longest interval, or the longest `Retry-After` of Topo's. */
export const maxPollAheadMs = hourMs;

/** No hook rests longer than this after a failure: 12 hours with a fifth of jitter, whatever its target asks. */
export const maxRestMs = 14.4 * hourMs;

/** No clean-up is due later than this, not even after the clock was set forward, when nothing is as old as it seems. */
export const maxCleanUpAheadMs = 30 * dayMs;

/** Whoever runs the server is told of a hook that has failed for this long, ... */
export const failingHookIsNewsMs = hourMs;

/** ... of a workspace that has not been read for this long, or for three idle intervals if that is longer, ... */
export const unreadIsNewsMs = 10 * 60 * secondMs;

/** ... and of deliveries that were given up in this time. */
export const givenUpIsNewsMs = hourMs;

/** Whether there is something to tell is looked at this often. */
export const noticeLooksApartMs = 60 * secondMs;

/** So many looks in a row find well what is told to be well again: what comes and goes is told once. */
export const wellLooksEndNotice = 10;
