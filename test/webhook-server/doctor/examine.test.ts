import { chmodSync, chownSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import SqliteDatabase from 'better-sqlite3';
import { freePort } from '../../../dev/local-server/free-port.ts';
import { createSandbox } from '../../../dev/sandbox/create-sandbox.ts';
import { readConfig } from '../../../webhook-server/config.ts';
import { examine } from '../../../webhook-server/doctor/examine.ts';
import type { Finding } from '../../../webhook-server/doctor/finding.ts';
import { startServer } from '../../../webhook-server/server.ts';
import { createSqliteStore } from '../../../webhook-server/store/sqlite/sqlite-store.ts';
import { keepLog } from '../../support/keep-log.ts';
import { connectPostgres, newSchemaUrl, testPostgres } from '../../support/postgres.ts';
import { startReceiver } from '../../support/receiver.ts';
import { onSmallDisk, testWithDisk } from '../../support/small-disk.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const topo = await createSandbox().listen();
afterAll(topo.close);

const key = 'ab'.repeat(32);
const settings = { TOPO_API_URL: topo.url, HOOK_ALLOWED_HOSTS: '127.0.0.1:4020', ENCRYPTION_KEY: key };

const look = (environment: Record<string, string> = {}, clock = Date.now) =>
  examine({ ...settings, DATA_DIR: tempFolder(), ...environment }, clock);

/** What the checks of one name have found, as `state: sentences`. */
const found = (findings: readonly Finding[], check: string) =>
  findings.filter((one) => one.check === check).map(({ state, says }) => `${state}: ${says}`);

/** Runs a server on a folder or a database once, so that it is a store of ours afterwards. */
const serveOnce = async (environment: Record<string, string>) => {
  const config = readConfig({ ...settings, PORT: '0', ...environment });
  await (await startServer(config, keepLog())).stop();
};

test('before a first start nothing is wrong, and the new database is a warning', async () => {
  const folder = tempFolder();
  const findings = await look({ DATA_DIR: folder });
  expect(findings.map(({ check, state }) => `${check}: ${state}`)).toEqual([
    'settings: ok',
    'encryption key: ok',
    'data folder: ok',
    'disk space: ok',
    'database: warning',
    'Topo: ok',
    'clock: ok',
    'allowed hosts: ok',
  ]);
  expect(found(findings, 'database')).toEqual([
    `warning: SQLite, ${join(folder, 'topo-for-zapier.sqlite')}, is new and empty. If there was one before, DATA_DIR names another place now.`,
  ]);
});

describe('settings', () => {
  test('what cannot be read is wrong, each variable on a line of its own, and ends the look', async () => {
    const findings = await look({ PORT: 'canary', ENCRYPTION_KEY: '', ENCRYPTION_KEY_FILE: '/nowhere' });
    expect(findings.map(({ state, says }) => `${state}: ${says}`)).toEqual([
      'wrong: ENCRYPTION_KEY_FILE names a file that is not there.',
      'wrong: PORT must be a whole number from 0 to 65535.',
    ]);
  });

  test('a misspelt variable is a warning', async () => {
    expect(found(await look({ TRUST_PROXYS: '1' }), 'settings')).toEqual([
      'warning: TRUST_PROXYS is no setting of this server. TRUST_PROXY may be meant.',
    ]);
  });
});

const testWithModes = process.platform === 'win32' ? test.skip : test;

testWithModes('a key file is ok for its owner alone, and a warning when others may read it', async () => {
  const path = join(tempFolder(), 'key');
  writeFileSync(path, key, { mode: 0o600 });
  const environment = { ENCRYPTION_KEY: '', ENCRYPTION_KEY_FILE: path };
  expect(found(await look(environment), 'encryption key')[0]).toMatch(/^ok: .* for its owner alone/);
  chmodSync(path, 0o640);
  expect(found(await look(environment), 'encryption key')).toEqual([
    `warning: Other users of this machine may read ${path}. Take that from them: chmod 600.`,
  ]);
});

test('a server without a key would make one: that is a warning', async () => {
  expect(found(await look({ ENCRYPTION_KEY: '' }), 'encryption key')[0]).toMatch(/^warning: There is none/);
});

describe('data folder', () => {
  test('one that is a file is wrong', async () => {
    const path = join(tempFolder(), 'file');
    writeFileSync(path, '');
    expect(found(await look({ DATA_DIR: path }), 'data folder')).toEqual([
      `wrong: ${path} is a file. Let DATA_DIR name a folder.`,
    ]);
  });

  const testAsRoot = process.getuid?.() === 0 ? test : test.skip;
  testAsRoot('one of another user is a warning (needs root)', async () => {
    const path = tempFolder();
    chownSync(path, 65_534, 65_534);
    expect(found(await look({ DATA_DIR: path }), 'data folder')).toEqual([
      `warning: ${path} belongs to the user 65534, and root runs this. Run doctor as the user who runs the server.`,
    ]);
  });

  testWithModes('one that others may change is a warning', async () => {
    const path = tempFolder();
    chmodSync(path, 0o777);
    expect(found(await look({ DATA_DIR: path }), 'data folder')[0]).toMatch(/^warning: Other users .*chmod 700\.$/);
  });
});

testWithDisk('little room is wrong (needs to mount a disk)', () =>
  onSmallDisk(async (folder) => {
    expect(found(await look({ DATA_DIR: folder }), 'disk space')[0]).toMatch(/^wrong: \d MB are free at .*Free some/);
  }),
);

describe('database', () => {
  test('one of this version can be used, its key fits, and it is left as it was', async () => {
    const folder = tempFolder();
    await serveOnce({ DATA_DIR: folder });
    const path = join(folder, 'topo-for-zapier.sqlite');
    const before = statSync(path).mtimeMs;
    const findings = await look({ DATA_DIR: folder });
    expect(found(findings, 'database')[0]).toMatch(/^ok: SQLite, .*, can be used \(schema \d+\)\.$/);
    expect(found(findings, 'key and database')).toEqual(['ok: The key opens the database.']);
    expect(statSync(path).mtimeMs).toBe(before);
  });

  test('one that was encrypted with another key is wrong, or a warning where the old key is given', async () => {
    const folder = tempFolder();
    await serveOnce({ DATA_DIR: folder });
    const other = { DATA_DIR: folder, ENCRYPTION_KEY: 'cd'.repeat(32) };
    expect(found(await look(other), 'key and database')[0]).toMatch(/^wrong: .*another key/);
    expect(found(await look({ ...other, ENCRYPTION_KEY_OLD: key }), 'key and database')[0]).toMatch(/^warning: /);
    expect(found(await look({ DATA_DIR: folder, ENCRYPTION_KEY: '' }), 'key and database')[0]).toMatch(
      /^wrong: .*its key is not there/,
    );
  });

  test.each([
    [1000, /^wrong: .*newer version \(schema 1000, known here: \d+\)\. Start that version/],
    [10, /^ok: .*the next start brings it from schema 10 to \d+\.$/],
  ])('one whose tables are those of version %i is judged by that', async (schema, told) => {
    const folder = tempFolder();
    const path = join(folder, 'topo-for-zapier.sqlite');
    await createSqliteStore(path).close();
    const database = new SqliteDatabase(path);
    database.pragma(`user_version = ${schema}`);
    database.close();
    expect(found(await look({ DATA_DIR: folder }), 'database')[0]).toMatch(told);
  });

  test('one that a server holds is ok', async () => {
    const folder = tempFolder();
    const store = createSqliteStore(join(folder, 'topo-for-zapier.sqlite'));
    expect(found(await look({ DATA_DIR: folder }), 'database')[0]).toMatch(/^ok: .*in use by a server that runs\.$/);
    await store.close();
  });

  test('a file that is none is wrong', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'topo-for-zapier.sqlite'), 'x'.repeat(5000));
    expect(found(await look({ DATA_DIR: folder }), 'database')[0]).toMatch(/^wrong: .*is damaged/);
  });

  testPostgres('PostgreSQL: a new schema is a warning, one of this version is ok, a newer one is wrong', async () => {
    const url = await newSchemaUrl();
    const environment = { DATABASE_URL: url };
    expect(found(await look(environment), 'database')[0]).toMatch(
      /^warning: PostgreSQL, .*new and empty.*DATABASE_URL/,
    );
    await serveOnce(environment);
    const findings = await look(environment);
    expect(found(findings, 'database')[0]).toMatch(/^ok: PostgreSQL, .*, can be used \(schema \d+\)\.$/);
    expect(found(findings, 'key and database')).toEqual(['ok: The key opens the database.']);
    expect(found(findings, 'data folder')).toEqual([]);

    const client = await connectPostgres(url);
    await client.query('insert into migration (number, done_at) values (1000, now())');
    expect(found(await look(environment), 'database')[0]).toMatch(/^wrong: .*newer version \(schema 1000/);
  });

  testPostgres('PostgreSQL: a user who may make no tables, and one that is read-only, are wrong', async () => {
    const url = new URL(await newSchemaUrl());
    const schema = /search_path=(\w+)/.exec(url.searchParams.get('options') ?? '')?.[1] ?? '';
    url.searchParams.set('options', `-c search_path=${schema} -c default_transaction_read_only=on`);
    expect(found(await look({ DATABASE_URL: url.href }), 'database')[0]).toMatch(/^wrong: .*read-only/);

    url.searchParams.set('options', '-c search_path=information_schema -c role=pg_monitor');
    expect(found(await look({ DATABASE_URL: url.href }), 'database')[0]).toMatch(/^wrong: .*may make no tables/);
  });

  test('PostgreSQL that does not answer is wrong', async () => {
    const url = `postgres://nobody@127.0.0.1:${await freePort()}/none`;
    expect(found(await look({ DATABASE_URL: url }), 'database')).toEqual([
      'wrong: Nothing answers where DATABASE_URL points. Check DATABASE_URL, and that the server is up.',
    ]);
  });
});

describe('Topo', () => {
  test('silence is wrong', async () => {
    const url = `http://127.0.0.1:${await freePort()}/v1`;
    const findings = await look({ TOPO_API_URL: url });
    expect(found(findings, 'Topo')[0]).toMatch(/^wrong: .* does not answer \(ECONNREFUSED\)\. Check TOPO_API_URL/);
    expect(found(findings, 'clock')).toEqual([]);
  });

  test('another program in its place is wrong, and a Topo that fails is a warning', async () => {
    let status = 404;
    const other = await startReceiver((response) => {
      response.statusCode = status;
      response.end();
    });
    expect(found(await look({ TOPO_API_URL: other.url }), 'Topo')[0]).toMatch(/^wrong: .*as Topo does \(404\)/);
    status = 503;
    expect(found(await look({ TOPO_API_URL: other.url }), 'Topo')[0]).toMatch(/^warning: .*answers 503/);
  });

  test.each([
    [-20_000, /^warning: It is (19|20|21) s behind/],
    [60_000, /^warning: It is (59|60|61) s ahead of/],
    [600_000, /^wrong: It is (599|600|601) s ahead of .*Zaps refuse/],
  ])('a clock that is %i ms off is told', async (offMs, told) => {
    expect(found(await look({}, () => Date.now() + offMs), 'clock')[0]).toMatch(told);
  });
});

test('an allowed host without an address is wrong', async () => {
  const findings = await look({ HOOK_ALLOWED_HOSTS: 'canary.invalid,127.0.0.1:1,[::1]:2' });
  expect(found(findings, 'allowed hosts').map((text) => text.split(' (')[0])).toEqual([
    'wrong: canary.invalid has no address',
    'ok: 127.0.0.1 has an address.',
    'ok: [::1] has an address.',
  ]);
});

test('the host of notices must have an address, and be an allowed one; the address itself is not shown', async () => {
  const notices = (NOTICE_WEBHOOK_URL: string, NOTICE_ALLOWED_HOSTS: string) =>
    look({ NOTICE_WEBHOOK_URL, NOTICE_ALLOWED_HOSTS });
  expect(found(await look(), 'notices')).toEqual([]);
  expect(found(await notices('http://127.0.0.1:1/services/c4n4ry', '127.0.0.1:1'), 'notices')).toEqual([
    'ok: 127.0.0.1, to which NOTICE_WEBHOOK_URL leads, has an address.',
  ]);
  const [missing = ''] = found(await notices('https://canary.invalid/services/c4n4ry', 'canary.invalid'), 'notices');
  expect(missing).toMatch(/^wrong: canary\.invalid has no address \(.+\)\. Check NOTICE_WEBHOOK_URL/);
  expect(missing).not.toContain('c4n4ry');
  const findings = await notices('https://canary.invalid/services/c4n4ry', 'hooks.slack.com');
  expect(findings.map(({ state, says }) => `${state}: ${says}`)).toEqual([
    expect.stringMatching(/^wrong: NOTICE_WEBHOOK_URL cannot be used: its host is not on .*\(NOTICE_ALLOWED_HOSTS\)/),
  ]);
});

describe('public address', () => {
  /** A proxy before `port`, which adds so many addresses. */
  const startProxy = async (port: number, addresses: number): Promise<string> => {
    const proxy = createServer(({ url, method, headers }, response) => {
      const added = Array.from({ length: addresses }, (_, index) => `192.0.2.${index}`).join(', ');
      const onward = forward(
        { port, path: url, method, headers: { ...headers, ...(added === '' ? {} : { 'x-forwarded-for': added }) } },
        (answer) => {
          response.writeHead(answer.statusCode ?? 502);
          answer.pipe(response);
        },
      );
      onward.on('error', () => response.writeHead(502).end());
      onward.end();
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    proxy.unref();
    return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  };

  test.each([
    [1, '1', 'ok: X-Forwarded-For names one address, as TRUST_PROXY says.'],
    [
      2,
      '1',
      'wrong: X-Forwarded-For names 2 addresses, and TRUST_PROXY is 1. Set TRUST_PROXY to 2, or correct the proxy.',
    ],
    [
      0,
      '1',
      'wrong: X-Forwarded-For names 0 addresses, and TRUST_PROXY is 1. Set TRUST_PROXY to 0, or correct the proxy.',
    ],
  ])('%i proxies with TRUST_PROXY=%s', async (addresses, trusted, told) => {
    const port = await freePort();
    const url = await startProxy(port, addresses);
    const findings = await look({ PORT: String(port), PUBLIC_URL: url, TRUST_PROXY: trusted });
    expect(found(findings, 'public address')).toEqual([`ok: ${url} leads to 127.0.0.1:${port}.`]);
    expect(found(findings, 'proxies')).toEqual([told]);
  });

  test('a proxy that leads nowhere, or to another server, is wrong', async () => {
    const port = String(await freePort());
    const nowhere = await startProxy(await freePort(), 1);
    expect(found(await look({ PORT: port, PUBLIC_URL: nowhere }), 'public address')[0]).toMatch(
      /^wrong: .*cannot be reached \(it answers 502\)/,
    );
    const other = await startReceiver((response) => response.end('{"status":"alive"}'));
    expect(found(await look({ PORT: port, PUBLIC_URL: other.url }), 'public address')[0]).toMatch(
      /^wrong: .*leads to another server/,
    );
    const silent = `http://127.0.0.1:${await freePort()}`;
    expect(found(await look({ PORT: port, PUBLIC_URL: silent }), 'public address')[0]).toMatch(/\(ECONNREFUSED\)/);
  });

  test('of a server that runs it is said that it answers', async () => {
    const server = await startServer(readConfig({ ...settings, PORT: '0', DATA_DIR: tempFolder() }), keepLog());
    const { port } = new URL(server.url);
    const findings = await look({ PORT: port, PUBLIC_URL: await startProxy(Number(port), 1), TRUST_PROXY: '1' });
    await server.stop();
    expect(found(findings, 'public address')[0]).toMatch(/^ok: A server answers at /);
    expect(found(findings, 'proxies')).toEqual([]);
  });
});
