import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startWebhookServer, type WebhookServer } from '../local-server/start-webhook-server.ts';
import { waitUntil } from '../local-server/wait-until.ts';
import { createSandbox, type Sandbox } from '../sandbox/create-sandbox.ts';
import { type Crowd, crowdPostgres, crowdSqlite } from './crowded-history.ts';
import type { Bench } from './harness/bench.ts';
import { type Figure, percentile } from './harness/figure.ts';
import { forkChild } from './harness/fork-child.ts';
import { readNumber } from './harness/message.ts';
import { runBench } from './harness/run-bench.ts';
import { measureOnPostgres } from './on-postgres.ts';
import { type ReceiverProcess, startReceiverProcess } from './receiver-process.ts';

const timeLimitMs = 10 * 60_000;
const forMs = 8_000;
const liveHooks = 500;
const endedHooks = 200;
// The assignees of its tasks are in the directory, too.
const people = 19_000;
const importedAtOnce = 1_000;

/** A neighbour's calls: often enough for a percentile, and below its own limits. */
const everyMs = 100;
const intentEvery = 4;
const eventEvery = 10;

const answersWithinMs = 250;
const hearsWithinMs = 2_000;

type Caller = (method: string, path: string, body?: unknown) => Promise<unknown>;

const callerOf =
  (serverUrl: string, key: string): Caller =>
  async (method, path, body) => {
    const response = await fetch(serverUrl + path, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 200)}`);
    return text === '' ? undefined : JSON.parse(text);
  };

const uuids = (count: number): string[] => Array.from({ length: count }, () => randomUUID());
const words = (count: number): string[] => Array.from({ length: count }, () => randomBytes(32).toString('hex'));

/** Filters as large as they may be, without those that need Topo. */
const largeFilters = () => ({
  new_assignee_ids: uuids(100),
  previous_assignee_ids: uuids(100),
  task_types: words(100),
  priorities: words(100),
});

const hookBody = (host: string, index: number) => ({
  target_url: `http://${host}/crowd/${index}`,
  event: 'task.reassigned',
  filters: largeFilters(),
});

const personBodies = (first: number) =>
  Array.from({ length: importedAtOnce }, (_, index) => ({
    user_id: `00000000-0000-4000-8000-${String(first + index).padStart(12, '0')}`,
    name: `Person ${first + index}, call {n}`,
    email: `person-${first + index}@example.com`,
  }));

const idOf = (answer: unknown): string => {
  if (typeof answer === 'object' && answer !== null && 'id' in answer) return String(answer.id);
  throw new TypeError('The server answered without an id.');
};

const subscribeCrowd = async (call: Caller, host: string): Promise<string> => {
  let hookId = '';
  for (let index = 0; index < liveHooks + endedHooks; index += 1) {
    const id = idOf(await call('POST', '/hooks', hookBody(host, index)));
    if (index < endedHooks) await call('DELETE', `/hooks/${id}`);
    else hookId = id;
  }
  for (let first = 0; first < people; first += importedAtOnce) {
    await call('POST', '/people/import', personBodies(first));
  }
  return hookId;
};

const intentBodies = (count: number) =>
  Array.from({ length: count }, () => ({ task_id: randomUUID(), assignee_user_id: randomUUID() }));

type Attack = { route: string; method: string; path: string; body?: unknown; most: number };

/** Routes that wake the detector or send by hand have limits of their own. */
const unlimited = 100_000;
const limited = 40;

const attacksOf = (hookId: string, host: string): Attack[] => [
  { route: 'GET /hooks', method: 'GET', path: '/hooks', most: unlimited },
  { route: 'GET /people', method: 'GET', path: '/people', most: unlimited },
  { route: 'GET /people?q=', method: 'GET', path: '/people?q=nobody', most: unlimited },
  { route: 'GET /events', method: 'GET', path: '/events?task_types=NONE', most: unlimited },
  {
    route: 'GET /hooks/:id/deliveries',
    method: 'GET',
    path: `/hooks/${hookId}/deliveries?state=dropped`,
    most: unlimited,
  },
  {
    route: 'POST /hooks/:id/recover',
    method: 'POST',
    path: `/hooks/${hookId}/recover`,
    body: { since: '2020-01-01T00:00:00Z' },
    most: limited,
  },
  { route: 'POST /hooks/:id/test', method: 'POST', path: `/hooks/${hookId}/test`, most: limited },
  { route: 'POST /hooks', method: 'POST', path: '/hooks', body: hookBody(host, liveHooks), most: unlimited },
  { route: 'POST /intents', method: 'POST', path: '/intents', body: intentBodies(200), most: limited },
  {
    route: 'PATCH /intents',
    method: 'PATCH',
    path: '/intents',
    body: Array.from({ length: 200 }, (_, index) => ({ id: `int_crowd_${index + 1}`, state: 'done' })),
    most: limited,
  },
  {
    route: 'PATCH /intents/:id',
    method: 'PATCH',
    path: '/intents/int_crowd_300',
    body: { state: 'done' },
    most: limited,
  },
  { route: 'POST /nudges', method: 'POST', path: '/nudges', most: limited },
  { route: 'POST /deliveries/:id/retry', method: 'POST', path: '/deliveries/msg_crowd_1/retry', most: limited },
  { route: 'POST /people/import', method: 'POST', path: '/people/import', body: personBodies(0), most: unlimited },
  {
    route: 'PUT /people/:user_id',
    method: 'PUT',
    path: `/people/${randomUUID()}`,
    body: { name: 'Somebody', email: null },
    most: unlimited,
  },
  { route: 'DELETE /people/:user_id', method: 'DELETE', path: `/people/${randomUUID()}`, most: unlimited },
  // Last, as it ends the hook that the others ask about.
  { route: 'DELETE /hooks/:id', method: 'DELETE', path: `/hooks/${hookId}`, most: unlimited },
];

type Place = { serverUrl: string; sandbox: Sandbox; receiver: ReceiverProcess };
type Heard = { callsMs: number[]; eventsMs: number[] };

/** Calls as the neighbour, and lets a task of its workspace change hands. */
const listenAsNeighbour = async ({ serverUrl, sandbox, receiver }: Place): Promise<Heard> => {
  const [, neighbour] = sandbox.workspaces;
  const call = callerOf(serverUrl, neighbour.keys.full);
  const [task] = neighbour.tasks;
  if (task === undefined) throw new Error('The neighbour has no task.');
  await receiver.take();
  const callsMs: number[] = [];
  const timed = async (work: () => Promise<unknown>): Promise<void> => {
    const beganAtMs = performance.now();
    await work();
    callsMs.push(performance.now() - beganAtMs);
  };
  const pending: Promise<void>[] = [];
  let changes = 0;
  for (let turn = 0; turn < forMs / everyMs; turn += 1) {
    pending.push(timed(() => call('GET', '/hooks')));
    if (turn % intentEvery === 0) pending.push(timed(() => call('POST', '/intents', intentBodies(1)[0])));
    if (turn % eventEvery === 0) {
      changes += 1;
      sandbox.reassign(task.id, neighbour.people[changes % 2]?.userId ?? null);
    }
    await delay(everyMs);
  }
  await Promise.all(pending);
  const eventsMs: number[] = [];
  // A change that is undone between two looks is none, so there may be fewer events.
  await waitUntil('the neighbour heard an event', async () => {
    eventsMs.push(...(await receiver.take()).latenciesMs);
    return eventsMs.length > 0;
  });
  await delay(500);
  eventsMs.push(...(await receiver.take()).latenciesMs);
  return { callsMs, eventsMs };
};

const figuresOf = (store: string, what: string, { callsMs, eventsMs }: Heard): Figure[] => [
  {
    figure: `${store}: a neighbour’s call during ${what}, p99`,
    value: percentile(callsMs, 99),
    unit: 'ms',
    atMost: answersWithinMs,
  },
  {
    figure: `${store}: a neighbour’s event during ${what}, stored → received, slowest`,
    value: Math.max(...eventsMs),
    unit: 'ms',
    atMost: hearsWithinMs,
  },
];

const measureAttacks = async (
  name: string,
  place: Place,
  attacks: readonly Attack[],
  bench: Bench,
): Promise<Figure[]> => {
  const figures = figuresOf(name, 'quiet', await listenAsNeighbour(place));
  const hammer = forkChild('dev/bench/hammer-main.js');
  try {
    for (const { route, method, path, body, most } of attacks) {
      const hammering = hammer.ask({
        url: place.serverUrl + path,
        key: place.sandbox.workspaces[0].keys.full,
        method,
        body: body === undefined ? '' : JSON.stringify(body),
        most,
        forMs,
      });
      const heard = await listenAsNeighbour(place);
      const answer = await hammering;
      bench.say(
        `${name}: ${route}: ${readNumber(answer, 'answered')} answered, ${readNumber(answer, 'refused')} refused`,
      );
      figures.push(...figuresOf(name, route, heard));
    }
    return figures;
  } finally {
    await hammer.stop();
  }
};

type Kind = {
  name: string;
  dataFolder: string;
  environment: Record<string, string>;
  crowd: (crowd: Crowd) => Promise<void> | void;
};

const prepare = async (server: WebhookServer, { sandbox, receiver }: Omit<Place, 'serverUrl'>): Promise<Crowd> => {
  const [crowd, neighbour] = sandbox.workspaces;
  const call = callerOf(server.url, neighbour.keys.full);
  await call('POST', '/hooks', { target_url: `http://${receiver.host}/timed/neighbour`, event: 'task.reassigned' });
  const hookId = await subscribeCrowd(callerOf(server.url, crowd.keys.full), receiver.host);
  return { organizationId: crowd.organizationId, hookId };
};

const measureOn = async (kind: Kind, receiver: ReceiverProcess, bench: Bench): Promise<Figure[]> => {
  const sandbox = createSandbox();
  const topo = await sandbox.listen();
  const server = await startWebhookServer({
    dataFolder: kind.dataFolder,
    topoApiUrl: topo.url,
    hookHost: receiver.host,
    environment: { LOG_LEVEL: 'error', ENCRYPTION_KEY: randomBytes(32).toString('hex'), ...kind.environment },
  });
  bench.atExit(() => {
    if (server.processId !== undefined) process.kill(server.processId, 'SIGKILL');
  });
  try {
    bench.say(`${kind.name}: ${liveHooks} hooks with large filters, ${people} people and a long history`);
    const crowd = await prepare(server, { sandbox, receiver });
    await server.stop();
    await kind.crowd(crowd);
    await server.start();
    const attacks = attacksOf(crowd.hookId, receiver.host);
    return await measureAttacks(kind.name, { serverUrl: server.url, sandbox, receiver }, attacks, bench);
  } finally {
    await server.stop();
    await topo.close();
  }
};

/** Whether a workspace that does its worst keeps another waiting, route by route. */
const measureNeighbours = async (bench: Bench): Promise<Figure[]> => {
  const receiver = await startReceiverProcess();
  try {
    const dataFolder = bench.newFolder();
    const path = join(dataFolder, 'topo-for-zapier.sqlite');
    const sqlite: Kind = { name: 'SQLite', dataFolder, environment: {}, crowd: (crowd) => crowdSqlite(path, crowd) };
    return [
      ...(await measureOn(sqlite, receiver, bench)),
      ...(await measureOnPostgres(bench, async (newSchema) => {
        const url = await newSchema('neighbours');
        const crowd = (made: Crowd) => crowdPostgres(url, made);
        const environment = { DATABASE_URL: url };
        return measureOn({ name: 'PostgreSQL', dataFolder: bench.newFolder(), environment, crowd }, receiver, bench);
      })),
    ];
  } finally {
    await receiver.stop();
  }
};

await runBench(measureNeighbours, { timeLimitMs });
