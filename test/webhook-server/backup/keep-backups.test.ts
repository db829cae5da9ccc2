import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createBackups } from '../../../webhook-server/backup/keep-backups.ts';
import { keepLog } from '../../support/keep-log.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const hourMs = 3_600_000;

const start = () => {
  const folder = join(tempFolder(), 'backups');
  const clock = { nowMs: Date.parse('2026-03-02T09:00:00Z'), isBroken: false };
  const open = () =>
    createBackups({
      plan: { everyMs: 6 * hourMs, keep: 2, folder },
      async writeBackup(path) {
        if (clock.isBroken) throw new Error('the disk is full');
        writeFileSync(path, '');
        return { path, bytes: 0, schema: 1, workspaces: 0, liveHooks: 0, events: 0, waitingDeliveries: 0 };
      },
      clock: () => clock.nowMs,
      log: keepLog(),
    });
  const turn = async (backups = open()) => {
    for (const name of await backups.claim()) await backups.run(name);
    return backups.msUntilDue();
  };
  return { folder, clock, open, turn };
};

test('a backup is due at once, and then each time the newest is old enough, also after a restart', async () => {
  const { folder, clock, turn } = start();
  expect(await turn()).toBe(6 * hourMs);
  expect(readdirSync(folder)).toEqual(['topo-for-zapier-20260302T090000Z.sqlite']);
  clock.nowMs += 5 * hourMs;
  expect(await turn()).toBe(hourMs);
  expect(readdirSync(folder)).toHaveLength(1);
  clock.nowMs += hourMs;
  expect(await turn()).toBe(6 * hourMs);
  expect(readdirSync(folder)).toHaveLength(2);
});

test('only the newest are kept, and files of others stay', async () => {
  const { folder, clock, turn } = start();
  await turn();
  writeFileSync(join(folder, 'before-the-upgrade.sqlite'), '');
  for (let round = 0; round < 3; round += 1) {
    clock.nowMs += 6 * hourMs;
    await turn();
  }
  expect(readdirSync(folder).sort()).toEqual([
    'before-the-upgrade.sqlite',
    'topo-for-zapier-20260302T210000Z.sqlite',
    'topo-for-zapier-20260303T030000Z.sqlite',
  ]);
});

test('one that fails removes nothing, and is tried again long before the next would be due', async () => {
  const { folder, clock, open, turn } = start();
  const backups = open();
  await turn(backups);
  clock.nowMs += 6 * hourMs;
  clock.isBroken = true;
  expect(await turn(backups)).toBe(0.6 * hourMs);
  expect(readdirSync(folder)).toHaveLength(1);
  clock.isBroken = false;
  clock.nowMs += 0.6 * hourMs;
  expect(await turn(backups)).toBe(6 * hourMs);
  expect(readdirSync(folder)).toHaveLength(2);
});

test('a clock that was set back puts no backup off for longer than the time between two', async () => {
  const { clock, turn } = start();
  await turn();
  clock.nowMs -= 1_000 * hourMs;
  expect(await turn()).toBe(6 * hourMs);
});
