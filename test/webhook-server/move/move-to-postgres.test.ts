// Slow: it starts the built server.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import SqliteDatabase from 'better-sqlite3';
import { fetchHooks } from '../../../dev/local-server/fetch-hooks.ts';
import { waitUntil } from '../../../dev/local-server/wait-until.ts';
import { createSandbox } from '../../../dev/sandbox/create-sandbox.ts';
import { moveToPostgres } from '../../../webhook-server/move/move-to-postgres.ts';
import { createVault } from '../../../webhook-server/secrets/vault.ts';
import { StoreError } from '../../../webhook-server/store/store.ts';
import { connectPostgres, describePostgres, newSchemaUrl } from '../../support/postgres.ts';
import { startReceiver } from '../../support/receiver.ts';
import { runVerb } from '../../support/run-verb.ts';
import { killAfterTests, startServer } from '../../support/server-process.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const isDeep = process.env['TEST_DEEP'] === 'yes';
const [eventCount, waitingCount] = isDeep ? [100_000, 10_000] : [2_000, 200];

const sandbox = createSandbox({ taskCount: 20 });
const [workspace] = sandbox.workspaces;
const [ada, ben, cleo] = workspace.people.map(({ userId }) => userId);
const topo = await sandbox.listen();
afterAll(topo.close);

let isZapierDown = false;
const zapier = await startReceiver((response) => {
  // One that is under way when the server is killed.
  if (isZapierDown) return;
  response.end('{}');
});

const data = join(tempFolder(), 'data');
const file = join(data, 'topo-for-zapier.sqlite');
const onSqlite = {
  DATA_DIR: data,
  ENCRYPTION_KEY: 'ab'.repeat(32),
  TOPO_API_URL: topo.url,
  HOOK_ALLOWED_HOSTS: zapier.host,
  POLL_INTERVAL_MS: '250',
  POLL_IDLE_INTERVAL_MS: '250',
  TOPO_REQUESTS_PER_MINUTE: '60000',
};
const headers = { authorization: `Bearer ${workspace.keys.full}`, 'content-type': 'application/json' };

const subscribe = async (url: string): Promise<void> => {
  const body = JSON.stringify({ target_url: `${zapier.url}/1/`, events: ['task.reassigned', 'task.created'] });
  expect((await fetch(`${url}/hooks`, { method: 'POST', headers, body })).status).toBe(201);
  await waitUntil('the server listens', async () => {
    const hooks = await fetchHooks(url, workspace.keys.full);
    return hooks.every(({ listening_since }) => listening_since !== null);
  });
};

type Told = { type: string; task: { id: string }; new_assignee: { user_id: string } | null };
const told = () =>
  zapier.received
    .filter(({ method }) => method === 'POST')
    .map(({ headers: sent, body }) => {
      const { type, task, new_assignee } = JSON.parse(body) as Told;
      return { id: String(sent['webhook-id']), type, task: task.id, to: new_assignee?.user_id };
    });

/** A history, and deliveries that wait to be sent to a hook which rests. */
const fill = (): void => {
  const database = new SqliteDatabase(file);
  database.exec(`
    insert into hook (id, organization_id, target_hash, secret_hash, sealed_target, sealed_secret, filters, once_per,
                      created_at_ms, resume_at_ms)
    select 'hok_resting', organization_id, 'resting', 'resting', sealed_target, sealed_secret, '{"kinds":["reassigned"]}', 'task', 1,
           9000000000000 from hook limit 1;
    with recursive number (n) as (select 1 union all select n + 1 from number where n < ${eventCount})
    insert into event (id, organization_id, reading_id, task_id, kind, body, occurred_at_us, detected_at_ms)
    select 'evt_' || n, 'organization ' || n % 7, 'reading', 'täsk ' || n, 'reassigned', '{"text":"' || hex(randomblob(100)) || '"}', n,
           ${Date.now()} from number;
    with recursive number (n) as (select 1 union all select n + 1 from number where n < ${waitingCount})
    insert into delivery (id, organization_id, hook_id, event_id, order_key, body, created_at_ms)
    select 'msg_' || n, (select organization_id from hook limit 1), 'hok_resting', 'evt_' || n, n, '{"n":' || n || '}', ${Date.now()} from number`);
  database.close();
};

/** Runs the command as a process of its own, kills it when it has copied a table, and returns what it printed. */
const killHalfWay = async (environment: Record<string, string>): Promise<string> => {
  const child = spawn(process.execPath, ['bin/topo-for-zapier.mjs', 'move-to-postgres'], { env: environment });
  killAfterTests(child);
  let printed = '';
  for (const output of [child.stdout, child.stderr]) {
    output.on('data', (text) => {
      printed += text;
      if (printed.includes(', the same')) child.kill('SIGKILL');
    });
  }
  await new Promise((resolve) => child.on('close', resolve));
  return printed;
};

describePostgres('move-to-postgres', () => {
  let onPostgres = { ...onSqlite, DATABASE_URL: '' };
  const { id: waiting } = sandbox.createTask({ assignee_user_id: ada ?? null });
  const { id: missed } = sandbox.createTask({ assignee_user_id: ada ?? null });

  beforeAll(async () => {
    onPostgres = { ...onSqlite, DATABASE_URL: await newSchemaUrl() };
    const server = startServer(onSqlite);
    await subscribe(await server.url);
    isZapierDown = true;
    sandbox.reassign(waiting, ben ?? null);
    await waitUntil('a delivery is under way', () => zapier.received.some(({ body }) => body.includes(waiting)));
    server.child.kill('SIGKILL');
    await server.ended;
    isZapierDown = false;
    fill();
    // While everything stands still.
    sandbox.reassign(missed, cleo ?? null);
  });

  test('is refused while a server runs, with another key, and into a database that is in use', async () => {
    const other = { ...onSqlite, DATA_DIR: join(tempFolder(), 'data') };
    const server = startServer(other);
    await server.url;
    const { DATABASE_URL } = onPostgres;
    const refuse = async (environment: Record<string, string>) =>
      (await runVerb(environment, 'move-to-postgres')).complained;
    expect(await refuse({ ...other, DATABASE_URL })).toMatch(/^Another process is using /);
    server.child.kill('SIGTERM');
    await server.ended;
    expect(await refuse({ ...other, DATABASE_URL, ENCRYPTION_KEY: 'cd'.repeat(32) })).toMatch(/another key/);
    expect(await refuse(other)).toMatch(/^Set DATABASE_URL/);
    expect(await refuse({ ...onPostgres, DATA_DIR: tempFolder() })).toMatch(/^There is no database at /);

    const used = await newSchemaUrl();
    const user = startServer({ ...onPostgres, DATABASE_URL: used, DATA_DIR: tempFolder() });
    await user.url;
    expect(await refuse({ ...other, DATABASE_URL: used })).toMatch(/needs an empty one/);
    user.child.kill('SIGTERM');
    await user.ended;
  });

  test('that is killed half way leaves two databases that no server starts with', async () => {
    const said = await killHalfWay(onPostgres);
    expect(said).toContain(', the same');
    expect(said).not.toContain('Everything was moved');
    for (const [environment, reason] of [
      [onSqlite, /The database is being moved to PostgreSQL/],
      [onPostgres, /A move from SQLite into this database has not ended/],
    ] as const) {
      const { code, printed } = await startServer(environment).ended;
      expect({ code, printed }).toMatchObject({ code: 1, printed: expect.stringMatching(reason) });
    }
  });

  test('can be cancelled, and what has changed in the file since is copied anew', async () => {
    const cancel = () => runVerb(onPostgres, 'move-to-postgres', '--cancel');
    expect(await cancel()).toMatchObject({ code: 0, printed: expect.stringMatching(/belongs to its server again/) });
    const stopped = moveToPostgres({
      databasePath: file,
      url: onPostgres.DATABASE_URL,
      vault: createVault(Buffer.from(onPostgres.ENCRYPTION_KEY, 'hex')),
      onProgress() {},
      onTable({ name }) {
        if (name === 'event') throw new StoreError('the network is gone');
      },
    });
    await expect(stopped).rejects.toThrow('the network is gone');
    expect(await cancel()).toMatchObject({ code: 0 });
    const database = new SqliteDatabase(file);
    database.exec(`update event set kind = 'assigned' where id = 'evt_1'`);
    database.close();
    expect(await cancel()).toMatchObject({
      code: 1,
      complained: expect.stringMatching(/No move of this file has begun/),
    });
  });

  test('goes on, compares table by table, and then only PostgreSQL is served', async () => {
    const { code, printed, complained } = await runVerb(onPostgres, 'move-to-postgres');
    expect({ code, complained }).toEqual({ code: 0, complained: '' });
    expect(printed).toMatch(new RegExp(`^event: ${(eventCount + 1).toLocaleString('en')} rows, the same \\(`, 'm'));
    expect(printed).toMatch(
      new RegExp(`^delivery: ${(waitingCount + 1).toLocaleString('en')} rows, the same \\(`, 'm'),
    );
    const client = await connectPostgres(onPostgres.DATABASE_URL);
    const read = async (text: string) => (await client.query(text)).rows[0];
    expect(await read(`select kind from event where id = 'evt_1'`)).toEqual({ kind: 'assigned' });
    // Numbers that were given are not given again.
    expect(
      await read(`select nextval(pg_get_serial_sequence('event', 'seq')) > max(seq) as goes_on from event`),
    ).toEqual({
      goes_on: true,
    });
    const { code: sqliteCode, printed: said } = await startServer(onSqlite).ended;
    expect({ sqliteCode, said }).toMatchObject({ sqliteCode: 1, said: expect.stringMatching(/There is no way back/) });
    expect((await runVerb(onPostgres, 'move-to-postgres')).complained).toMatch(/was moved from this file already/);
    expect((await runVerb(onPostgres, 'move-to-postgres', '--cancel')).complained).toMatch(/There is no way back/);
  });

  test('loses no event and tells none twice: what waited, what was under way, and what changed meanwhile', async () => {
    const before = zapier.received.length;
    const server = startServer(onPostgres);
    await server.url;
    await waitUntil('both are heard', () =>
      [waiting, missed].every((id) =>
        told()
          .slice(before)
          .some(({ task }) => task === id),
      ),
    );
    sandbox.reassign(missed, ben ?? null);
    await waitUntil('a new change is heard', () => told().some(({ task, to }) => task === missed && to === ben));
    const [underWay] = told().slice(0, before);
    expect(
      told()
        .slice(before)
        .sort((one, other) => Number(one.task === missed) - Number(other.task === missed)),
    ).toEqual([
      { id: underWay?.id, type: 'task.reassigned', task: waiting, to: ben },
      { id: expect.any(String), type: 'task.reassigned', task: missed, to: cleo },
      { id: expect.any(String), type: 'task.reassigned', task: missed, to: ben },
    ]);
    server.child.kill('SIGTERM');
    await server.ended;
  });
});
