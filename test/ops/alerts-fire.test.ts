// Slow: it starts built servers.

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';
import { fetchHooks } from '../../dev/local-server/fetch-hooks.ts';
import { startWebhookServer, type WebhookServer } from '../../dev/local-server/start-webhook-server.ts';
import { waitUntil } from '../../dev/local-server/wait-until.ts';
import { createMovedClock } from '../support/moved-clock.ts';
import { connectPostgres, newSchemaUrl, testPostgres } from '../support/postgres.ts';
import { type Exposition, readExposition } from '../support/read-exposition.ts';
import { startReceiver } from '../support/receiver.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { startTopo } from '../support/topo-sandbox.ts';

// The cause is real, the server is the built one, and its clock is moved on from scrape to scrape. What it answers is what
// promtool holds against the rules.

const minuteMs = 60_000;
const token = 'token-of-the-operator-0123456789';

const servers: WebhookServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.kill()));
});

const rules = fileURLToPath(new URL('../../ops/alerts.yaml', import.meta.url));
const promtool = (...parameters: string[]) => spawnSync('promtool', parameters, { encoding: 'utf8' });

/** Debian's package `prometheus` has it. */
const hasPromtool = promtool('--version').status === 0;
const testPromtool = hasPromtool ? test : test.skip;
const testBoth = hasPromtool ? testPostgres : test.skip;

const seriesOf = ({ name, labels }: Exposition['samples'][number]): string => {
  const pairs = Object.entries({ ...labels, instance: 'one' }).map(
    ([label, value]) => `${label}=${JSON.stringify(value)}`,
  );
  return `${name}{${pairs.join(',')}}`;
};

/** What Prometheus has seen of a server, in the words of promtool: `_` is a scrape in which a series was missing. */
const inputSeries = (scrapes: readonly Exposition[]) => {
  const names = new Set(scrapes.flatMap(({ samples }) => samples.map(seriesOf)));
  const valuesOf = scrapes.map(({ samples }) => new Map(samples.map((sample) => [seriesOf(sample), sample.value])));
  return [...names].map((series) => ({
    series,
    values: valuesOf.map((values) => values.get(series) ?? '_').join(' '),
  }));
};

/** Lets promtool say that after the last scrape exactly these alerts fire. */
const expectFiring = (scrapes: readonly Exposition[], everyMinutes: number, alerts: readonly string[]): void => {
  const file = join(tempFolder(), 'scraped.test.yaml');
  const scraped = {
    rule_files: [rules],
    evaluation_interval: '1m',
    tests: [
      {
        interval: `${everyMinutes}m`,
        input_series: inputSeries(scrapes),
        promql_expr_test: [
          {
            expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
            eval_time: `${everyMinutes * (scrapes.length - 1)}m`,
            exp_samples: alerts.map((alertname) => ({ labels: `{alertname="${alertname}"}`, value: 1 })),
          },
        ],
      },
    ],
  };
  writeFileSync(file, JSON.stringify(scraped));
  const { status, stdout, stderr } = promtool('test', 'rules', file);
  expect([status, `${stdout}${stderr}`]).toEqual([0, expect.stringContaining('SUCCESS')]);
};

/** A server that two hooks listen to, `/well/` and `/failing/`, of which the second fails on demand. */
const begin = async (everyMinutes: number, environment: Record<string, string> = {}) => {
  const clock = createMovedClock();
  const { sandbox, workspace, url: topoApiUrl } = await startTopo({ taskCount: 12, clock: clock.now });
  const fails = { isFailing: false };
  const receiver = await startReceiver((response, { path }) => {
    response.writeHead(fails.isFailing && path === '/failing/' ? 503 : 200).end('{}');
  });
  const server = await startWebhookServer({
    dataFolder: tempFolder(),
    topoApiUrl,
    hookHost: receiver.host,
    environment: { ...clock.environment, METRICS_TOKEN: token, TOPO_REQUESTS_PER_MINUTE: '100000', ...environment },
  });
  servers.push(server);
  const { DATABASE_URL: databaseUrl } = environment;
  if (databaseUrl !== undefined) await clock.letDatabaseFollow(await connectPostgres(databaseUrl));
  for (const path of ['/well/', '/failing/']) {
    await fetch(`${server.url}/hooks`, {
      method: 'POST',
      headers: { authorization: `Bearer ${workspace.keys.full}`, 'content-type': 'application/json' },
      body: JSON.stringify({ target_url: `${receiver.url}${path}`, events: ['task.created'] }),
    });
  }
  await waitUntil('the server listens', async () =>
    (await fetchHooks(server.url, workspace.keys.full)).every(({ listening_since }) => listening_since !== null),
  );

  const scrapes: Exposition[] = [];
  const scrape = async (): Promise<Exposition> => {
    const answer = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
    return readExposition(await answer.text());
  };
  const passTime = () => clock.moveOn(everyMinutes * minuteMs);
  /** Keeps what a scrape shows, once all loops have noticed how late it is, but for the one that hangs. */
  const keepScrape = (hanging?: string) =>
    waitUntil('the loops go round', async () => {
      const scraped = await scrape();
      const loops = scraped.samples.filter(({ name }) => name === 'topo_zapier_loop_up');
      const isAwake = loops.every(({ labels, value }) => value === 1 || labels['loop'] === hanging);
      if (isAwake) scrapes.push(scraped);
      return isAwake;
    });
  return {
    sandbox,
    workspace,
    fails,
    scrapes,
    /** Time passes, and what a scrape shows is kept. */
    async look(hanging?: string) {
      passTime();
      await keepScrape(hanging);
    },
    /** Time passes, a task is made, and once it was heard of, what a scrape shows is kept. */
    async liveAndLook() {
      passTime();
      const { id } = sandbox.createTask();
      await waitUntil('the well hook hears', () =>
        receiver.received.some(({ path, body }) => path === '/well/' && body.includes(id)),
      );
      await keepScrape();
    },
  };
};

const times = async (count: number, act: () => Promise<void>): Promise<void> => {
  for (let done = 0; done < count; done += 1) await act();
};

testPromtool('a key that Topo refuses fires its alert after five minutes, and no other (needs promtool)', async () => {
  const { sandbox, workspace, scrapes, look, liveAndLook } = await begin(1);
  await times(3, liveAndLook);
  expectFiring(scrapes, 1, []);
  sandbox.revokeKey(workspace.keys.full);
  await waitUntil('a scrape shows it', async () => {
    await look();
    return scrapes.at(-1)?.figure('topo_zapier_workspaces_key_refused') === 1;
  });
  await times(4, () => look());
  expectFiring(scrapes, 1, []);
  await look();
  expectFiring(scrapes, 1, ['TopoZapierKeyRefused']);
});

testPromtool('a hook that fails for an hour fires its alert, and no other (needs promtool)', async () => {
  const { fails, scrapes, liveAndLook } = await begin(4);
  await times(3, liveAndLook);
  fails.isFailing = true;
  await times(15, liveAndLook);
  expectFiring(scrapes, 4, []);
  await times(3, liveAndLook);
  expectFiring(scrapes, 4, ['TopoZapierHookFailing']);
});

testBoth('a loop that hangs fires its alert, and no other (needs promtool)', async () => {
  const url = await newSchemaUrl();
  const { scrapes, look, liveAndLook } = await begin(1, { DATABASE_URL: url, ENCRYPTION_KEY: 'ab'.repeat(32) });
  await times(3, liveAndLook);
  const client = await connectPostgres(url);
  await client.query('begin');
  // Whoever cleans up asks for this table, and nobody else does. By the server's clock it waits for minutes; by that of
  // the database, which would end the wait, for a second.
  await client.query('lock table chore');
  await waitUntil('it waits', async () => {
    const { rowCount } = await client.query(`select from pg_locks where not granted and relation = 'chore'::regclass`);
    return rowCount === 1;
  });
  await times(4, () => look('clean-up'));
  expectFiring(scrapes, 1, ['TopoZapierLoopStopped']);
  await client.query('rollback');
});
