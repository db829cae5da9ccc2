import { expect, test } from '@jest/globals';
import { Hook, Subscribed } from '../../../contract/hook.ts';
import { createSandbox } from '../../../dev/sandbox/create-sandbox.ts';
import { readConfig } from '../../../webhook-server/config.ts';
import { signingSecretAad, targetAad, topoKeyAad } from '../../../webhook-server/seals/associated-data.ts';
import { sealKeyCheck } from '../../../webhook-server/seals/encryption-key-check.ts';
import { hashTopoKey } from '../../../webhook-server/seals/lookup-hashes.ts';
import { sealHook } from '../../../webhook-server/seals/seal-hook.ts';
import { sealKey } from '../../../webhook-server/seals/seal-key.ts';
import { Secret } from '../../../webhook-server/secrets/secret.ts';
import { createVault, type Vault } from '../../../webhook-server/secrets/vault.ts';
import { startServer } from '../../../webhook-server/server.ts';
import { everyStore } from '../../support/every-store.ts';
import { keepLog } from '../../support/keep-log.ts';
import { newSchemaUrl, testPostgres } from '../../support/postgres.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const oldKey = '11'.repeat(32);
const newKey = '22'.repeat(32);
const lostKey = '33'.repeat(32);
const vaultOf = (key: string) => createVault(Buffer.from(key, 'hex'));
const both = { ENCRYPTION_KEY: newKey, ENCRYPTION_KEY_OLD: oldKey };

const targetOf = (zap: string) => `https://hooks.zapier.com/hooks/standard/1/${zap}/`;

const call = async (method: string, url: string, key: string, body?: unknown) => {
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, json: (await response.json()) as { items: Hook[] } };
};

const subscribe = (url: string, key: string, zap: string) =>
  call('POST', `${url}/hooks`, key, { target_url: targetOf(zap), event: 'task.reassigned' });

/** A local Topo, and servers on one database that read it. */
const begin = async (environment: Record<string, string>) => {
  const sandbox = createSandbox({ taskCount: 5 });
  const topo = await sandbox.listen();
  const start = async (keys: Record<string, string>) => {
    const log = keepLog();
    const config = readConfig({ ...environment, PORT: '0', TOPO_API_URL: topo.url, ...keys });
    return { log, ...(await startServer(config, log)) };
  };
  return { topo, start, workspace: sandbox.workspaces[0] };
};

for (const { name, describe, begin: beginGround } of everyStore) {
  describe(`values that the old key sealed later over ${name}`, () => {
    test('a later start with both keys seals them anew, and what neither opens is shown as such', async () => {
      const ground = await beginGround();
      const { topo, start, workspace } = await begin(ground.environment);
      const { organizationId, keys } = workspace;
      const store = await ground.open(Date.now);
      await store.keyCheck(sealKeyCheck(vaultOf(newKey)));
      const add = (id: string, zap: string, vault: Vault, key: string) =>
        store.tenant(organizationId).subscribe({
          ...sealHook(vault, { id, url: new URL(targetOf(zap)), secret: new Secret(`whsec_${id}`) }),
          ...sealKey(vault, organizationId, hashTopoKey(vault, new Secret(key))),
          filters: {},
          oncePer: 'task',
          bringsNeededKey: false,
        });
      await add('hok_old', 'old', vaultOf(oldKey), keys.full);
      await add('hok_twice_old', 'twice', vaultOf(oldKey), keys.tasksOnly);
      await add('hok_twice_new', 'twice', vaultOf(newKey), keys.tasksOnly);
      await add('hok_lost', 'lost', vaultOf(lostKey), keys.readOnly);
      await store.close();

      const server = await start(both);
      const list = async () => (await call('GET', `${server.url}/hooks`, keys.full)).json.items;
      const hooks = (await list()).map((hook) => Hook.parse(hook));
      expect(hooks).toMatchObject([
        { id: 'hok_lost', target: '…', state: 'active', problem: expect.stringContaining('turn its Zap off and on') },
        { id: 'hok_twice_new', state: 'active' },
        { id: 'hok_twice_old', state: 'ended', ended_reason: 'unsubscribed' },
        { id: 'hok_old', target: 'hooks.zapier.com/…old/', state: 'active' },
      ]);
      expect(hooks.filter(({ problem }) => problem !== undefined)).toHaveLength(1);
      await list();
      expect(server.log.lines.filter((line) => line.includes('cannot read the target'))).toHaveLength(1);
      expect(server.log.lines.filter((line) => line.includes('open with neither key'))).toHaveLength(1);
      expect(Subscribed.parse((await subscribe(server.url, keys.full, 'old')).json)).toMatchObject({
        id: 'hok_old',
        secret: 'whsec_hok_old',
      });
      await server.stop();

      const after = await ground.open(Date.now);
      const { workspaceKeys, spareKeys, hooks: sealed } = await after.sealedValues();
      await after.close();
      const vault = vaultOf(newKey);
      for (const { sealedKey } of workspaceKeys) {
        expect(vault.open(sealedKey, topoKeyAad(organizationId)).reveal()).toBe(keys.full);
      }
      const opening = spareKeys.filter(({ sealedKey }) => sealedKey.startsWith(`v1.${vault.keyId}.`));
      expect(new Set(opening.map(({ keyHash }) => keyHash))).toContain(
        hashTopoKey(vault, new Secret(keys.tasksOnly)).hash,
      );
      // What nobody can open is kept, for whoever finds its key.
      expect(spareKeys.length - opening.length).toBe(1);
      for (const { id, sealedTarget, sealedSecret } of sealed.filter(({ id }) => id !== 'hok_lost')) {
        expect(vault.open(sealedTarget, targetAad(id)).reveal()).toMatch(/^https:/);
        expect(vault.open(sealedSecret, signingSecretAad(id)).reveal()).toBe(`whsec_${id}`);
      }

      const again = await start(both);
      expect(again.log.lines.join()).toContain('nothing is sealed with ENCRYPTION_KEY_OLD');
      await again.stop();
      await topo.close();
    });
  });
}

testPostgres('a key is changed while an old server runs: it ends with a sentence, and nothing is damaged', async () => {
  const { topo, start, workspace } = await begin({ DATABASE_URL: await newSchemaUrl(), DATA_DIR: tempFolder() });
  const { full } = workspace.keys;
  const old = await start({ ENCRYPTION_KEY: oldKey });
  const first = Subscribed.parse((await subscribe(old.url, full, 'first')).json);

  const next = await start(both);
  const refused = await subscribe(old.url, full, 'second');
  expect(refused).toMatchObject({ status: 503, json: { error: { code: 'unavailable' } } });
  expect((await call('GET', `${old.url}/hooks`, full)).status).toBe(503);
  expect((await fetch(`${old.url}/readyz`)).status).toBe(503);
  const { message } = await old.outdated;
  expect(message).toMatch(/sealed with another ENCRYPTION_KEY.*start it again/);

  const second = Subscribed.parse((await subscribe(next.url, full, 'second')).json);
  await old.stop();
  // Its supervisor starts it with the settings that it has.
  await expect(start({ ENCRYPTION_KEY: oldKey })).rejects.toThrow('does not open');
  await next.stop();

  const last = await start(both);
  expect(last.log.lines.join()).toContain('nothing is sealed with ENCRYPTION_KEY_OLD');
  const { status, json } = await call('GET', `${last.url}/hooks`, full);
  expect(status).toBe(200);
  expect(json.items).toMatchObject([{ id: second.id }, { id: first.id }]);
  expect(json.items.filter(({ problem }) => problem !== undefined)).toEqual([]);
  expect((await subscribe(last.url, full, 'first')).json).toMatchObject({ id: first.id, secret: first.secret });
  await last.stop();
  await topo.close();
});
