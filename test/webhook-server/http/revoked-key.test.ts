import { afterEach, expect, test } from '@jest/globals';
import { waitUntil } from '../../../dev/local-server/wait-until.ts';
import type { Me } from '../../../topo/me.ts';
import type { TopoAnswer } from '../../../webhook-server/call-topo.ts';
import { createIdentities } from '../../../webhook-server/http/identities.ts';
import { Secret } from '../../../webhook-server/secrets/secret.ts';
import { createVault } from '../../../webhook-server/secrets/vault.ts';
import { startRealLoop } from '../../support/real-loop.ts';

const vault = createVault(Buffer.alloc(32, 1));
const key = new Secret('topo_live_key');
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
  const identities = createIdentities(
    async () => answer,
    vault,
    () => nowMs,
  );
  expect((await identities.of(key)).kind).toBe('accepted');
  answer = refused;
  nowMs = 5 * 60_000 - 1;
  expect((await identities.of(key)).kind).toBe('accepted');
  nowMs += 1;
  expect((await identities.of(key)).kind).toBe('refused');
});

test('a key that Topo has refused elsewhere is refused at once, for a minute without asking again', async () => {
  let asked = 0;
  const identities = createIdentities(
    async () => {
      asked += 1;
      return accepted;
    },
    vault,
    () => nowMs,
  );
  await identities.of(key);
  identities.refuse(key);
  expect((await identities.of(key)).kind).toBe('refused');
  expect(identities.remembered(key)?.kind).toBe('refused');
  expect(asked).toBe(1);
  nowMs = 60_000;
  expect((await identities.of(key)).kind).toBe('accepted');
});

test('an answer that was under way when the key was refused does not undo that', async () => {
  let answerNow = () => {};
  const identities = createIdentities(
    () =>
      new Promise((resolve) => {
        answerNow = () => resolve(accepted);
      }),
    vault,
    () => nowMs,
  );
  const asking = identities.of(key);
  identities.refuse(key);
  answerNow();
  expect((await asking).kind).toBe('refused');
  expect(identities.remembered(key)?.kind).toBe('refused');
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
