import { describe, expect, test } from '@jest/globals';
import type { NewHook } from '../../../webhook-server/store/tenant-store.ts';
import { leaseMs, newHook, type StoreBench, seen } from './store-bench.ts';

export const describeSequences = (name: string, at: StoreBench): void => {
  const { scan, listen, claimPoll, bodies } = at;
  const template = '3c90c3cc-0d44-4b50-8888-8dd25736052a';
  const wantsTemplate: Partial<NewHook> = { filters: { sequence_template_ids: [template] } };

  const toLookUp = async () => {
    const { asksForTemplates, waiting } = await at.store.work.factsToLookUp('org');
    return asksForTemplates ? waiting.sequenceIds : [];
  };

  const record = async (
    sequences: { sequenceId: string; templateId: string | null }[],
    { lease }: { lease?: string } = {},
  ) => {
    const claim = await claimPoll();
    const { organizationId } = claim;
    const found = sequences.map((sequence) => ({ ...sequence, contactId: null }));
    const lookUp = { organizationId, lease: lease ?? claim.lease, sequences: found };
    await at.store.work.recordFacts(lookUp, { leaseMs });
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

    test('who does not ask for a template is told at once, with a body that stays as it is', async () => {
      await listen(wantsTemplate);
      await at.tenant.subscribe(newHook({ id: 'all' }));
      await scan([seen('t1', 'grace', 1)]);
      const [claim] = await at.claimDeliveries();
      expect(claim?.hookId).toBe('all');
      expect(JSON.parse(claim?.body ?? '')).toMatchObject({ sequence_template_id: null });
      await record([{ sequenceId: 's1', templateId: template }]);
      const page = await at.tenant.events({ limit: 10, sequenceTemplateIds: [template] });
      expect(page?.items).toMatchObject([{ task: { id: 't1' }, sequence_template_id: null }]);
    });

    test('a change whose other filters do not match asks for no template', async () => {
      await listen({ filters: { sequence_template_ids: [template], task_types: ['EMAIL_REPLY'] } });
      await scan([seen('t1', 'grace', 1)]);
      expect(await toLookUp()).toEqual([]);
    });

    test('a hook that decides later gets what it wants once, in order, and nothing overtakes it', async () => {
      await listen(wantsTemplate);
      await scan([seen('t1', 'grace', 1)]);
      await scan([seen('t1', 'ada', 2), seen('t2', 'ada', 2)]);
      await scan([seen('t1', 'grace', 3)]);
      expect(await at.claimDeliveries()).toEqual([]);
      await record([{ sequenceId: 's1', templateId: template }]);
      await scan([seen('t1', 'ada', 4)]);
      const people: (string | null)[] = [];
      for (let turns = 0; turns < 5; turns += 1) {
        for (const claim of await at.claimDeliveries()) {
          const { task, new_assignee } = JSON.parse(claim.body);
          if (task.id === 't1') people.push(new_assignee.user_id);
          await at.settle(claim);
        }
      }
      expect(people).toEqual(['grace', 'ada', 'grace', 'ada']);
      await record([{ sequenceId: 's1', templateId: template }]);
      expect(await at.claimDeliveries()).toEqual([]);
    });

    test('a hook that decides later is told in the order in which the changes were found', async () => {
      await listen(wantsTemplate);
      await scan([seen('t1', 'grace', 9)]);
      await scan([seen('t2', 'grace', 3)]);
      await record([{ sequenceId: 's1', templateId: template }]);
      const first = await at.claimDelivery();
      expect(JSON.parse(first.body)).toMatchObject({ task: { id: 't1' } });
      await at.settle(first);
      expect(await bodies()).toMatchObject([{ task: { id: 't2' } }]);
    });

    test('a hook that wants one event a sequence gets the batch as one', async () => {
      await listen({ ...wantsTemplate, oncePer: 'sequence' });
      await scan([seen('t1', 'grace', 1), seen('t2', 'grace', 2)]);
      await record([{ sequenceId: 's1', templateId: template }]);
      expect(await bodies()).toMatchObject([{ changes_count: 2, sequence_template_id: template }]);
    });

    test('a hook whose filters change while it waits decides by the new ones, before what is newer', async () => {
      await listen({ ...wantsTemplate, targetHash: 'same' });
      await scan([seen('t1', 'grace', 1)]);
      await at.tenant.subscribe(newHook({ targetHash: 'same' }));
      await scan([seen('t1', 'ada', 2)]);
      const first = await at.claimDelivery();
      expect(JSON.parse(first.body)).toMatchObject({ new_assignee: { user_id: 'grace' } });
      await at.settle(first);
      expect(await bodies()).toMatchObject([{ new_assignee: { user_id: 'ada' } }]);
    });

    test('a hook that ends while it waits is told nothing', async () => {
      const asking = await listen(wantsTemplate);
      await at.tenant.subscribe(newHook({ id: 'all' }));
      await scan([seen('t1', 'grace', 1)]);
      await at.tenant.endHook(asking.id);
      await record([{ sequenceId: 's1', templateId: template }]);
      expect((await at.claimDeliveries()).map(({ hookId }) => hookId)).toEqual(['all']);
      expect(await at.tenant.deliveries(asking.id, { limit: 10 })).toMatchObject({
        deliveries: [{ state: 'dropped', reason: 'the hook has ended' }],
      });
    });

    test('after five minutes the verdict is that the template is unknown, and it can be sent by hand', async () => {
      const asking = await listen(wantsTemplate);
      await scan([seen('t1', 'grace', 1)]);
      const foundAtMs = at.nowMs;
      at.nowMs = foundAtMs + 5 * 60_000 - 1;
      await record([]);
      expect(await toLookUp()).toEqual(['s1']);
      expect(await at.tenant.deliveries(asking.id, { limit: 10 })).toMatchObject({ deliveries: [] });
      expect(await at.store.work.msUntilPoll()).toBeLessThanOrEqual(1);
      at.nowMs += 1;
      await record([]);
      expect(await toLookUp()).toEqual([]);
      const listing = await at.tenant.deliveries(asking.id, { limit: 10, state: 'dropped' });
      if (listing.kind !== 'page') throw new Error(listing.kind);
      expect(listing.deliveries).toMatchObject([{ state: 'dropped', reason: 'the template is unknown', attempts: 0 }]);
      expect(await at.claimDeliveries()).toEqual([]);

      const [dropped] = listing.deliveries;
      expect(await at.tenant.retryDelivery(dropped?.id ?? '')).toMatchObject({ kind: 'queued' });
      expect(await bodies()).toMatchObject([
        { task: { id: 't1' }, sequence_template_id: null, is_template_unknown: true },
      ]);
    });

    test('what waited for a template when its hook ended is dropped with all else, and can be recovered', async () => {
      const asking = await listen(wantsTemplate);
      await scan([seen('t1', 'grace', 1)]);
      await at.tenant.endHook(asking.id);
      expect(await at.tenant.deliveries(asking.id, { limit: 10 })).toMatchObject({
        deliveries: [{ state: 'dropped', reason: 'the hook has ended', attempts: 0 }],
      });
      expect(await toLookUp()).toEqual([]);
    });

    test('what was given up is recovered with what was lost', async () => {
      const asking = await listen({ ...wantsTemplate, oncePer: 'sequence' });
      await scan([seen('t1', 'grace', 1), seen('t2', 'grace', 2)]);
      at.nowMs += 5 * 60_000;
      await record([]);
      const recovery = await at.tenant.recoverDeliveries(asking.id, { sinceMs: 0, limit: 10 });
      expect(recovery).toMatchObject({ kind: 'queued', count: 1 });
      expect(await bodies()).toMatchObject([{ changes_count: 2 }]);
    });

    test('a look-up renews the lease', async () => {
      await listen(wantsTemplate);
      await scan([seen('t1', 'grace', 1)]);
      const { organizationId, lease } = await claimPoll();
      at.nowMs += leaseMs - 1;
      await at.store.work.recordFacts({ organizationId, lease }, { leaseMs });
      at.nowMs += leaseMs - 1;
      expect(await at.store.work.claimPolls({ limit: 1, leaseMs })).toEqual([]);
      at.nowMs += 1;
      expect(await at.store.work.claimPolls({ limit: 1, leaseMs })).toHaveLength(1);
    });

    test('what is to be looked up is that of this organization alone', async () => {
      await listen(wantsTemplate);
      await scan([seen('t1', 'grace', 1), seen('t3', 'grace', 1, { sequence_id: 's3' })]);
      expect((await toLookUp()).toSorted()).toEqual(['s1', 's3']);
      expect((await at.store.work.factsToLookUp('other')).waiting.sequenceIds).toEqual([]);
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
