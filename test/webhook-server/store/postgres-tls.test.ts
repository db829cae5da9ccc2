import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { waitUntil } from '../../../dev/local-server/wait-until.ts';
import { connect } from '../../../webhook-server/store/postgres/connect-postgres.ts';
import { inspectPostgres } from '../../../webhook-server/store/postgres/inspect-postgres.ts';
import { createPostgresStore } from '../../../webhook-server/store/postgres/postgres-store.ts';
import { connectPostgres, describePostgres, newSchemaUrl } from '../../support/postgres.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const openssl = '/usr/bin/openssl';
const tlsTest = existsSync(openssl) ? test : test.skip;

/** A certificate for `localhost` that vouches for itself. */
const makeCertificate = (folder: string) => {
  const paths = { key: join(folder, 'server.key'), certificate: join(folder, 'server.crt') };
  execFileSync(
    openssl,
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
      ...['-addext', 'subjectAltName=DNS:localhost', '-keyout', paths.key, '-out', paths.certificate],
    ],
    { stdio: 'ignore' },
  );
  return paths;
};

const withTls = (url: string, host: string, parameters: Record<string, string>): string => {
  const changed = new URL(url);
  changed.hostname = host;
  for (const [name, value] of Object.entries(parameters)) changed.searchParams.set(name, value);
  return changed.href;
};

describePostgres('a database with TLS', () => {
  let certificate = '';
  let strange = '';
  let dataFolder = '';

  beforeAll(async () => {
    if (!existsSync(openssl)) return;
    const client = await connectPostgres();
    const { rows } = await client.query<{ folder: string }>("select current_setting('data_directory') as folder");
    dataFolder = mkdtempSync(join(rows[0]?.folder ?? '', 'tls-'));
    const paths = makeCertificate(dataFolder);
    const { uid, gid } = statSync(rows[0]?.folder ?? '');
    for (const path of [dataFolder, paths.key]) chownSync(path, uid, gid);
    chmodSync(paths.key, 0o600);
    certificate = join(tempFolder(), 'ca.crt');
    execFileSync('cp', [paths.certificate, certificate]);
    strange = makeCertificate(tempFolder()).certificate;
    await client.query(`alter system set ssl_cert_file = '${paths.certificate}'`);
    await client.query(`alter system set ssl_key_file = '${paths.key}'`);
    await client.query('alter system set ssl = on');
    await client.query('select pg_reload_conf()');
    await waitUntil('PostgreSQL speaks TLS', async () => {
      const { rows: shown } = await client.query<{ ssl: string }>('show ssl');
      return shown[0]?.ssl === 'on';
    });
  });

  afterAll(async () => {
    if (dataFolder === '') return;
    const client = await connectPostgres();
    for (const name of ['ssl', 'ssl_cert_file', 'ssl_key_file']) await client.query(`alter system reset ${name}`);
    await client.query('select pg_reload_conf()');
    rmSync(dataFolder, { recursive: true });
  });

  tlsTest('is used with sslmode=verify-full and its certificate', async () => {
    const url = withTls(await newSchemaUrl(), 'localhost', { sslmode: 'verify-full', sslrootcert: certificate });
    const client = await connect(url);
    const { rows } = await client.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()');
    await client.end();
    expect(rows).toEqual([{ ssl: true }]);
    const store = await createPostgresStore(url);
    expect(await store.work.msUntilPoll()).toBeUndefined();
    await store.close();
  });

  tlsTest('is refused with a certificate that nobody vouches for, or under another name', async () => {
    const url = await newSchemaUrl();
    const unknown = withTls(url, 'localhost', { sslmode: 'verify-full', sslrootcert: strange });
    const renamed = withTls(url, '127.0.0.1', { sslmode: 'verify-full', sslrootcert: certificate });
    for (const refused of [unknown, renamed]) {
      await expect(inspectPostgres(refused)).resolves.toEqual({
        kind: 'unusable',
        reason: expect.stringMatching(/certificate|self-signed|altnames/),
      });
    }
  });
});
