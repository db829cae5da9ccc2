import { setTimeout as delay } from 'node:timers/promises';
import { fetchHooks } from '../local-server/fetch-hooks.ts';
import { waitUntil } from '../local-server/wait-until.ts';
import { isRecord } from '../local-zapier/is-record.ts';
import { drawInteger } from '../sandbox/random.ts';
import { failOver } from './fail-over.ts';
import { fetchDeliveries, fetchEvents } from './fetch-pages.ts';
import { killServers } from './kill-servers.ts';
import { type InFlight, type Reconciliation, reconcile, type Totals } from './ledger.ts';
import { eventRecordOf } from './read-post.ts';
import { type Closable, countedHook, type Setup, type SetupOptions, setUp, zapHook } from './set-up.ts';
import { checkCounters, checkFigures } from './watch-metrics.ts';

export type ChaosOptions = SetupOptions & {
  kills: number;
  /** How often the database is lost and its standby takes over, evenly between the kills. */
  failOvers: number;
  say: (text: string) => void;
};

/** `longest_silence_ms`: from a kill of the database until a Zap heard of a later change. */
export type ChaosTotals = Totals & { fail_overs: number; longest_silence_ms: number };

export type ChaosResult = Omit<Reconciliation, 'result'> & { result: ChaosTotals };

/** Long enough for leases to expire and for hooks that back off after failures. */
const drainWithinMs = 180_000;

/** No new changes while so many are undelivered; the servers are down half of the time. */
const maxUndelivered = 60;

/** Reassigns tasks and injects faults until the signal is aborted. */
const keepChanging = async ({ faults, undelivered, reassign, random }: Setup, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    if (undelivered.count() < maxUndelivered) {
      for (let count = drawInteger(random, 1, 4); count > 0; count -= 1) await reassign();
    }
    const mood = random();
    if (mood < 0.1) faults.inject();
    else if (mood < 0.4) faults.relent();
    undelivered.update();
    await delay(random() * 400);
  }
};

const isAllDelivered = ({ undelivered }: Setup): boolean => {
  undelivered.update();
  return undelivered.count() === 0;
};

const fetchAllDeliveries = async ({ reader }: Setup) => {
  const hooks = await fetchHooks(reader.serverUrl, reader.key);
  return (await Promise.all(hooks.map(({ id }) => fetchDeliveries(reader, id)))).flat();
};

/** Waits until every change is delivered; what is missing after that is lost. */
const drain = async (setup: Setup, say: (text: string) => void): Promise<void> => {
  const { sandbox, zapier } = setup;
  sandbox.clearFaults();
  const giveUp = (error: unknown) => say(error instanceof Error ? error.message : String(error));
  await waitUntil('every change was delivered', () => isAllDelivered(setup), { withinMs: drainWithinMs }).catch(giveUp);
  // A duplicate would be sent within three more polls, while deliveries still wait.
  const requests = sandbox.requests.length + 3;
  await waitUntil('Topo was polled again', () => sandbox.requests.length >= requests).catch(giveUp);
  const isSettled = async () => (await fetchAllDeliveries(setup)).every(({ state }) => state !== 'waiting');
  await waitUntil('every delivery was settled', isSettled, { withinMs: drainWithinMs }).catch(giveUp);
  await zapier.idle();
};

const eventIdOf = (output: unknown): string => (isRecord(output) ? String(output['id']) : '');

const reconcileAll = async (setup: Setup, inFlight: readonly InFlight[], kills: number): Promise<Reconciliation> => {
  const { sandbox, zap, zapPosts, receiver, reader } = setup;
  const deliveries = await fetchAllDeliveries(setup);
  const reconciliation = reconcile({
    changes: sandbox.changes.entries,
    events: (await fetchEvents(reader)).map(eventRecordOf),
    hooks: [countedHook, zapHook],
    posts: [...receiver.posts, ...zapPosts()],
    runs: zap.runs.map(({ output }) => eventIdOf(output)),
    inFlight,
    attempts: new Map(deliveries.map(({ id, attempts }) => [id, attempts])),
    kills,
  });
  const failed = zap.failedRuns.map(({ error }) => `A run of the Zap failed: ${String(error)}`);
  const unsettled = deliveries
    .filter(({ state }) => state !== 'delivered')
    .map(({ id, state }) => `${id} is ${state}.`);
  return { ...reconciliation, problems: [...reconciliation.problems, ...failed, ...unsettled] };
};

/** Runs without kills until so much has changed. */
const changesWithoutKills = 40;

type Disturbances = { inFlight: InFlight[]; longestSilenceMs: number };

const disturb = async (setup: Setup, { kills, failOvers, say }: ChaosOptions): Promise<Disturbances> => {
  const inFlight: InFlight[] = [];
  let longestSilenceMs = 0;
  if (kills + failOvers === 0) {
    await waitUntil('enough has changed', () => setup.sandbox.changes.length >= changesWithoutKills);
  }
  const killsBefore = (part: number): number => Math.floor((kills * part) / (failOvers + 1));
  for (let part = 0; part <= failOvers; part += 1) {
    inFlight.push(...(await killServers(setup, killsBefore(part + 1) - killsBefore(part), say)));
    if (part === failOvers) break;
    const failedOver = await failOver(setup, say);
    inFlight.push(...failedOver.inFlight);
    longestSilenceMs = Math.max(longestSilenceMs, failedOver.silenceMs);
  }
  return { inFlight, longestSilenceMs };
};

const run = async (setup: Setup, options: ChaosOptions): Promise<ChaosResult> => {
  const { kills, failOvers, say } = options;
  const stopChanging = new AbortController();
  const changing = keepChanging(setup, stopChanging.signal);
  const { inFlight, longestSilenceMs } = await disturb(setup, options).finally(() => stopChanging.abort());
  await changing;
  say('no more kills; waiting until everything is delivered');
  await drain(setup, say);
  const { result, problems } = await reconcileAll(setup, inFlight, kills);
  // A process that is killed forgets what it has counted.
  const counters = kills + failOvers === 0 ? await checkCounters(setup) : [];
  const figures = await checkFigures(setup);
  return {
    result: { ...result, fail_overs: failOvers, longest_silence_ms: longestSilenceMs },
    problems: [...problems, ...counters, ...figures],
  };
};

/**
 * Reassigns tasks in a sandbox that answers with faults, kills the servers at random moments, and reconciles the ledger
 * once everything has settled.
 */
export const runChaos = async (options: ChaosOptions): Promise<ChaosResult> => {
  const closers: Closable[] = [];
  try {
    return await run(await setUp(options, closers), options);
  } finally {
    for (const part of closers.toReversed()) await part.close();
  }
};
