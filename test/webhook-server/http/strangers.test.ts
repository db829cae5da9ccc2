import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createKnownKeys } from '../../../webhook-server/http/authentication/known-keys.ts';
import { hashSigningSecret, hashTopoKey } from '../../../webhook-server/seals/lookup-hashes.ts';
import { Secret } from '../../../webhook-server/secrets/secret.ts';
import { everyStore } from '../../support/every-store.ts';
import { startHttp } from '../../support/started-http.ts';
import { newHook } from '../../support/store-contract/store-bench.ts';

type Http = Awaited<ReturnType<typeof startHttp>>;

let http: Http | undefined;
const start = async (options: Parameters<typeof startHttp>[0]): Promise<Http> => {
  http = await startHttp(options);
  return http;
};
afterEach(async () => {
  await http?.close();
  http = undefined;
});

const statusesOf = async ({ call }: Http, tokens: readonly string[], headers: Record<string, string> = {}) => {
  const statuses: number[] = [];
  for (const token of tokens) statuses.push((await call('GET', '/people', token, undefined, headers)).status);
  return statuses;
};

const wrongKeys = (count: number) => Array.from({ length: count }, () => `topo_${randomUUID()}`);

/** Puts hooks into the store, whose workspaces have these keys: as after a restart. */
const know = async ({ store, vault }: Http, keys: readonly string[]) => {
  for (const key of keys) {
    await store.tenant('org').subscribe(newHook({ keyHash: hashTopoKey(vault, new Secret(key)).hash }));
  }
};

for (const { name, describe: describeStore, begin } of everyStore) {
  describeStore(`keys in ${name}`, () => {
    test('no known workspace is limited after a restart, however many call from one address', async () => {
      const ground = await begin();
      const { keys, foreignKey, ...rest } = await start({ openStore: ground.open, limits: { newKeysPerMinute: 1 } });
      const all = { keys, foreignKey, ...rest };
      const known = [keys.full, keys.readOnly, keys.tasksOnly, foreignKey];
      // One is in use, the others are spare.
      await know(all, known);
      expect(await statusesOf(all, wrongKeys(3))).toEqual([401, 429, 429]);
      expect(await statusesOf(all, known)).toEqual([200, 200, 200, 200]);
      expect(await statusesOf(all, wrongKeys(1))).toEqual([429]);
    });

    test('the hashes of all keys are listed, each once, and none that was erased', async () => {
      const store = await (await begin()).open(() => 0);
      const hook = newHook({ keyHash: 'one' });
      await store.tenant('org').subscribe(hook);
      await store.tenant('org').subscribe(newHook({ keyHash: 'two' }));
      await store.tenant('other').subscribe(newHook({ keyHash: 'one' }));
      const erased = newHook({ keyHash: 'three' });
      await store.tenant('third').subscribe(erased);
      await store.tenant('third').endHook(erased.id);
      await store.tenant('third').forgetWorkspace();
      expect((await store.keyHashes()).sort()).toEqual(['one', 'two']);
      await store.close();
    });
  });
}

describe('an address', () => {
  test('from which wrong keys come keeps no known caller out, neither by count of keys nor of calls', async () => {
    const started = await start({ limits: { newKeysPerMinute: 3, unauthenticatedPerMinute: 5 } });
    const { keys } = started;
    await know(started, [keys.readOnly]);
    expect(await statusesOf(started, [keys.full])).toEqual([200]);
    expect((await statusesOf(started, wrongKeys(10))).slice(-5)).toEqual([429, 429, 429, 429, 429]);
    // In the cache; in the store; in neither.
    expect(await statusesOf(started, [keys.full, keys.readOnly, keys.tasksOnly])).toEqual([200, 200, 429]);
  });

  test('from which new keys come that Topo accepts is not limited by them', async () => {
    const started = await start({ limits: { newKeysPerMinute: 2, unauthenticatedPerMinute: 2 } });
    const { keys, foreignKey } = started;
    expect(await statusesOf(started, [keys.full, keys.readOnly, keys.tasksOnly, foreignKey])).toEqual([
      200, 200, 200, 200,
    ]);
  });

  test('a known key that Topo cannot be asked about is asked about only so often', async () => {
    const started = await start({ limits: { newKeysPerMinute: 2 } });
    await know(started, [started.keys.full]);
    started.sandbox.injectFault({ kind: 'status', status: 500, path: '/v1/me', times: 5 });
    expect(await statusesOf(started, Array(4).fill(started.keys.full))).toEqual([503, 503, 429, 429]);
  });
});

describe('hook secrets', () => {
  const end = async ({ call }: Http, id: string, secret: string) =>
    (await call('DELETE', `/hooks/${id}`, secret)).status;
  const wrong = () => `whsec_${randomUUID()}`;

  test('are no keys: they cost Topo nothing, and no caller the right to bring a new key', async () => {
    const started = await start({ limits: { newKeysPerMinute: 1 } });
    const asked = started.sandbox.requests.length;
    for (let times = 0; times < 5; times += 1) expect(await end(started, 'hok_1', wrong())).toBe(401);
    expect(started.sandbox.requests.length).toBe(asked);
    expect(await statusesOf(started, [started.keys.full])).toEqual([200]);
  });

  test('that are right end their hooks, whatever else comes from their address', async () => {
    const started = await start({ limits: { newKeysPerMinute: 1, unauthenticatedPerMinute: 2 } });
    const secrets = [1, 2, 3, 4].map(() => `whsec_${randomUUID()}`);
    const ids: string[] = [];
    for (const secret of secrets) {
      const secretHash = hashSigningSecret(started.vault, new Secret(secret));
      ids.push((await started.store.tenant('org').subscribe(newHook({ secretHash }))).id);
    }
    await statusesOf(started, wrongKeys(4));
    expect(await end(started, 'hok_1', wrong())).toBe(429);
    for (const [index, id] of ids.entries()) expect(await end(started, id, secrets[index] ?? '')).toBe(204);
  });
});

describe('behind a proxy', () => {
  const from = (address: string) => ({ 'x-forwarded-for': address });

  test.each([
    ['a port', ['1.2.3.4', '1.2.3.4:5678', '1.2.3.4:99', '1.2.3.4:']],
    ['a port behind IPv6', ['2001:db8::1', '[2001:db8::1]:99', '[2001:db8::1]', '[2001:DB8:0::1]:5678']],
    ['another address of the same network', ['2001:db8:0:1::1', '2001:db8:0:2::1', '2001:db8::9%a', '2001:db8::9%b']],
    ['IPv4 as IPv6', ['1.2.3.4', '::ffff:1.2.3.4', '[::ffff:1.2.3.4]:80', '::ffff:102:304']],
    ['what is no address', ['unknown', '_hidden', 'a:1', '1.2.3.4.5:6']],
  ])('%s does not escape a limit', async (_what, addresses) => {
    const started = await start({ trustedProxies: 1, limits: { newKeysPerMinute: 1 } });
    const statuses = [];
    for (const address of addresses) statuses.push(...(await statusesOf(started, wrongKeys(1), from(address))));
    expect(statuses).toEqual([401, 429, 429, 429]);
    expect(await statusesOf(started, wrongKeys(1), from('5.6.7.8:1'))).toEqual([401]);
  });

  const warnings = ({ log }: Http) => log.lines.filter((line) => line.includes('TRUST_PROXY'));

  test('that the server was not told of, it warns once', async () => {
    const started = await start({});
    await statusesOf(started, [started.keys.full]);
    expect(warnings(started)).toEqual([]);
    for (const address of ['1.2.3.4', '5.6.7.8']) await statusesOf(started, [started.keys.full], from(address));
    expect(warnings(started)).toHaveLength(1);
    expect(warnings(started)[0]).toContain('"level":"warn"');
    expect(warnings(started)[0]).not.toContain('1.2.3.4');
  });

  test('that it was told of, it does not warn', async () => {
    const started = await start({ trustedProxies: 1 });
    await statusesOf(started, [started.keys.full], from('1.2.3.4'));
    expect(warnings(started)).toEqual([]);
  });
});

describe('/readyz', () => {
  test('asks the database once a second, whoever calls', async () => {
    let asked = 0;
    const ground = await everyStore[0]?.begin();
    const started = await start({
      openStore: async (clock) => {
        if (ground === undefined) throw new Error('There is no store.');
        const store = await ground.open(clock);
        const progress: typeof store.work.progress = () => {
          asked += 1;
          return store.work.progress();
        };
        return { ...store, work: { ...store.work, progress } };
      },
    });
    const calls = () => Promise.all([1, 2, 3, 4].map(async () => (await started.call('GET', '/readyz')).status));
    expect(await calls()).toEqual([200, 200, 200, 200]);
    started.passTime(999);
    expect(await calls()).toEqual([200, 200, 200, 200]);
    expect(asked).toBe(1);
    started.passTime(1);
    await calls();
    expect(asked).toBe(2);
  });

  test('has a limit, and /healthz has none', async () => {
    const started = await start({ limits: { unauthenticatedPerMinute: 2 } });
    const statuses = async (path: string) => {
      const heard = [];
      for (let times = 0; times < 4; times += 1) heard.push((await started.call('GET', path)).status);
      return heard;
    };
    expect(await statuses('/readyz')).toEqual([200, 200, 429, 429]);
    expect(await statuses('/healthz')).toEqual([200, 200, 200, 200]);
  });
});

describe('the hashes of known keys', () => {
  test('are read once for many strangers, and again after ten seconds', async () => {
    let nowMs = 0;
    let reads = 0;
    const stored = ['a'];
    const isKnown = createKnownKeys(
      async () => {
        reads += 1;
        return [...stored];
      },
      () => nowMs,
    );
    expect(await Promise.all(['a', 'b', 'c'].map(isKnown))).toEqual([true, false, false]);
    stored.push('b');
    expect(await isKnown('b')).toBe(false);
    expect(reads).toBe(1);
    nowMs = 10_000;
    expect(await isKnown('a')).toBe(true);
    expect(reads).toBe(1);
    expect(await isKnown('b')).toBe(true);
    expect(reads).toBe(2);
  });

  test('are read again at once when they could not be read', async () => {
    let isBroken = true;
    const isKnown = createKnownKeys(
      async () => {
        if (isBroken) throw new Error('no database');
        return ['a'];
      },
      () => 0,
    );
    await expect(isKnown('a')).rejects.toThrow('no database');
    isBroken = false;
    expect(await isKnown('a')).toBe(true);
  });
});
