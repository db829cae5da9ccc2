import { describe, expect, test } from '@jest/globals';
import { newHook, type StoreBench, seen } from './store-bench.ts';

export const describeVerdicts = (name: string, at: StoreBench): void => {
  const { scan, listen, settleAll } = at;

  const newest = async (): Promise<string> => (await at.tenant.events({ limit: 1 }))?.items[0]?.id ?? '';
  const verdicts = async (eventId: string) =>
    Object.fromEntries(
      ((await at.tenant.event(eventId))?.hooks ?? []).map(({ hookId, verdict }) => [
        hookId,
        verdict.kind === 'sent'
          ? verdict.deliveries.map(({ state, attemptsMade }) => `${state} ${attemptsMade.length}`)
          : verdict.kind === 'kept out'
            ? verdict.filter
            : verdict.kind,
      ]),
    );

  describe(`${name}: what became of an event`, () => {
    test('it was sent, kept out by a filter, of another kind, or the hook was not there', async () => {
      await listen({ id: 'hok_all' });
      const add = (id: string, change: Parameters<typeof newHook>[0] = {}) =>
        at.tenant.subscribe(newHook({ id, ...change }));
      await add('hok_of_today', { filters: { priorities: ['TODAY'] } });
      await add('hok_of_emails', { filters: { task_types: ['EMAIL_REPLY'], priorities: ['HOT'] } });
      await add('hok_of_closings', { events: ['task.closed'] });
      await add('hok_off');
      await at.tenant.endHook('hok_off');
      at.nowMs += 1_000;
      await scan([seen('t1', 'grace', 1)]);
      await settleAll();
      await add('hok_new');
      expect(await verdicts(await newest())).toEqual({
        hok_all: ['delivered 1'],
        hok_of_today: 'priorities',
        hok_of_emails: 'task_types',
        hok_of_closings: 'other event',
        hok_off: 'off',
        hok_new: 'not there yet',
      });
      expect(await at.store.tenant('another').event(await newest())).toBeUndefined();
      expect(await at.tenant.event('evt_unknown')).toBeUndefined();
    });

    test('the filters count that the hook had then', async () => {
      const hook = newHook({ id: 'hok_changing', filters: { priorities: ['TODAY'] } });
      await at.tenant.subscribe(hook);
      await scan([seen('t1', 'ada'), seen('t2', 'ada')], { kind: 'baseline' });
      await scan([seen('t1', 'grace', 1)]);
      const before = await newest();
      at.nowMs += 1_000;
      await at.tenant.subscribe({ ...hook, filters: { task_types: ['EMAIL_REPLY'] } });
      await scan([seen('t1', 'grace', 1), seen('t2', 'hedy', 2)]);
      expect(await verdicts(await newest())).toEqual({ hok_changing: 'task_types' });
      at.nowMs += 1_000;
      await at.tenant.subscribe({ ...hook, filters: {} });
      await at.tenant.subscribe({ ...hook, filters: {} });
      expect(await verdicts(before)).toEqual({ hok_changing: 'priorities' });
    });

    test('what several changes were told as is found for each of them', async () => {
      await listen({ id: 'hok_together', oncePer: 'sequence' });
      await scan([seen('t1', 'grace', 1), seen('t2', 'grace', 2)]);
      await settleAll();
      const events = (await at.tenant.events({ limit: 10 }))?.items ?? [];
      expect(events).toHaveLength(2);
      for (const { id } of events) expect(await verdicts(id)).toEqual({ hok_together: ['delivered 1'] });
    });

    test('what was sent again by hand belongs to it', async () => {
      await listen({ id: 'hok_again' });
      await scan([seen('t1', 'grace', 1)]);
      await settleAll();
      const [first] = (await at.tenant.searchDeliveries({ limit: 1 }))?.deliveries ?? [];
      await at.tenant.retryDelivery(first?.id ?? '');
      expect(await verdicts(await newest())).toEqual({ hok_again: ['delivered 1', 'waiting 0'] });
    });

    test('a hook that waits for a template has not decided', async () => {
      await listen({
        id: 'hok_by_template',
        filters: { sequence_template_ids: ['00000000-0000-4000-8000-000000000001'] },
      });
      await scan([seen('t1', 'grace', 1)]);
      expect(await verdicts(await newest())).toEqual({ hok_by_template: 'undecided' });
    });
  });
};
