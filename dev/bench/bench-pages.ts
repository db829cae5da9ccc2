import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { startWebhookServer, type WebhookServer } from '../local-server/start-webhook-server.ts';
import { createSandbox } from '../sandbox/create-sandbox.ts';
import type { Bench } from './harness/bench.ts';
import { type Figure, medianFigure } from './harness/figure.ts';
import { runSizedBench } from './harness/run-bench.ts';
import { fillPostgres, fillSqlite, type HistoryOwner, historyIds } from './long-history.ts';
import { measureOnPostgres } from './on-postgres.ts';

const timeLimitMs = 20 * 60_000;
const hooks = 5;
const samples = 11;
const answersWithinMs = 200;
const operatorToken = randomBytes(32).toString('hex');

const dayMs = 24 * 3_600_000;
const ago = (days: number): string => new Date(Date.now() - days * dayMs).toISOString();

/** Whoever asks: a browser that is signed in, or a program with a key. */
type Ask = (path: string) => Promise<{ status: number; text: string }>;

const askWith =
  (url: string, headers: Record<string, string>): Ask =>
  async (path) => {
    const response = await fetch(url + path, { headers, redirect: 'manual' });
    return { status: response.status, text: await response.text() };
  };

const signIn = async (url: string, page: string, form: Record<string, string>): Promise<Ask> => {
  const response = await fetch(`${url}/dashboard/${page}`, {
    method: 'POST',
    headers: { origin: url },
    body: new URLSearchParams(form),
    redirect: 'manual',
  });
  const cookie = response.headers.getSetCookie().map((text) => text.split(';', 1)[0] ?? '');
  if (cookie.length === 0) throw new Error(`Nobody could sign in: ${response.status}.`);
  return askWith(`${url}/dashboard`, { cookie: cookie.join('; ') });
};

/** What is asked about: a Zap that is told of everything now, and one that has been told nothing for half of the time. */
type Asked = { store: string; hookId: string; quietHookId: string; rows: number };

/** Addresses of the API. What is looked for and nowhere to be found is looked for to the end, by promise. */
const routesFor = ({ hookId, quietHookId, rows }: Asked): string[] => {
  const days = `since=${ago(15)}&until=${ago(14)}`;
  const person = historyIds.person(1);
  return [
    '/hooks',
    `/hooks/${hookId}/deliveries`,
    `/hooks/${quietHookId}/deliveries`,
    `/hooks/${hookId}/deliveries?state=dead`,
    `/hooks/${hookId}/deliveries?state=waiting`,
    '/deliveries',
    `/deliveries?${days}`,
    '/deliveries?state=dead',
    '/deliveries?state=waiting',
    '/deliveries?status=500',
    `/deliveries?hook=${hookId}&${days}`,
    `/deliveries/${historyIds.delivery(rows / 2)}`,
    `/readings?since=${ago(7)}&until=${ago(0)}`,
    '/events',
    '/events?limit=100',
    `/events?${days}`,
    `/events?person=${person}`,
    `/events?person=${person}&${days}`,
    `/events?person=${historyIds.person(9)}`,
    '/events?contact=Contact+777',
    '/events?source=zapier',
    '/events?type=task.reopened',
    `/events?new_assignee_ids=${historyIds.person(9)}`,
    `/events?previous_assignee_ids=${person}&new_assignee_ids=${historyIds.person(2)}`,
    `/events?before=${historyIds.event(rows / 2)}`,
    `/events/${historyIds.event(rows / 2)}`,
    '/tasks?look=never',
    '/tasks?look=never&q=Contact+777',
    `/tasks?look=never&assignee=${person}`,
    '/tasks/counts',
    '/people',
    '/people?q=Person',
  ];
};

const pagesFor = ({ hookId, rows }: Asked): string[] => {
  const person = historyIds.person(1);
  const month = `since=${ago(29)}`;
  return [
    '/health',
    '/why',
    `/why?hook=${hookId}`,
    `/why?hook=${hookId}&since=${ago(10)}&until=${ago(3)}`,
    `/why?hook=${hookId}&person=${person}&since=${ago(10)}&until=${ago(3)}`,
    `/why?hook=${hookId}&contact=Contact+777`,
    '/events',
    `/events?from=${person}`,
    `/events?from=${person}&to=${historyIds.person(2)}&event=task.reassigned`,
    `/events?to=${historyIds.person(9)}`,
    '/events?event=task.reopened&source=zapier',
    '/events?event=task.closed&to=none&source=zapier',
    `/events?event=task.created&from=${person}`,
    `/events?before=${historyIds.event(rows / 2)}`,
    '/who-to-whom',
    `/who-to-whom?${month}`,
    `/who-to-whom?${month}&person=${person}`,
    `/who-to-whom?${month}&template=${historyIds.template(1)}`,
    `/who-to-whom.csv?${month}`,
    '/send-again',
    `/send-again?hook=${hookId}`,
    `/send-again?hook=${hookId}&state=missed`,
    '/people',
    '/people?show=unnamed',
    '/people?show=duplicates',
    '/people-import',
  ];
};

const operatorPagesFor = ({ hookId, quietHookId }: Asked): string[] => [
  '/operator',
  '/operator-hooks',
  `/operator-deliveries?hook=${hookId}`,
  `/operator-deliveries?hook=${quietHookId}`,
  `/operator-deliveries?hook=${hookId}&state=dead`,
  `/operator-deliveries?hook=${hookId}&state=waiting`,
];

/** Without what differs from run to run. */
const titleOf = (path: string, { hookId, quietHookId }: Asked): string =>
  decodeURIComponent(path)
    .replaceAll(hookId, 'ZAP')
    .replaceAll(quietHookId, 'QUIET')
    .replaceAll(/(since|until)=[^&]*/g, '$1=…');

const measureAddresses = async (paths: readonly string[], ask: Ask, asked: Asked, prefix = ''): Promise<Figure[]> => {
  const figures: Figure[] = [];
  for (const path of paths) {
    const times: number[] = [];
    for (let sample = 0; sample < samples; sample += 1) {
      const beganAtMs = performance.now();
      const { status, text } = await ask(path);
      times.push(performance.now() - beganAtMs);
      if (status !== 200) throw new Error(`${prefix}${path} answered ${status}: ${text.slice(0, 300)}`);
    }
    const figure = `${asked.store}: ${prefix}${titleOf(path, asked)}`;
    figures.push(medianFigure({ figure, unit: 'ms', atMost: answersWithinMs }, times));
  }
  return figures;
};

const subscribe = async (url: string, key: string): Promise<string[]> => {
  const ids: string[] = [];
  for (let hook = 0; hook < hooks; hook += 1) {
    const response = await fetch(`${url}/hooks`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        target_url: `https://hooks.zapier.com/hooks/standard/1/${hook}/`,
        event: 'task.reassigned',
      }),
    });
    const answer: unknown = await response.json();
    if (typeof answer !== 'object' || answer === null || !('id' in answer)) throw new Error('No hook was made.');
    ids.push(String(answer.id));
  }
  return ids;
};

type Kind = {
  store: string;
  dataFolder: string;
  environment: Record<string, string>;
  fill: (owner: HistoryOwner) => Promise<void> | void;
};

const measureServer = async ({ url }: WebhookServer, key: string, asked: Asked): Promise<Figure[]> => {
  const program = askWith(url, { authorization: `Bearer ${key}` });
  const workspace = await signIn(url, 'sign-in', { key, next: 'health' });
  const operator = await signIn(url, 'operator-sign-in', { token: operatorToken });
  return [
    ...(await measureAddresses(routesFor(asked), program, asked)),
    ...(await measureAddresses(pagesFor(asked), workspace, asked, '/dashboard')),
    ...(await measureAddresses(operatorPagesFor(asked), operator, asked, '/dashboard')),
  ];
};

const measureOn = async ({ store, dataFolder, environment, fill }: Kind, rows: number, bench: Bench) => {
  const sandbox = createSandbox();
  const topo = await sandbox.listen();
  const server = await startWebhookServer({
    dataFolder,
    topoApiUrl: topo.url,
    hookHost: 'hooks.zapier.com',
    environment: {
      LOG_LEVEL: 'error',
      ENCRYPTION_KEY: randomBytes(32).toString('hex'),
      OPERATOR_TOKEN: operatorToken,
      // It is the answers that are measured.
      POLL_INTERVAL_MS: '60000',
      POLL_IDLE_INTERVAL_MS: '60000',
      ...environment,
    },
  });
  bench.atExit(() => {
    if (server.processId !== undefined) process.kill(server.processId, 'SIGKILL');
  });
  try {
    const [{ organizationId, keys }] = sandbox.workspaces;
    const hookIds = await subscribe(server.url, keys.full);
    await server.stop();
    bench.say(`${store}: making ${rows.toLocaleString('en')} events, each with a delivery`);
    await fill({ organizationId, hookIds });
    await server.start();
    bench.say(`${store}: asking`);
    const figures = await measureServer(server, keys.full, {
      store,
      hookId: hookIds.at(-1) ?? '',
      quietHookId: hookIds[0] ?? '',
      rows,
    });
    const slowest = figures.toSorted((one, other) => (other.max ?? 0) - (one.max ?? 0)).slice(0, 5);
    for (const { figure, value, max } of slowest)
      bench.say(`${figure}: ${Math.round(value)} ms, at worst ${Math.round(max ?? 0)} ms`);
    return figures;
  } finally {
    await server.stop();
    await topo.close();
  }
};

/** How soon every page and every route that reads answers, in a workspace with a long history. */
const measurePages = async (bench: Bench, { rows }: { rows: number }): Promise<Figure[]> => {
  const dataFolder = bench.newFolder();
  const path = join(dataFolder, 'topo-for-zapier.sqlite');
  const sqlite: Kind = {
    store: 'SQLite',
    dataFolder,
    environment: {},
    fill: (owner) => fillSqlite(path, owner, rows),
  };
  return [
    ...(await measureOn(sqlite, rows, bench)),
    ...(await measureOnPostgres(bench, async (newSchema) => {
      const url = await newSchema('pages');
      const environment = { DATABASE_URL: url };
      const fill = (owner: HistoryOwner) => fillPostgres(url, owner, rows);
      return measureOn({ store: 'PostgreSQL', dataFolder: bench.newFolder(), environment, fill }, rows, bench);
    })),
  ];
};

await runSizedBench(measurePages, { timeLimitMs, sizes: { rows: 1_000_000 } });
