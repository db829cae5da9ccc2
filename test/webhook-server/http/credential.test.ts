import { expect, test } from '@jest/globals';
import { createVault, type Vault } from '../../../webhook-server/secrets/vault.ts';
import { startHttp } from '../../support/started-http.ts';

/** A vault that lists the purpose of each hash it makes. */
const createCountingVault = () => {
  const vault = createVault(Buffer.alloc(32, 1));
  const hashed: string[] = [];
  const counting: Vault = {
    ...vault,
    hash(secret, purpose) {
      hashed.push(purpose);
      return vault.hash(secret, purpose);
    },
  };
  return { vault: counting, takeHashed: () => hashed.splice(0) };
};

const target_url = 'https://hooks.zapier.com/hooks/standard/1/zap/';
const assigneeId = '3c90c3cc-0d44-4b50-8888-8dd257360521';

test('a call hashes its key, or a hook’s secret, only once', async () => {
  const { vault, takeHashed } = createCountingVault();
  const http = await startHttp({ vault });
  try {
    const { full } = http.keys;
    const hashedBy = async (...call: Parameters<typeof http.call>) => {
      takeHashed();
      const { status } = await http.call(...call);
      return { status, hashed: takeHashed() };
    };
    const once = (status: number) => ({ status, hashed: ['topo_key'] });
    const intent = { task_id: assigneeId, assignee_user_id: assigneeId, scope: 'TASK' };

    // The first call of a key asks Topo, the second finds it in the cache.
    expect(await hashedBy('GET', '/hooks', full)).toEqual(once(200));
    expect(await hashedBy('GET', '/hooks', full)).toEqual(once(200));
    expect(await hashedBy('POST', '/intents', full, intent)).toEqual(once(202));
    expect(await hashedBy('GET', '/hooks', 'topo_refused')).toEqual(once(401));
    expect(await hashedBy('GET', '/hooks')).toEqual({ status: 401, hashed: [] });

    const { json: hook } = await http.call('POST', '/hooks', full, { target_url, event: 'task.reassigned' });
    expect(await hashedBy('DELETE', `/hooks/${hook.id}`, hook.secret)).toEqual({
      status: 204,
      hashed: ['signing_secret'],
    });
  } finally {
    await http.close();
  }
});
