import { afterEach, expect, test } from '@jest/globals';
import { type ReplicatedDatabase, startReplicatedDatabase } from '../../../dev/chaos/replicated-database.ts';
import { withClient } from '../../../dev/chaos/with-client.ts';
import { findBinaries } from '../../../dev/local-postgres/find-binaries.ts';
import { hasPgBouncer, type PgBouncer, startPgBouncer } from '../../../dev/local-postgres/start-pgbouncer.ts';
import { testPostgres } from '../../support/postgres.ts';

const started: (ReplicatedDatabase | PgBouncer)[] = [];
afterEach(async () => {
  for (const one of started.splice(0).reverse()) await one.stop();
});

const testWithPgBouncer = hasPgBouncer ? testPostgres : test.skip;

testWithPgBouncer(
  'the standby takes over with what was acknowledged, and new connections reach it (needs PgBouncer)',
  async () => {
    const database = await startReplicatedDatabase(findBinaries(process.env['PATH'] ?? '') ?? '');
    started.push(database);
    await database.replicate();
    const bouncer = await startPgBouncer(database.url, { poolMode: 'session' });
    started.push(bouncer);
    const first = database.url;
    const ask = (text: string) => withClient(bouncer.url, async (client) => (await client.query(text)).rows);

    expect(await ask('show fsync')).toEqual([{ fsync: 'on' }]);
    await ask('create table acknowledged as select 7 as number');
    await database.failOver();
    expect(database.url).not.toBe(first);
    bouncer.switchTo(database.url);
    expect(await ask('select * from acknowledged')).toEqual([{ number: 7 }]);
    await ask('insert into acknowledged values (8)');
  },
);
