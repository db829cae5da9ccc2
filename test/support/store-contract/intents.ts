import { describe, expect, test } from '@jest/globals';
import type { NewIntent } from '../../../webhook-server/store/tenant-store.ts';
import { leaseMs, newHook, type StoreBench, seen } from './store-bench.ts';

const intent = (change: Partial<NewIntent> = {}): NewIntent => ({
  id: 'int_1',
  task_id: 't1',
  assignee_user_id: 'grace',
  scope: 'TASK',
  ...change,
});

export const describeIntents = (name: string, at: StoreBench): void => {
  const { scan, listen, claimPoll, bodies } = at;
  const done = { state: 'done', updatedAtUs: null } as const;
  const failed = { state: 'failed', updatedAtUs: null } as const;

  const finish = async (nextPollInMs: number, change: { sawChange?: boolean; result?: 'done' | 'failed' } = {}) => {
    const { organizationId, lease } = await claimPoll();
    const outcome = { result: 'done' as const, sawChange: false, ...change };
    await at.store.work.finishPoll({ organizationId, lease, nextPollInMs, ...outcome });
  };
  const sources = async () => (await bodies()).map(({ task, source }) => [task.id, source]);

  describe(`${name}: intents`, () => {
    test('an intent lets the workspace be polled soon, a settled one at once, and a nudge at once', async () => {
      await listen();
      await finish(60_000);
      await at.tenant.announce([intent()]);
      expect(await at.store.work.msUntilPoll()).toBe(500);
      expect(await at.tenant.settleIntent('int_1', done)).toBe(true);
      expect(await at.store.work.msUntilPoll()).toBe(0);
      at.nowMs += 60_000;
      await finish(60_000);
      await at.tenant.nudge();
      expect(await at.store.work.msUntilPoll()).toBe(0);
    });

    test('an intent that failed lets nobody look', async () => {
      await listen();
      await at.tenant.announce([intent()]);
      at.nowMs += 40_000;
      await finish(60_000);
      expect(await at.tenant.settleIntent('int_1', failed)).toBe(true);
      expect(await at.store.work.msUntilPoll()).toBe(60_000);
    });

    test('what is announced in vain is looked for less and less often, for half a minute', async () => {
      await listen();
      await at.tenant.announce([intent()]);
      const waits: (number | undefined)[] = [];
      for (let polls = 0; polls < 8; polls += 1) {
        at.nowMs += (await at.store.work.msUntilPoll()) ?? 0;
        await finish(60_000);
        waits.push(await at.store.work.msUntilPoll());
      }
      expect(waits).toEqual([500, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 60_000]);
    });

    test('it is looked for no longer when its change was seen', async () => {
      await listen();
      await at.tenant.announce([intent()]);
      await at.tenant.settleIntent('int_1', done);
      await scan([seen('t1', 'Grace', 1)]);
      await finish(60_000, { sawChange: true });
      expect(await at.store.work.msUntilPoll()).toBe(60_000);
    });

    test('of polls that end together one looks again whose change was not seen, and the other does not', async () => {
      const organizationIds = ['org-1', 'org-2'];
      for (const id of organizationIds) await at.store.tenant(id).subscribe(newHook({ id, secretHash: id }));
      const pollAll = async (kind: 'baseline' | 'incremental', assigneeOf: (organizationId: string) => string) => {
        const claims = await at.store.work.claimPolls({ limit: 2, leaseMs });
        for (const claim of claims) {
          const rows = [seen('t1', assigneeOf(claim.organizationId), 1)];
          await at.store.work.recordPage(at.page(claim, rows, { scan: at.newScan({ kind }) }), { leaseMs });
        }
        const ended = { nextPollInMs: 60_000, result: 'done' as const, sawChange: kind === 'incremental' };
        await at.store.work.finishPolls(
          claims.map(({ organizationId, lease }) => ({ organizationId, lease, ...ended })),
        );
        return claims.map(({ organizationId }) => organizationId).toSorted();
      };
      await pollAll('baseline', () => 'ada');
      for (const id of organizationIds) {
        await at.store.tenant(id).announce([intent({ id })]);
        await at.store.tenant(id).settleIntent(id, done);
      }
      const polled = await pollAll('incremental', (id) => (id === 'org-1' ? 'grace' : 'eve'));
      expect(polled).toEqual(organizationIds);
      at.nowMs += 2_000;
      expect(await pollAll('incremental', () => 'grace')).toEqual(['org-2']);
    });

    test('a workspace whose poll failed is not polled sooner', async () => {
      await listen();
      await finish(60_000, { result: 'failed' });
      await at.tenant.announce([intent()]);
      await at.tenant.nudge();
      expect(await at.store.work.msUntilPoll()).toBe(60_000);
    });

    test('a change that an intent speaks for is Zapier’s, once; the next one to the same person is not', async () => {
      await listen();
      await at.tenant.announce([intent()]);
      await at.tenant.settleIntent('int_1', done);
      await scan([seen('t1', 'Grace', 1)]);
      expect(await sources()).toEqual([['t1', 'zapier']]);
      await scan([seen('t1', 'ada', 2)]);
      await scan([seen('t1', 'grace', 3)]);
      const items = (await at.tenant.events({ limit: 10 }))?.items ?? [];
      expect(items.map(({ source }) => source)).toEqual(['topo', 'topo', 'zapier']);
    });

    test('an intent for a sequence speaks for every task of the run', async () => {
      await listen();
      await at.tenant.announce([intent({ scope: 'SEQUENCE' })]);
      await at.tenant.settleIntent('int_1', done);
      await scan([seen('t1', 'grace', 1), seen('t2', 'grace', 1), seen('t3', 'grace', 1, { sequence_id: 's3' })]);
      const items = (await at.tenant.events({ limit: 10 }))?.items ?? [];
      expect(items.map(({ task, source }) => `${task.id} ${source}`).toSorted()).toEqual([
        't1 zapier',
        't2 zapier',
        't3 topo',
      ]);
    });

    test('an intent for a sequence whose task was not known yet speaks for the run as soon as it is', async () => {
      await listen();
      await at.tenant.announce([intent({ task_id: 'new', scope: 'SEQUENCE' })]);
      await at.tenant.settleIntent('int_1', done);
      await scan([seen('new', 'grace', 1), seen('t2', 'grace', 1)]);
      expect(await sources()).toEqual([['t2', 'zapier']]);
    });

    test('a change that is older than what the action was answered is somebody else’s', async () => {
      await listen();
      await at.tenant.announce([intent()]);
      const { updatedAtUs } = seen('t1', 'grace', 10);
      await at.tenant.settleIntent('int_1', { state: 'done', updatedAtUs });
      await scan([seen('t1', 'grace', 9)]);
      expect(await sources()).toEqual([['t1', 'topo']]);
    });

    test('a change waits for its intent, three seconds at most', async () => {
      await listen();
      await at.tenant.announce([intent()]);
      expect(await scan([seen('t1', 'grace', 1)])).toBe(1);
      expect(await bodies()).toEqual([]);
      expect((await claimPoll()).hasUnpublished).toBe(true);
      at.nowMs += leaseMs;
      await scan([]);
      expect(await sources()).toEqual([['t1', 'topo']]);
    });

    test('an intent that is settled while its change waits makes it Zapier’s', async () => {
      await listen();
      await at.tenant.announce([intent(), intent({ id: 'int_2', task_id: 't3' })]);
      await scan([seen('t1', 'grace', 1), seen('t3', 'grace', 1, { sequence_id: 's3' })]);
      at.nowMs += 1_000;
      await at.tenant.settleIntent('int_1', done);
      await at.tenant.settleIntent('int_2', failed);
      await scan([]);
      expect((await sources()).toSorted()).toEqual([
        ['t1', 'zapier'],
        ['t3', 'topo'],
      ]);
    });

    test('an intent is settled once, and only by its organization', async () => {
      await listen();
      await at.tenant.announce([intent()]);
      expect(await at.store.tenant('other').settleIntent('int_1', done)).toBe(false);
      expect(await at.tenant.settleIntent('int_unknown', done)).toBe(false);
      expect(await at.tenant.settleIntent('int_1', failed)).toBe(true);
      expect(await at.tenant.settleIntent('int_1', done)).toBe(true);
      await scan([seen('t1', 'grace', 1)]);
      expect(await sources()).toEqual([['t1', 'topo']]);
    });

    test('an intent is forgotten after a day', async () => {
      await listen();
      await at.tenant.announce([intent()]);
      at.nowMs += 24 * 3_600_000 + 1;
      await at.tenant.announce([intent({ id: 'int_2', task_id: 't2' })]);
      expect(await at.tenant.settleIntent('int_1', done)).toBe(false);
      expect(await at.tenant.settleIntent('int_2', done)).toBe(true);
    });
  });
};
