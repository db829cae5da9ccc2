// Long: what every store must do.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import SqliteDatabase from 'better-sqlite3';
import { first } from '../../../webhook-server/store/sqlite/migrations/0001-first.ts';
import { createSqliteStore } from '../../../webhook-server/store/sqlite/sqlite-store.ts';
import { StoreError } from '../../../webhook-server/store/store.ts';
import { describeStore } from '../../support/store-contract/describe-store.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const newPath = () => join(tempFolder(), 'data', 'store.sqlite');

describeStore('SQLite', async (clock) => createSqliteStore(newPath(), clock));

test('what was stored is there after a restart', async () => {
  const path = newPath();
  const first = createSqliteStore(path);
  await first.keyCheck('sealed');
  await first.close();
  const second = createSqliteStore(path);
  expect(await second.keyCheck('another')).toBe('sealed');
  await second.close();
});

test('a file of the first version is brought up to date, and what waits in it is delivered', async () => {
  const path = join(tempFolder(), 'store.sqlite');
  const database = new SqliteDatabase(path);
  database.exec(first);
  database.pragma('user_version = 1');
  database.exec(`
    insert into workspace (organization_id, sealed_key, key_hash, active_at_ms, poll_at_ms) values ('org', 'k', 'h', 1, 1);
    insert into hook (id, organization_id, target_hash, secret_hash, sealed_target, sealed_secret, filters, once_per,
                      created_at_ms, resume_at_ms)
    values ('hok_1', 'org', 'target', 'secret', 'sealed', 'sealed', '{}', 'task', 1, 1);
    insert into delivery (id, organization_id, hook_id, event_id, order_key, body, attempts, first_sent_at_ms,
                          created_at_ms, lease, lease_until_ms)
    values ('msg_1', 'org', 'hok_1', 'evt_1', 's', '{}', 2, 1, 1, 'of a process that is dead', 9999999999999)`);
  database.close();

  const store = createSqliteStore(path);
  const claims = await store.work.claimDeliveries({ limit: 10, perHook: 8, leaseMs: 45_000, rateLimits: null });
  expect(claims).toMatchObject([{ id: 'msg_1', attempt: 3, hookFailures: 0 }]);
  expect(await store.tenant('org').deliveries('hok_1', { limit: 10 })).toMatchObject({
    deliveries: [{ id: 'msg_1', state: 'waiting', isManual: false, retriedAs: null }],
  });
  expect(await store.work.msUntilCleanUp()).toBe(0);
  await store.close();
});

test('a file that is in use is refused with a sentence', async () => {
  const path = newPath();
  const store = createSqliteStore(path);
  expect(() => createSqliteStore(path)).toThrow(/Another process is using .*DATA_DIR/s);
  await store.close();
  await createSqliteStore(path).close();
});

test('a file of a newer version is refused with a sentence, and left as it is', async () => {
  const path = newPath();
  await createSqliteStore(path).close();
  const database = new SqliteDatabase(path);
  database.pragma('user_version = 99');
  database.close();
  expect(() => createSqliteStore(path)).toThrow(/newer version/);
});

test('a file that is no database is refused with a sentence, and left as it is', () => {
  const path = join(tempFolder(), 'store.sqlite');
  writeFileSync(path, 'not a database'.repeat(1000));
  expect(() => createSqliteStore(path)).toThrow(StoreError);
  expect(() => createSqliteStore(path)).toThrow(/damaged/);
  expect(readFileSync(path, 'utf8')).toBe('not a database'.repeat(1000));
});

test('a folder that cannot be made is refused with a sentence', () => {
  const file = join(tempFolder(), 'file');
  writeFileSync(file, '');
  expect(() => createSqliteStore(join(file, 'store.sqlite'))).toThrow(StoreError);
});
