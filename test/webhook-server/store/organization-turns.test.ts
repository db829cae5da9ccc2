import { expect, test } from '@jest/globals';
import type { TenantDatabase } from '../../../webhook-server/store/database.ts';
import { createOrganizationTurns } from '../../../webhook-server/store/organization-turns.ts';
import { StoreError } from '../../../webhook-server/store/store.ts';

/** A database that notes who changes something, and when the event loop has gone round. */
const noteTurns = (turnLimits = { total: 1, perOrganization: 1 }, work: () => Promise<void> = async () => {}) => {
  const notes: string[] = [];
  const running = new Map<string, number>();
  let most = 0;
  const database: TenantDatabase = {
    rows: async () => [],
    first: async () => undefined,
    change: async () => 0,
    async transaction(run) {
      return run({ ...database, nowMs: 0, announce: () => {} });
    },
  };
  const turns = createOrganizationTurns(database, turnLimits);
  const call = (organizationId: string) =>
    turns.databaseOf(organizationId).transaction(async () => {
      notes.push(organizationId);
      running.set(organizationId, (running.get(organizationId) ?? 0) + 1);
      most = Math.max(most, running.get(organizationId) ?? 0);
      await work();
      running.set(organizationId, (running.get(organizationId) ?? 0) - 1);
    });
  return { notes, call, most: () => most };
};

test('an organization that calls once goes before the other calls of one that calls much', async () => {
  const { notes, call } = noteTurns();
  const calls = [...Array.from({ length: 50 }, () => call('much')), call('once'), call('too')];
  await Promise.all(calls);
  expect(notes.slice(0, 4)).toEqual(['much', 'once', 'too', 'much']);
  expect(notes).toHaveLength(52);
});

test('between two turns the event loop goes round', async () => {
  const { notes, call } = noteTurns();
  const rounds: number[] = [];
  const calls = Promise.all(Array.from({ length: 5 }, () => call('org')));
  while (notes.length < 5) {
    await new Promise((resolve) => setImmediate(resolve));
    rounds.push(notes.length);
  }
  await calls;
  for (const turns of [1, 2, 3, 4, 5]) expect(rounds).toContain(turns);
});

test('no organization has more turns at once than it may', async () => {
  const { call, most } = noteTurns({ total: 3, perOrganization: 2 }, async () => {
    await new Promise((resolve) => setImmediate(resolve));
  });
  await Promise.all(Array.from({ length: 20 }, () => call('org')));
  expect(most()).toBe(2);
});

test('a turn that fails ends, and the next one begins', async () => {
  let calls = 0;
  const { call } = noteTurns(undefined, async () => {
    calls += 1;
    if (calls === 1) throw new Error('broken');
  });
  const results = await Promise.allSettled([call('org'), call('org')]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
});

test('an organization for which very many wait is refused more, and another is not', async () => {
  const { call } = noteTurns();
  const crowd = Array.from({ length: 1_001 }, () => call('crowd'));
  const settled = Promise.allSettled(crowd);
  await call('other');
  const refused = (await settled).filter(({ status }) => status === 'rejected');
  expect(refused).toEqual([{ status: 'rejected', reason: expect.any(StoreError) }]);
});
