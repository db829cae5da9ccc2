import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createVault } from '../../../webhook-server/secrets/vault.ts';
import { createSqliteStore } from '../../../webhook-server/store/sqlite/sqlite-store.ts';
import type { Store } from '../../../webhook-server/store/store.ts';
import { describePostgres, newDatabaseUrl, openPostgresStore, queryPostgres } from '../../support/postgres.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { goOn, office, openedAtMs, toyKey } from './fixtures/first-release/go-on.ts';

const fixture = (name: string) => new URL(`./fixtures/first-release/${name}`, import.meta.url);

/** What the code of the first release answered, step by step. */
const answered: Record<string, unknown> = JSON.parse(readFileSync(fixture('answers.json'), 'utf8'));

/** What a look showed is one step: its answers are called “as it was left: …”. */
const stepOf = (name: string): string => name.split(': ')[0] ?? name;
const steps = [...new Set(Object.keys(answered).map(stepOf))];
const ofStep = (step: string, answers: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(answers).filter(([name]) => stepOf(name) === step));

const openSqlite = async (clock: () => number): Promise<Store> => {
  const path = join(tempFolder(), 'topo-for-zapier.sqlite');
  copyFileSync(fixture('store.sqlite'), path);
  return createSqliteStore(path, clock);
};

const openPostgres = async (clock: () => number): Promise<Store> => {
  const url = await newDatabaseUrl();
  await queryPostgres(url, readFileSync(fixture('store.sql'), 'utf8'), []);
  return openPostgresStore(clock, url);
};

const places = [
  { name: 'SQLite', describe, open: openSqlite },
  { name: 'PostgreSQL', describe: describePostgres, open: openPostgres },
];

for (const { name, describe: describeStore, open } of places) {
  describeStore(`a database of the first release: ${name}`, () => {
    const clock = { nowMs: openedAtMs };
    let store: Store | undefined;
    let answers: Record<string, unknown> = {};
    let opened: string[] = [];

    beforeAll(async () => {
      store = await open(() => clock.nowMs);
      const vault = createVault(toyKey);
      const { keyCheck, workspaceKeys, spareKeys, hooks } = await store.sealedValues();
      opened = [
        vault.open(keyCheck, 'store/key_check'),
        ...[...workspaceKeys, ...spareKeys]
          .filter(({ organizationId }) => organizationId === office)
          .map(({ sealedKey }) => vault.open(sealedKey, `workspace/${office}/topo_key`)),
        ...hooks
          .filter(({ id }) => id === 'hok_all')
          .flatMap(({ id, sealedTarget, sealedSecret }) => [
            vault.open(sealedTarget, `hook/${id}/target_url`),
            vault.open(sealedSecret, `hook/${id}/signing_secret`),
          ]),
      ].map((secret) => secret.reveal());
      answers = await goOn(store, clock);
    });
    afterAll(() => store?.close());

    test('opens with the key that it was sealed with', () => {
      expect(opened).toEqual([
        'topo-for-zapier',
        'topo_toy_able',
        'topo_toy_first',
        'https://hooks.zapier.com/hooks/standard/1001/all/',
        `whsec_${Buffer.from('signing secret of all...........').toString('base64')}`,
      ]);
    });

    test('knows whom its tasks have shown', async () => {
      const fresh = await open(() => clock.nowMs);
      try {
        const ids = [1, 2, 3, 4, 5].map((digit) => `00000000-0000-4000-8000-00000000a0a${digit}`);
        const named = await fresh
          .tenant(office)
          .namePeople(ids.map((user_id) => ({ user_id, name: 'Somebody', email: null })));
        // The last was not there.
        expect(named.map(({ isSeen }) => isSeen)).toEqual([true, true, true, true, false]);
      } finally {
        await fresh.close();
      }
    });

    test('takes every step, and none besides', () => {
      expect(Object.keys(answers).toSorted()).toEqual(Object.keys(answered).toSorted());
    });

    // An answer may hold more than it did, and must hold what it held.
    test.each(steps)('%s', (step) => {
      expect(ofStep(step, answers)).toMatchObject(ofStep(step, answered));
    });
  });
}
