import { afterEach, expect, test } from '@jest/globals';
import { waitUntil } from '../../../dev/local-server/wait-until.ts';
import type { Me } from '../../../topo/me.ts';
import { createKeyCache } from '../../../webhook-server/http/authentication/key-cache.ts';
import { hashTopoKey } from '../../../webhook-server/seals/lookup-hashes.ts';
import { Secret } from '../../../webhook-server/secrets/secret.ts';
import { createVault } from '../../../webhook-server/secrets/vault.ts';
import type { TopoAnswer } from '../../../webhook-server/topo-port.ts';
import { startRealLoop } from '../../support/real-loop.ts';

const vault = createVault(Buffer.alloc(32, 1));
const key = hashTopoKey(vault, new Secret('topo_live_key'));
const accepted: TopoAnswer<Me> = {
  kind: 'answered',
  answer: { id: 'key', organization_id: 'org', scopes: ['tasks:read'] },
  dateMs: undefined,
};
const refused: TopoAnswer<Me> = { kind: 'refused', status: 401, reason: 'Topo answered 401' };

let nowMs = 0;
afterEach(() => {
  nowMs = 0;
});

test('a key that was accepted works for five minutes after it was revoked, and no longer', async () => {
  let answer: TopoAnswer<Me> = accepted;
  const keyCache = createKeyCache(
    async () => answer,
    () => nowMs,
  );
  expect((await keyCache.identify(key)).kind).toBe('accepted');
  answer = refused;
  nowMs = 5 * 60_000 - 1;
  expect((await keyCache.identify(key)).kind).toBe('accepted');
  nowMs += 1;
  expect((await keyCache.identify(key)).kind).toBe('refused');
});

test('a key that Topo has refused elsewhere is refused at once, and for a minute without asking again', async () => {
  let asked = 0;
  const keyCache = createKeyCache(
    async () => {
      asked += 1;
      return accepted;
    },
    () => nowMs,
  );
  await keyCache.identify(key);
  keyCache.refuse(key);
  expect((await keyCache.identify(key)).kind).toBe('refused');
  expect(keyCache.peek(key)?.kind).toBe('refused');
  expect(asked).toBe(1);
  nowMs = 60_000;
  expect((await keyCache.identify(key)).kind).toBe('accepted');
});

test('an answer that was under way when the key was refused does not undo the refusal', async () => {
  let answerNow = () => {};
  const keyCache = createKeyCache(
    () =>
      new Promise((resolve) => {
        answerNow = () => resolve(accepted);
      }),
    () => nowMs,
  );
  const asking = keyCache.identify(key);
  keyCache.refuse(key);
  answerNow();
  expect((await asking).kind).toBe('refused');
  expect(keyCache.peek(key)?.kind).toBe('refused');
});

test('once the detector hears that its key was revoked, callers with it hear so at once', async () => {
  const { sandbox, serverUrl, workspace, turnOn } = await startRealLoop({ taskCount: 3 });
  await turnOn('triggers.task_reassigned', '/zap');
  const statusWith = async (token: string) =>
    (await fetch(`${serverUrl}/hooks`, { headers: { authorization: `Bearer ${token}` } })).status;
  expect(await statusWith(workspace.keys.full)).toBe(200);
  expect(await statusWith(workspace.keys.readOnly)).toBe(200);
  sandbox.revokeKey(workspace.keys.full);
  // What is remembered of it would let it pass for minutes.
  await waitUntil('the key is refused', async () => (await statusWith(workspace.keys.full)) === 401);
  expect(await statusWith(workspace.keys.readOnly)).toBe(200);
});

test('while Topo cannot be asked, what it said of a key is remembered for a day, and a refusal ends that', async () => {
  const failed: TopoAnswer<Me> = { kind: 'failed', status: 503, reason: 'Topo answered 503' };
  let answer: TopoAnswer<Me> = accepted;
  const keyCache = createKeyCache(
    async () => answer,
    () => nowMs,
  );
  await keyCache.identify(key);
  answer = failed;
  nowMs += 24 * 3_600_000 - 1;
  expect(await keyCache.identify(key)).toMatchObject({ kind: 'accepted', organizationId: 'org', isRemembered: true });
  nowMs += 10_000;
  expect(await keyCache.identify(key)).toMatchObject({ kind: 'unknown' });
  answer = accepted;
  await keyCache.identify(key);
  keyCache.refuse(key);
  answer = failed;
  nowMs += 60_000;
  expect(await keyCache.identify(key)).toMatchObject({ kind: 'unknown' });
});
