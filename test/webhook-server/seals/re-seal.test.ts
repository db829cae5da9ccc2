import { expect, test } from '@jest/globals';
import { Subscribed } from '../../../contract/hook.ts';
import { createSandbox } from '../../../dev/sandbox/create-sandbox.ts';
import { readConfig } from '../../../webhook-server/config.ts';
import { createVault } from '../../../webhook-server/secrets/vault.ts';
import { startServer } from '../../../webhook-server/server.ts';
import { everyStore } from '../../support/every-store.ts';
import { keepLog } from '../../support/keep-log.ts';

const firstKey = '11'.repeat(32);
const secondKey = '22'.repeat(32);
const thirdKey = '33'.repeat(32);

const target_url = 'https://hooks.zapier.com/hooks/standard/1/zap/';

for (const { name, describe, begin } of everyStore) {
  describe(`another encryption key over ${name}`, () => {
    test('with the old one present everything is sealed anew, and works as before', async () => {
      const ground = await begin();
      const { environment, contents } = ground;
      const sandbox = createSandbox({ taskCount: 5 });
      const topo = await sandbox.listen();
      const { full, tasksOnly } = sandbox.workspaces[0].keys;

      const withServer = async <Result>(keys: Record<string, string>, work: (url: string) => Promise<Result>) => {
        const config = readConfig({ ...environment, PORT: '0', TOPO_API_URL: topo.url, ...keys });
        const server = await startServer(config, keepLog());
        return work(server.url).finally(() => server.stop());
      };
      const call = (method: string, url: string, key: string, body?: unknown) =>
        fetch(url, {
          method,
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
      const subscribe = async (url: string, key: string, target = target_url) =>
        Subscribed.parse(
          await (await call('POST', `${url}/hooks`, key, { target_url: target, event: 'task.reassigned' })).json(),
        );

      const before = await withServer({ ENCRYPTION_KEY: firstKey }, async (url) => {
        await subscribe(url, tasksOnly, `${target_url}other/`);
        // The key of a workspace without hooks is erased, and what it left in the file is to be overwritten.
        const foreign = await subscribe(url, sandbox.workspaces[1].keys.full);
        await call('DELETE', `${url}/hooks/${foreign.id}`, foreign.secret);
        const address = await (await call('POST', `${url}/nudge-address`, full)).json();
        return { ...(await subscribe(url, full)), address };
      });
      const sealedBefore = [
        ...contents()
          .join()
          .matchAll(/v1\.([0-9a-f]{8})\./g),
      ].map(([, keyId]) => keyId);
      expect(new Set(sealedBefore).size).toBe(1);

      await expect(withServer({ ENCRYPTION_KEY: secondKey }, async () => {})).rejects.toThrow('does not open');
      const wrongOld = { ENCRYPTION_KEY: secondKey, ENCRYPTION_KEY_OLD: thirdKey };
      await expect(withServer(wrongOld, async () => {})).rejects.toThrow('does not open');

      const both = { ENCRYPTION_KEY: secondKey, ENCRYPTION_KEY_OLD: firstKey };
      // The second start finds the work done.
      for (const keys of [both, both, { ENCRYPTION_KEY: secondKey }]) {
        await withServer(keys, async (url) => {
          expect(await subscribe(url, full)).toMatchObject({ id: before.id, secret: before.secret });
          expect(await (await call('GET', `${url}/nudge-address`, full)).json()).toEqual(before.address);
        });
      }
      await expect(withServer({ ENCRYPTION_KEY: firstKey }, async () => {})).rejects.toThrow('does not open');
      await withServer({ ENCRYPTION_KEY: secondKey }, async (url) => {
        expect((await call('DELETE', `${url}/hooks/${before.id}`, before.secret)).status).toBe(204);
      });
      await topo.close();

      const { keyId } = createVault(Buffer.from(secondKey, 'hex'));
      const store = await ground.open(Date.now);
      const { keyCheck, workspaceKeys, spareKeys, nudgeAddresses, hooks } = await store.sealedValues();
      const [nudged] = nudgeAddresses;
      expect(await store.organizationOfNudge(String(nudged?.tokenHash))).toBe(sandbox.workspaces[0].organizationId);
      await store.close();
      const sealed = [
        keyCheck,
        ...nudgeAddresses.map(({ sealedToken }) => sealedToken),
        ...[...workspaceKeys, ...spareKeys].map(({ sealedKey }) => sealedKey),
        ...hooks.flatMap(({ sealedTarget, sealedSecret }) => [sealedTarget, sealedSecret]),
      ];
      expect(spareKeys).toHaveLength(1);
      expect(sealed.filter((value) => !value.startsWith(`v1.${keyId}.`))).toEqual([]);
      // Nor does anything linger that the old key opens.
      expect(contents().join()).not.toContain(`v1.${sealedBefore[0]}.`);
    });
  });
}
