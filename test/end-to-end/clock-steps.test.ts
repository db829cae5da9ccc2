// Slow: it starts the built server.

import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';
import { fetchHooks } from '../../dev/local-server/fetch-hooks.ts';
import { startWebhookServer, type WebhookServer } from '../../dev/local-server/start-webhook-server.ts';
import { waitUntil } from '../../dev/local-server/wait-until.ts';
import { connectPostgres, newSchemaUrl, testPostgres } from '../support/postgres.ts';
import { startReceiver } from '../support/receiver.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { first, startTopo } from '../support/topo-sandbox.ts';

// The built server on a clock that is set while it runs: that of its machine for SQLite, that of the database for
// PostgreSQL.

const hourMs = 3_600_000;

const servers: WebhookServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.kill()));
});

type Clock = { environment: Record<string, string>; begin(): Promise<void>; set(offsetMs: number): Promise<void> };

const clockOfMachine = async (): Promise<Clock> => {
  const folder = tempFolder();
  const offset = join(folder, 'offset');
  const preload = join(folder, 'preload.mjs');
  // At once: a server that found the file empty would see the clock step back and forth.
  const set = async (offsetMs: number) => {
    writeFileSync(`${offset}.new`, String(offsetMs));
    renameSync(`${offset}.new`, offset);
  };
  writeFileSync(
    preload,
    `import { readFileSync } from 'node:fs';
    const now = Date.now;
    Date.now = () => now() + Number(readFileSync(${JSON.stringify(offset)}, 'utf8'));`,
  );
  await set(0);
  return { environment: { NODE_OPTIONS: `--import ${pathToFileURL(preload).href}` }, begin: async () => {}, set };
};

const clockOfDatabase = async (): Promise<Clock> => {
  const url = await newSchemaUrl();
  const client = await connectPostgres(url);
  return {
    environment: { DATABASE_URL: url, ENCRYPTION_KEY: 'ab'.repeat(32) },
    async begin() {
      await client.query(`
        create table clock_offset (ms bigint not null);
        insert into clock_offset values (0);
        create or replace function now_ms() returns bigint language sql volatile as $$
          select floor(extract(epoch from clock_timestamp()) * 1000)::bigint + ms from clock_offset $$`);
    },
    async set(offsetMs) {
      await client.query('update clock_offset set ms = $1', [offsetMs]);
    },
  };
};

const hearThroughSteps = async (clock: Clock) => {
  const { sandbox, workspace, url: topoApiUrl } = await startTopo({ taskCount: 40 });
  const receiver = await startReceiver();
  const server = await startWebhookServer({
    dataFolder: tempFolder(),
    topoApiUrl,
    hookHost: receiver.host,
    environment: { POLL_INTERVAL_MS: '1000', POLL_IDLE_INTERVAL_MS: '1000', ...clock.environment },
  });
  servers.push(server);
  await clock.begin();
  const key = workspace.keys.full;
  await fetch(`${server.url}/hooks`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ target_url: `${receiver.url}/hooks/standard/1/a/`, event: 'task.reassigned' }),
  });
  await waitUntil('the hook listens', async () =>
    (await fetchHooks(server.url, key)).every(({ listening_since }) => listening_since !== null),
  );

  const { id, assignee_user_id } = first(workspace.tasks.filter(({ status }) => status === 'PENDING'));
  const others = workspace.people.filter(({ userId }) => userId !== assignee_user_id);
  const offsets = [0, -hourMs, 0, -30 * 60_000, 365 * 24 * hourMs, 0];
  for (const [index, offsetMs] of offsets.entries()) {
    await clock.set(offsetMs);
    const { userId } = first(others.slice(index % 2));
    sandbox.reassign(id, userId);
    await waitUntil(`change ${index + 1} is heard`, () => receiver.received.length > index);
  }
  expect(receiver.received).toHaveLength(offsets.length);
  expect(server.output.split('the clock was set back').length - 1).toBe(3);
  expect(server.output.split('the clock was set forward').length - 1).toBe(2);
};

test('a machine whose clock is set, back and forward, goes on telling every change at once', async () => {
  await hearThroughSteps(await clockOfMachine());
});

testPostgres('a database whose clock is set, back and forward, goes on telling every change at once', async () => {
  await hearThroughSteps(await clockOfDatabase());
});
