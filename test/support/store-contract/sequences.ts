import { describe, expect, test } from '@jest/globals';
import type { NewHook } from '../../../webhook-server/store/tenant-store.ts';
import { hourMs, leaseMs, newHook, type StoreBench, seen } from './store-bench.ts';

export const describeSequences = (name: string, at: StoreBench): void => {
  const { scan, listen, claimPoll, bodies } = at;
  const template = '3c90c3cc-0d44-4b50-8888-8dd25736052a';
  const wantsTemplate: Partial<NewHook> = { filters: { sequence_template_ids: [template] } };

  const toLookUp = (limit = 10) => at.store.work.sequencesToLookUp('org', limit);

  const record = async (
    sequences: { sequenceId: string; templateId: string | null }[],
    { lease, hasFailed = false }: { lease?: string; hasFailed?: boolean } = {},
  ) => {
    const claim = await claimPoll();
    const { organizationId } = claim;
    const lookUp = { organizationId, lease: lease ?? claim.lease, sequences, hasFailed };
    await at.store.work.recordSequences(lookUp, { leaseMs });
    await at.store.work.finishPoll({ ...claim, nextPollInMs: 0, result: 'done', sawChange: false });
  };

  describe(`${name}: sequences`, () => {
    test('nothing is looked up while no hook asks for templates', async () => {
      await listen();
      await scan([seen('t1', 'grace', 1)]);
      expect(await toLookUp()).toEqual([]);
      expect(await bodies()).toMatchObject([{ sequence_template_id: null }]);
    });

    test('a change waits until its run was looked up, and is then told to whom it matters', async () => {
      await listen(wantsTemplate);
      await scan([seen('t1', 'grace', 1), seen('t2', 'grace', 2)]);
      expect(await bodies()).toEqual([]);
      expect(await toLookUp()).toEqual(['s1']);
      await record([{ sequenceId: 's1', templateId: template.toUpperCase() }]);
      expect(await toLookUp()).toEqual([]);
      expect(await bodies()).toMatchObject([{ task: { id: 't1' }, sequence_template_id: template.toUpperCase() }]);
      const page = await at.tenant.events({ limit: 10, sequenceTemplateIds: [template] });
      expect(page?.items).toHaveLength(2);
    });

    test('a run is looked up once, for good', async () => {
      await listen(wantsTemplate);
      await scan([seen('t1', 'grace', 1)]);
      await record([{ sequenceId: 's1', templateId: template }]);
      await scan([seen('t1', 'ada', 2)]);
      expect(await toLookUp()).toEqual([]);
      expect((await at.tenant.events({ limit: 10 }))?.items).toHaveLength(2);
    });

    test('a run of which Topo tells no template is no one’s', async () => {
      await listen(wantsTemplate);
      await at.tenant.subscribe(newHook({ id: 'all' }));
      await scan([seen('t1', 'grace', 1)]);
      await record([{ sequenceId: 's1', templateId: null }]);
      expect((await at.claimDeliveries()).map(({ hookId }) => hookId)).toEqual(['all']);
    });

    test('a task of no run does not wait', async () => {
      await listen(wantsTemplate);
      await at.tenant.subscribe(newHook({ id: 'all' }));
      await scan([seen('t3', 'grace', 1, { sequence_id: null })]);
      expect(await toLookUp()).toEqual([]);
      expect((await at.claimDeliveries()).map(({ hookId }) => hookId)).toEqual(['all']);
    });

    test('a look-up that fails is waited for, and given up when it still fails after an hour', async () => {
      await listen(wantsTemplate);
      await at.tenant.subscribe(newHook({ id: 'all' }));
      await scan([seen('t1', 'grace', 1)]);
      at.nowMs += hourMs - 1_000;
      await record([], { hasFailed: true });
      expect(await at.claimDeliveries()).toEqual([]);
      at.nowMs += 1_000;
      await scan([]);
      expect(await at.claimDeliveries()).toEqual([]);
      await record([], { hasFailed: true });
      expect((await at.claimDeliveries()).map(({ hookId }) => hookId)).toEqual(['all']);
    });

    test('a look-up renews the lease', async () => {
      await listen(wantsTemplate);
      await scan([seen('t1', 'grace', 1)]);
      const { organizationId, lease } = await claimPoll();
      at.nowMs += leaseMs - 1;
      await at.store.work.recordSequences({ organizationId, lease, sequences: [], hasFailed: false }, { leaseMs });
      at.nowMs += leaseMs - 1;
      expect(await at.store.work.claimPolls({ limit: 1, leaseMs })).toEqual([]);
      at.nowMs += 1;
      expect(await at.store.work.claimPolls({ limit: 1, leaseMs })).toHaveLength(1);
    });

    test('so many are answered as were asked for, of this organization alone', async () => {
      await listen(wantsTemplate);
      await scan([seen('t1', 'grace', 1), seen('t3', 'grace', 1, { sequence_id: 's3' })]);
      expect((await toLookUp()).toSorted()).toEqual(['s1', 's3']);
      expect(await toLookUp(1)).toHaveLength(1);
      expect(await at.store.work.sequencesToLookUp('other', 10)).toEqual([]);
    });

    test('what comes after the lease was lost is not stored', async () => {
      await listen(wantsTemplate);
      await scan([seen('t1', 'grace', 1)]);
      await record([{ sequenceId: 's1', templateId: template }], { lease: 'another' });
      expect(await toLookUp()).toEqual(['s1']);
    });

    test('when the last hook that asks has ended, nothing waits any more', async () => {
      const asking = await listen(wantsTemplate);
      await at.tenant.subscribe(newHook({ id: 'all' }));
      await scan([seen('t1', 'grace', 1)]);
      await at.tenant.endHook(asking.id);
      expect(await toLookUp()).toEqual([]);
      await scan([]);
      expect((await at.claimDeliveries()).map(({ hookId }) => hookId)).toEqual(['all']);
    });
  });
};
