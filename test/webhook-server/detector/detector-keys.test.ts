import { expect, test } from '@jest/globals';
import { listening, nextPoll, reassign } from '../../support/workspace-steps.ts';

test('a refused key is replaced by a working one, and changes made meanwhile become events', async () => {
  const at = await listening();
  at.sandbox.revokeKey(at.workspace.keys.full);
  const [id] = reassign(at, 1);
  await nextPoll(at);
  expect(at.log.lines.some((line) => line.includes('Topo refuses the key'))).toBe(true);
  expect(at.log.lines.join('\n')).not.toContain(at.workspace.keys.full);
  await at.tenant.renewKey(at.sealed(at.workspace.keys.readOnly));
  await at.poll();
  expect((await at.events()).map(({ task }) => task.id)).toEqual([id]);
});

test('any working key of a workspace will do', async () => {
  const at = await listening();
  await at.subscribe(at.workspace.keys.readOnly, { targetHash: 'another' });
  await at.subscribe(at.workspace.keys.tasksOnly, { targetHash: 'a third' });
  at.sandbox.revokeKey(at.workspace.keys.full);
  at.sandbox.revokeKey(at.workspace.keys.readOnly);
  const [id] = reassign(at, 1);
  await nextPoll(at);
  expect(await at.store.work.msUntilPoll()).toBe(0);
  await at.poll();
  await at.poll();
  expect((await at.events()).map(({ task }) => task.id)).toEqual([id]);
  expect((await at.tenant.hooks())[0]?.keyRefusedSinceMs).toBeNull();
  at.sandbox.revokeKey(at.workspace.keys.tasksOnly);
  await nextPoll(at);
  await at.poll();
  expect((await at.tenant.hooks())[0]?.keyRefusedSinceMs).toBe(at.nowMs());
});

test('a key that is refused for a day ends the hooks, and their targets are notified', async () => {
  const at = await listening();
  at.sandbox.revokeKey(at.workspace.keys.full);
  await nextPoll(at);
  expect((await at.tenant.hooks())[0]).toMatchObject({ ended: null, keyRefusedSinceMs: at.nowMs() });
  at.passTime(23 * 3_600_000);
  await at.poll();
  expect((await at.tenant.hooks())[0]?.ended).toBeNull();
  at.passTime(3_600_000);
  await at.poll();
  expect((await at.tenant.hooks())[0]?.ended?.reason).toBe('key refused');
  const claimEndNotices = () => at.store.work.claimEndNotices({ limit: 10, againInMs: 3_600_000, mostAttempts: 2 });
  expect(await claimEndNotices()).toMatchObject([{ hookId: 'hok_1', reason: 'key refused' }]);
  expect(await claimEndNotices()).toEqual([]);
  expect(await nextPoll(at)).toBe(0);
});

test('a poll that the budget postponed does not clear a refused key', async () => {
  const at = await listening({ requestsPerMinute: 1 });
  at.sandbox.revokeKey(at.workspace.keys.full);
  await nextPoll(at);
  const sinceMs = (await at.tenant.hooks())[0]?.keyRefusedSinceMs;
  expect(sinceMs).toBe(at.nowMs());
  at.passTime(30_000);
  expect(await at.poll()).toBe(0);
  expect((await at.tenant.hooks())[0]?.keyRefusedSinceMs).toBe(sinceMs);
});

test('a poll that the server’s stop cut short does not clear a refused key', async () => {
  const at = await listening();
  at.sandbox.revokeKey(at.workspace.keys.full);
  await nextPoll(at);
  const sinceMs = (await at.tenant.hooks())[0]?.keyRefusedSinceMs;
  at.passTime(60_000);
  await at.poll(AbortSignal.abort());
  expect((await at.tenant.hooks())[0]?.keyRefusedSinceMs).toBe(sinceMs);
});

test('a hook’s own key still works when the key that replaced it is refused', async () => {
  const at = await listening();
  await at.subscribe(at.workspace.keys.tasksOnly, { bringsNeededKey: true });
  at.sandbox.revokeKey(at.workspace.keys.tasksOnly);
  const [id] = reassign(at, 1);
  await nextPoll(at);
  await at.poll();
  expect((await at.events()).map(({ task }) => task.id)).toEqual([id]);
});
