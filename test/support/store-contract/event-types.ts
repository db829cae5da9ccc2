import { describe, expect, test } from '@jest/globals';
import { type EventType, TaskEvent } from '../../../contract/event.ts';
import { newHook, type StoreBench, seen } from './store-bench.ts';

const everything: EventType[] = ['task.reassigned', 'task.created', 'task.closed', 'task.reopened'];

type Row = ReturnType<typeof seen>;

/** The same task, made so many minutes after the workspace was read. */
const made = (minute: number, row: Row): Row => {
  const createdAtUs = row.createdAtUs + minute * 60_000_000;
  const created_at = new Date(createdAtUs / 1000).toISOString();
  return { ...row, task: { ...row.task, created_at }, createdAtUs };
};

const closed = (row: Row, status = 'COMPLETED', disposition: string | null = null): Row => ({
  ...row,
  isOpen: false,
  task: { ...row.task, status, disposition },
});

const told = (events: readonly TaskEvent[]) =>
  events.map(({ type, task, previous_assignee, new_assignee }) => [
    type,
    task.id,
    previous_assignee.user_id,
    new_assignee.user_id,
  ]);

export const describeEventTypes = (name: string, at: StoreBench): void => {
  const { scan, listen } = at;

  /** All that is due, one after the other where it is about the same sequence run. */
  const bodies = async (): Promise<TaskEvent[]> => {
    const events: TaskEvent[] = [];
    for (;;) {
      const claims = await at.claimDeliveries();
      if (claims.length === 0) return events;
      for (const claim of claims) {
        events.push(TaskEvent.parse(JSON.parse(claim.body)));
        await at.settle(claim);
      }
    }
  };
  describe(`${name}: what happens to tasks`, () => {
    test('a task that was made since somebody listens is new, once, and one that is older is not', async () => {
      await listen({ events: everything });
      await scan([made(5, seen('new', 'grace', 300)), seen('old', 'grace', 1)]);
      await scan([made(5, seen('new', 'grace', 300))]);
      const events = await bodies();
      expect(told(events)).toEqual([['task.created', 'new', null, 'grace']]);
      expect(events).toMatchObject([
        {
          kind: 'created',
          source: 'topo',
          occurred_at: '2026-01-05T09:05:00.000Z',
          summary: 'A call (hot) is new for a colleague.',
        },
      ]);
    });

    test('a first reading tells of no new task, whenever it was made', async () => {
      await at.tenant.subscribe(newHook({ events: everything }));
      await scan([made(5, seen('t1', 'ada', 300))], { kind: 'baseline' });
      expect(await bodies()).toEqual([]);
    });

    test('in a workspace that had no task, the first one is new', async () => {
      await at.tenant.subscribe(newHook({ events: everything }));
      await scan([], { kind: 'baseline' });
      await scan([made(5, seen('t1', 'ada', 300))]);
      expect(told(await bodies())).toEqual([['task.created', 't1', null, 'ada']]);
    });

    test('one that was closed before anybody saw it is new, and then closed', async () => {
      await listen({ events: everything });
      await scan([closed(made(5, seen('new', 'grace', 360)), 'SKIPPED')]);
      const events = await bodies();
      expect(told(events)).toEqual([
        ['task.created', 'new', null, 'grace'],
        ['task.closed', 'new', 'grace', null],
      ]);
      expect(events[1]).toMatchObject({ kind: 'closed', outcome: 'skipped', disposition: null, open_seconds: 60 });
    });

    test('what was given to somebody and closed meanwhile was given first, and then closed by them', async () => {
      await listen({ events: everything });
      await scan([closed(seen('t1', 'grace', 60), 'COMPLETED', 'ANSWERED')]);
      const events = await bodies();
      expect(told(events)).toEqual([
        ['task.reassigned', 't1', 'ada', 'grace'],
        ['task.closed', 't1', 'grace', null],
      ]);
      expect(events[1]).toMatchObject({
        outcome: 'completed',
        disposition: 'ANSWERED',
        summary: 'A call (hot) was completed while with a colleague.',
      });
    });

    test('what comes back to somebody else is reopened, and then theirs', async () => {
      await listen({ events: everything });
      await scan([closed(seen('t1', 'ada', 60))]);
      await bodies();
      await scan([seen('t1', 'grace', 120)]);
      expect(told(await bodies())).toEqual([
        ['task.reopened', 't1', null, 'ada'],
        ['task.reassigned', 't1', 'ada', 'grace'],
      ]);
      expect(await at.tenant.events({ limit: 10, types: everything })).toMatchObject({
        items: [{ type: 'task.reassigned' }, { type: 'task.reopened' }, { type: 'task.closed' }],
      });
    });

    test('a hook hears of what it asked for, and one that asked for nothing of reassignments', async () => {
      await listen({ events: ['task.closed'] });
      await scan([closed(seen('t1', 'grace', 60)), made(5, seen('new', 'ada', 300))]);
      expect((await bodies()).map(({ type }) => type)).toEqual(['task.closed']);
      await at.tenant.subscribe(newHook());
      await scan([closed(seen('t2', 'grace', 400)), made(8, seen('newer', 'ada', 500))]);
      const events = await bodies();
      expect(events.map(({ type }) => type).sort()).toEqual(['task.closed', 'task.reassigned']);
    });

    test('whoever lists events without saying which gets reassignments alone', async () => {
      await listen({ events: everything });
      await scan([closed(seen('t1', 'grace', 60)), made(5, seen('new', 'ada', 300))]);
      const page = await at.tenant.events({ limit: 10 });
      expect(page?.items.map(({ type }) => type)).toEqual(['task.reassigned']);
      const closings = await at.tenant.events({ limit: 10, types: ['task.closed'], kinds: ['assigned'] });
      expect(closings?.items.map(({ type }) => type)).toEqual(['task.closed']);
    });

    test('tasks of one sequence run that come together are told together, each kind for itself', async () => {
      await listen({ events: everything, oncePer: 'sequence' });
      await scan([
        made(5, seen('new-1', 'grace', 300)),
        made(5, seen('new-2', 'grace', 300)),
        closed(seen('t1', 'ada', 300)),
        closed(seen('t2', 'ada', 300)),
      ]);
      const events = await bodies();
      expect(events.map(({ type, changes_count }) => [type, changes_count])).toEqual([
        ['task.created', 2],
        ['task.closed', 2],
      ]);
    });

    test('an announcement speaks for no new task', async () => {
      await listen({ events: everything });
      await at.tenant.announce([{ id: 'int_1', task_id: 'new', assignee_user_id: 'grace', scope: 'TASK' }]);
      await scan([made(5, seen('new', 'grace', 300))]);
      expect(await bodies()).toMatchObject([{ type: 'task.created', source: 'topo' }]);
    });
  });
};
