import { fetchHooks } from '../local-server/fetch-hooks.ts';
import { waitUntil } from '../local-server/wait-until.ts';
import { type LocalZapier, startLocalZapier } from '../local-zapier/local-zapier.ts';
import type { Zap } from '../local-zapier/zap.ts';
import { createSandbox, type Sandbox } from '../sandbox/create-sandbox.ts';
import { createRandom, type Random } from '../sandbox/random.ts';
import { type CountingReceiver, startCountingReceiver } from './counting-receiver.ts';
import type { Reader } from './fetch-pages.ts';
import type { Fleet, FleetAddresses } from './fleet.ts';
import { createFaultInjector, type FaultInjector } from './inject-faults.ts';
import { createRandomReassigner } from './random-reassignments.ts';
import { type EventPost, readPost } from './read-post.ts';
import { createUndeliveredChanges, type UndeliveredChanges } from './undelivered-changes.ts';

export type SetupOptions = {
  startFleet: (addresses: FleetAddresses) => Promise<Fleet>;
  seed: number;
  /** Called with the servers as soon as they run, so that they can be killed if this program ends early. */
  started: (fleet: Fleet) => void;
};

/** Everything that a run needs, running. */
export type Setup = {
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
  faults: FaultInjector;
  random: Random;
};

export const countedHook = 'the counting receiver';
export const zapHook = 'the Zap';

export type Closable = { close: () => Promise<void> };

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
export const setUp = async ({ startFleet, seed, started }: SetupOptions, closers: Closable[]): Promise<Setup> => {
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
  // With a key of its own, so that it can be told what the server asks of Topo.
  const actor = zapier.connect({ api_key: sandbox.workspaces[0].keys.tasksOnly });
  const act = (taskId: string, userId: string) =>
    actor.act('reassign_task', { task_id: taskId, assignee_user_id: userId, scope: 'TASK' });
  const reassign = createRandomReassigner({ sandbox, random: createRandom(seed + 2), act, undelivered });
  const faults = createFaultInjector(sandbox, random);
  return { sandbox, zapier, zap, zapPosts, receiver, fleet, reader, undelivered, reassign, faults, random };
};
