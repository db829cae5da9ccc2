import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { hasPgBouncer, startPgBouncer } from '../../../dev/local-postgres/start-pgbouncer.ts';
import { createPostgresStore } from '../../../webhook-server/store/postgres/postgres-store.ts';
import { connectPostgres, describePostgres } from '../../support/postgres.ts';

const newDatabaseUrl = async (): Promise<string> => {
  const name = `proxied_${randomBytes(6).toString('hex')}`;
  const client = await connectPostgres();
  await client.query(`create database ${name}`);
  const url = new URL(process.env['TEST_DATABASE_URL'] ?? '');
  url.pathname = `/${name}`;
  url.search = '';
  return url.href;
};

const proxyTest = hasPgBouncer ? test : test.skip;

describePostgres('a proxy before PostgreSQL', () => {
  proxyTest('that pools by transaction is refused with a sentence that says what to set', async () => {
    const bouncer = await startPgBouncer(await newDatabaseUrl(), { poolMode: 'transaction' });
    try {
      await expect(createPostgresStore(bouncer.url)).rejects.toThrow(
        /pools connections by transaction.*pool_mode = session/s,
      );
    } finally {
      await bouncer.stop();
    }
  });

  proxyTest('that pools by session serves, with the settings that it has at first', async () => {
    const bouncer = await startPgBouncer(await newDatabaseUrl(), { poolMode: 'session' });
    try {
      const store = await createPostgresStore(bouncer.url);
      expect(await store.work.msUntilPoll()).toBeUndefined();
      await store.close();
    } finally {
      await bouncer.stop();
    }
  });
});
