import { setTimeout as delay } from 'node:timers/promises';
import { fetchHooks } from '../local-server/fetch-hooks.ts';
import type { WebhookServer } from '../local-server/start-webhook-server.ts';
import { waitUntil } from '../local-server/wait-until.ts';
import { isRecord } from '../local-zapier/is-record.ts';
import { type LocalZapier, startLocalZapier } from '../local-zapier/local-zapier.ts';
import type { Zap } from '../local-zapier/zap.ts';
import { createSandbox, type Sandbox } from '../sandbox/create-sandbox.ts';
import { createRandom, drawInteger, drawOne, type Random } from '../sandbox/random.ts';
import { type CountingReceiver, startCountingReceiver } from './counting-receiver.ts';
import { fetchDeliveries, fetchEvents, type Reader } from './fetch-pages.ts';
import type { Fleet, FleetAddresses } from './fleet.ts';
import { createFaultInjector } from './inject-faults.ts';
import { type InFlight, type Reconciliation, reconcile } from './ledger.ts';
import { createRandomReassigner } from './random-reassignments.ts';
import { type EventPost, eventRecordOf, readPost } from './read-post.ts';
import { createUndeliveredChanges, type UndeliveredChanges } from './undelivered-changes.ts';

export type ChaosOptions = {
  startFleet: (addresses: FleetAddresses) => Promise<Fleet>;
  kills: number;
  seed: number;
  say: (text: string) => void;
  /** Called with the servers as soon as they run, so that they can be killed if this program ends early. */
  started: (fleet: Fleet) => void;
};

type Setup = {
  sandbox: Sandbox;
  zapier: LocalZapier;
  zap: Zap;
  receiver: CountingReceiver;
  fleet: Fleet;
  /** The POSTs to the Zap. */
  zapPosts: () => readonly EventPost[];
  reader: Reader;
  undelivered: UndeliveredChanges;
  reassign: () => Promise<void>;
  random: Random;
};

const countedHook = 'the counting receiver';
const zapHook = 'the Zap';

/** Long enough for leases to expire and for hooks that back off after failures. */
const drainWithinMs = 180_000;

/** No new changes while so many are undelivered; the servers are down half of the time. */
const maxUndelivered = 60;

const maxStartAttempts = 10;

type Closable = { close: () => Promise<void> };

/** Reads each POST to the Zap once. */
const readZapPosts = (zap: Zap): (() => readonly EventPost[]) => {
  const read: EventPost[] = [];
  return () => {
    for (const { webhookId = '', request, status } of zap.posts.slice(read.length)) {
      read.push(readPost({ hook: zapHook, webhookId, body: request.content, isAccepted: status === 200 }));
    }
    return read;
  };
};

const subscribe = async ({ serverUrl, key }: Reader, targetUrl: string): Promise<void> => {
  const response = await fetch(`${serverUrl}/hooks`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ target_url: targetUrl, event: 'task.reassigned' }),
    signal: AbortSignal.timeout(10_000),
  });
  if (response.status !== 201) throw new Error(`POST /hooks answered ${response.status}.`);
};

/** Starts everything on free ports, and waits until the servers listen for changes. */
const setUp = async ({ startFleet, seed, started }: ChaosOptions, closers: Closable[]): Promise<Setup> => {
  const random = createRandom(seed);
  const sandbox = createSandbox({ seed });
  const topo = await sandbox.listen();
  closers.push(topo);
  const zapier = await startLocalZapier();
  closers.push(zapier);
  const receiver = await startCountingReceiver(countedHook, createRandom(seed + 1));
  closers.push(receiver);
  const fleet = await startFleet({ topoApiUrl: topo.url, hookHost: `${zapier.host},${receiver.host}` });
  closers.push(fleet);
  started(fleet);

  const serverUrl = fleet.servers[0]?.url ?? '';
  const key = sandbox.workspaces[0].keys.full;
  const reader = { serverUrl, key };
  zapier.setEnvironment({ TOPO_API_URL: topo.url, WEBHOOK_SERVER_URL: serverUrl });
  const connection = zapier.connect({ api_key: key });
  const zap = zapier.createZap({ name: zapHook, connection, trigger: 'task_reassigned' });
  zap.behaviour = 'answers late';
  await zap.turnOn();
  await subscribe(reader, receiver.targetUrl);
  await waitUntil('the servers listen', async () =>
    (await fetchHooks(serverUrl, key)).every(({ listening_since }) => listening_since !== null),
  );

  const zapPosts = readZapPosts(zap);
  const undelivered = createUndeliveredChanges(() => sandbox.changes.entries, [() => receiver.posts, zapPosts]);
  const act = (taskId: string, userId: string) =>
    connection.act('reassign_task', { task_id: taskId, assignee_user_id: userId, scope: 'TASK' });
  const reassign = createRandomReassigner({ sandbox, random: createRandom(seed + 2), act, undelivered });
  return { sandbox, zapier, zap, zapPosts, receiver, fleet, reader, undelivered, reassign, random };
};

/** Reassigns tasks and injects faults until the signal is aborted. */
const keepChanging = async ({ sandbox, undelivered, reassign, random }: Setup, signal: AbortSignal): Promise<void> => {
  const injectFaults = createFaultInjector(sandbox, random);
  while (!signal.aborted) {
    if (undelivered.count() < maxUndelivered) {
      for (let count = drawInteger(random, 1, 4); count > 0; count -= 1) await reassign();
    }
    if (random() < 0.1) injectFaults();
    undelivered.update();
    await delay(random() * 400);
  }
};

/** Retries, because another program's connection may hold the port for a moment. */
const startAgain = async (server: WebhookServer): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await server.start();
    } catch (error) {
      if (attempt === maxStartAttempts) throw error;
      await delay(500);
    }
  }
};

/** Kills a server while it starts. */
const killEarly = async (server: WebhookServer, random: Random): Promise<void> => {
  const starting = server.start().catch(() => undefined);
  await delay(random() * 600);
  await server.kill();
  await starting;
};

const killAll = async (setup: Setup, kills: number, say: (text: string) => void): Promise<InFlight[]> => {
  const { fleet, random, sandbox, undelivered } = setup;
  const inFlight: InFlight[] = [];
  const readInFlight = async () => {
    inFlight.push(...(await fleet.readInFlight()));
  };
  for (let killed = 0; killed < kills; ) {
    await delay(random() * 1_200);
    const victim = drawOne(random, fleet.servers);
    await victim.kill();
    killed += 1;
    await readInFlight();
    if (random() < 0.2 && killed < kills) {
      await killEarly(victim, random);
      killed += 1;
      await readInFlight();
    }
    if (fleet.restartDatabase !== undefined && killed % 8 === 5) await fleet.restartDatabase();
    await startAgain(victim);
    if (killed % 10 === 0) {
      undelivered.update();
      say(`${killed} of ${kills} kills, ${sandbox.changes.length} changes, ${undelivered.count()} undelivered`);
    }
  }
  return inFlight;
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

const run = async (setup: Setup, { kills, say }: ChaosOptions): Promise<Reconciliation> => {
  const stopChanging = new AbortController();
  const changing = keepChanging(setup, stopChanging.signal);
  const inFlight = await killAll(setup, kills, say).finally(() => stopChanging.abort());
  await changing;
  say('no more kills; waiting until everything is delivered');
  await drain(setup, say);
  return reconcileAll(setup, inFlight, kills);
};

/**
 * Reassigns tasks in a sandbox that answers with faults, kills the servers at random moments, and reconciles the ledger
 * once everything has settled.
 */
export const runChaos = async (options: ChaosOptions): Promise<Reconciliation> => {
  const closers: Closable[] = [];
  try {
    return await run(await setUp(options, closers), options);
  } finally {
    for (const part of closers.toReversed()) await part.close();
  }
};
