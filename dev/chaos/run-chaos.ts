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
import type { Fleet, Surroundings } from './fleet.ts';
import { createFaultInjector } from './inject-faults.ts';
import { type Balance, drawBalance, type UnderWay } from './ledger.ts';
import { createUnrest, type Unrest } from './random-reassignments.ts';
import { type ReadPost, readPost, toldBy } from './read-post.ts';
import { createHearing, type Hearing } from './undelivered-changes.ts';

export type ChaosOptions = {
  startFleet: (surroundings: Surroundings) => Promise<Fleet>;
  kills: number;
  seed: number;
  say: (text: string) => void;
  /** Is given the servers as soon as they run, for the case that this program ends early. */
  started: (fleet: Fleet) => void;
};

type Stage = {
  sandbox: Sandbox;
  zapier: LocalZapier;
  zap: Zap;
  receiver: CountingReceiver;
  fleet: Fleet;
  /** The POSTs to the Zap. */
  zapPosts: () => readonly ReadPost[];
  reader: Reader;
  hearing: Hearing;
  unrest: Unrest;
  random: Random;
};

const countedHook = 'the counting receiver';
const zapHook = 'the Zap';

/** Everything that waits has come by then: leases run out, hooks rest after failures. */
const drainWithinMs = 180_000;

/** So many changes may wait to be told; the servers are down for half of the time. */
const mostUnheard = 60;

const startTries = 10;

type Closers = { close: () => Promise<void> }[];

/** Reads each POST to the Zap once. */
const readZapPosts = (zap: Zap): (() => readonly ReadPost[]) => {
  const read: ReadPost[] = [];
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

/** Puts everything up, on free ports of this machine, and waits until the servers listen for changes. */
const setUp = async ({ startFleet, seed, started }: ChaosOptions, closers: Closers): Promise<Stage> => {
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
  const hearing = createHearing(() => sandbox.changes.entries, [() => receiver.posts, zapPosts]);
  const act = (taskId: string, userId: string) =>
    connection.act('reassign_task', { task_id: taskId, assignee_user_id: userId, scope: 'TASK' });
  const unrest = createUnrest({ sandbox, random: createRandom(seed + 2), act, hearing });
  return { sandbox, zapier, zap, zapPosts, receiver, fleet, reader, hearing, unrest, random };
};

/** Lets things change and go wrong until it is told to stop. */
const keepChanging = async ({ sandbox, hearing, unrest, random }: Stage, signal: AbortSignal): Promise<void> => {
  const spoil = createFaultInjector(sandbox, random);
  while (!signal.aborted) {
    if (hearing.unheard() < mostUnheard) {
      for (let count = drawInteger(random, 1, 4); count > 0; count -= 1) await unrest.change();
    }
    if (random() < 0.1) spoil();
    hearing.look();
    await delay(random() * 400);
  }
};

/** Starts a server until it is up: its port may belong to a connection of another program for a moment. */
const startAgain = async (server: WebhookServer): Promise<void> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await server.start();
    } catch (error) {
      if (tries === startTries) throw error;
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

const killAll = async (stage: Stage, kills: number, say: (text: string) => void): Promise<UnderWay[]> => {
  const { fleet, random, sandbox, hearing } = stage;
  const underWay: UnderWay[] = [];
  const readUnderWay = async () => {
    underWay.push(...(await fleet.readUnderWay()));
  };
  for (let killed = 0; killed < kills; ) {
    await delay(random() * 1_200);
    const victim = drawOne(random, fleet.servers);
    await victim.kill();
    killed += 1;
    await readUnderWay();
    if (random() < 0.2 && killed < kills) {
      await killEarly(victim, random);
      killed += 1;
      await readUnderWay();
    }
    if (fleet.restartDatabase !== undefined && killed % 8 === 5) await fleet.restartDatabase();
    await startAgain(victim);
    if (killed % 10 === 0) {
      hearing.look();
      say(`${killed} of ${kills} kills, ${sandbox.changes.length} changes, ${hearing.unheard()} still to be heard`);
    }
  }
  return underWay;
};

const isHeardByAll = ({ hearing }: Stage): boolean => {
  hearing.look();
  return hearing.unheard() === 0;
};

const fetchAllDeliveries = async ({ reader }: Stage) => {
  const hooks = await fetchHooks(reader.serverUrl, reader.key);
  return (await Promise.all(hooks.map(({ id }) => fetchDeliveries(reader, id)))).flat();
};

/** Waits until nothing is left to be told; what is missing after that is lost. */
const drain = async (stage: Stage, say: (text: string) => void): Promise<void> => {
  const { sandbox, zapier } = stage;
  sandbox.clearFaults();
  const giveUp = (error: unknown) => say(error instanceof Error ? error.message : String(error));
  await waitUntil('every change was heard', () => isHeardByAll(stage), { withinMs: drainWithinMs }).catch(giveUp);
  // Whatever is told twice is told by the time of three more polls, and when nothing waits any more.
  const requests = sandbox.requests.length + 3;
  await waitUntil('Topo was asked again', () => sandbox.requests.length >= requests).catch(giveUp);
  const isSettled = async () => (await fetchAllDeliveries(stage)).every(({ state }) => state !== 'waiting');
  await waitUntil('every delivery was settled', isSettled, { withinMs: drainWithinMs }).catch(giveUp);
  await zapier.idle();
};

const eventIdOf = (output: unknown): string => (isRecord(output) ? String(output['id']) : '');

const balanceOf = async (stage: Stage, underWay: readonly UnderWay[], kills: number): Promise<Balance> => {
  const { sandbox, zap, zapPosts, receiver, reader } = stage;
  const deliveries = await fetchAllDeliveries(stage);
  const balance = drawBalance({
    changes: sandbox.changes.entries,
    told: (await fetchEvents(reader)).map(toldBy),
    hooks: [countedHook, zapHook],
    posts: [...receiver.posts, ...zapPosts()],
    runs: zap.runs.map(({ output }) => eventIdOf(output)),
    underWay,
    attempts: new Map(deliveries.map(({ id, attempts }) => [id, attempts])),
    kills,
  });
  const failed = zap.failedRuns.map(({ error }) => `A run of the Zap failed: ${String(error)}`);
  const unsettled = deliveries
    .filter(({ state }) => state !== 'delivered')
    .map(({ id, state }) => `${id} is ${state}.`);
  return { ...balance, problems: [...balance.problems, ...failed, ...unsettled] };
};

const run = async (stage: Stage, { kills, say }: ChaosOptions): Promise<Balance> => {
  const calm = new AbortController();
  const changing = keepChanging(stage, calm.signal);
  const underWay = await killAll(stage, kills, say).finally(() => calm.abort());
  await changing;
  say('no more kills; waiting until everything has been told');
  await drain(stage, say);
  return balanceOf(stage, underWay, kills);
};

/**
 * Reassigns tasks in a sandbox whose answers go wrong, kills the servers at random moments, and draws the balance when
 * everything has come to rest: see `ledger.ts`.
 */
export const runChaos = async (options: ChaosOptions): Promise<Balance> => {
  const closers: Closers = [];
  try {
    return await run(await setUp(options, closers), options);
  } finally {
    for (const part of closers.toReversed()) await part.close();
  }
};
