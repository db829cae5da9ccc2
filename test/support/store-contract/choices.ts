import { describe, expect, test } from '@jest/globals';
import type { ChoiceMade, ChoiceToMake } from '../../../webhook-server/store/tenant-store.ts';
import { dayMs, leaseMs, newHook, type StoreBench, seen, seenMany } from './store-bench.ts';

const three = ['ada', 'bob', 'cy'];
const minuteMs = 60_000;
const done = { state: 'done', updatedAtUs: null } as const;
const failed = { state: 'failed', updatedAtUs: null } as const;
const retention = { eventMs: 30 * dayMs, deliveryMs: 30 * dayMs, deadDeliveryMs: 90 * dayMs, hookMs: 30 * dayMs };

export const describeChoices = (name: string, at: StoreBench): void => {
  let made = 0;

  const choice = (change: Partial<ChoiceToMake> = {}): ChoiceToMake => {
    made += 1;
    return { id: `cho_${made}`, taskId: `t${made}`, candidates: three, how: 'turn', isPreview: false, ...change };
  };

  const chosen = (outcome: ChoiceMade) => {
    if (outcome.kind === 'chosen') return outcome;
    throw new Error('Nobody was chosen.');
  };

  const choose = async (change: Partial<ChoiceToMake> = {}, tenant = at.tenant) =>
    chosen(await tenant.choose(choice(change)));

  const names = async (count: number, change: Partial<ChoiceToMake> = {}): Promise<string> => {
    const found: string[] = [];
    for (let index = 0; index < count; index += 1) found.push((await choose(change)).userId);
    return found.join(' ');
  };

  const watch = () => at.tenant.watch({ sealedKey: 'key', keyHash: 'hash', scopes: ['tasks:read', 'tasks:write'] });

  const cleanUp = async () => {
    at.nowMs += leaseMs;
    const lease = (await at.store.work.claimCleanUp({ leaseMs })) ?? '';
    const outcome = await at.store.work.removeExpired({ lease, leaseMs, retention, limit: 1_000 });
    await at.store.work.finishCleanUp({ lease, againInMs: 0 });
    return outcome;
  };

  const away = (user_id: string, untilMs: number | null) =>
    at.tenant.namePeople([
      { user_id, name: user_id, email: null, away_until: untilMs === null ? null : new Date(untilMs).toISOString() },
    ]);

  describe(`${name}: choosing in turn`, () => {
    test('gives each of them a turn, in whatever order they are named', async () => {
      await watch();
      expect(await names(4)).toBe('ada bob cy ada');
      expect(await names(2, { candidates: ['cy', 'ada', 'bob', 'ada'] })).toBe('bob cy');
    });

    test('other people, other workspaces and another way to choose have turns of their own', async () => {
      await watch();
      expect(await names(2)).toBe('ada bob');
      expect(await names(1, { candidates: ['bob', 'cy'] })).toBe('bob');
      const other = at.store.tenant('other');
      await other.watch({ sealedKey: 'key', keyHash: 'hash' });
      expect((await choose({}, other)).userId).toBe('ada');
      expect(await names(1)).toBe('cy');
    });

    test('the same task gets the same person while the choice is open and for a day after', async () => {
      await watch();
      const first = await choose({ taskId: 'same' });
      expect(await names(1)).toBe('bob');
      expect(await choose({ taskId: 'same' })).toEqual({ ...first, isRepeated: true });
      await at.tenant.settleChoice(first.id, done);
      at.nowMs += dayMs;
      expect(await choose({ taskId: 'same' })).toEqual({ ...first, isRepeated: true });
      at.nowMs += 1;
      const second = await choose({ taskId: 'same' });
      expect(second.id).not.toBe(first.id);
    });

    test('a choice that failed gives the turn back, once', async () => {
      await watch();
      const { id } = await choose({ taskId: 'same' });
      expect(await at.tenant.settleChoice(id, failed)).toBe(true);
      expect(await at.tenant.settleChoice(id, failed)).toBe(true);
      expect(await names(4, {})).toBe('ada bob cy ada');
      expect(await at.tenant.settleChoice('cho_unknown', failed)).toBe(false);
      expect(await at.store.tenant('other').settleChoice(id, failed)).toBe(false);
    });

    test('what is done keeps the turn, whatever is said of it later', async () => {
      await watch();
      const { id } = await choose();
      await at.tenant.settleChoice(id, done);
      await at.tenant.settleChoice(id, failed);
      expect(await names(3)).toBe('bob cy ada');
    });

    test('a preview says who is next, and takes nobody’s turn', async () => {
      await watch();
      expect(await names(3, { isPreview: true })).toBe('ada ada ada');
      expect(await names(1)).toBe('ada');
      expect(await names(2, { isPreview: true })).toBe('bob bob');
      const { userId } = await choose({ taskId: 'same' });
      expect(await names(1, { taskId: 'same', isPreview: true })).toBe(userId);
    });

    test('a choice that nobody settles gives the turn back after 15 minutes', async () => {
      await watch();
      await choose({ taskId: 'same' });
      at.nowMs += 15 * minuteMs;
      expect(await names(1, { isPreview: true })).toBe('bob');
      at.nowMs += 1;
      expect(await names(1, { isPreview: true })).toBe('ada');
      expect(await names(1, { taskId: 'same' })).toBe('ada');
    });

    test('who is away is left out, and is at most one turn ahead afterwards', async () => {
      await watch();
      await away('ada', at.nowMs + minuteMs);
      expect((await choose({ isPreview: true })).awayIds).toEqual(['ada']);
      expect(await names(8)).toBe('bob cy bob cy bob cy bob cy');
      at.nowMs += minuteMs;
      expect(await names(4)).toBe('ada ada bob cy');
    });

    test('nobody is chosen when all are away, and one that was chosen before stays chosen', async () => {
      await watch();
      const first = await choose({ taskId: 'same' });
      for (const user of three) await away(user, at.nowMs + minuteMs);
      expect(await at.tenant.choose(choice())).toEqual({ kind: 'all away' });
      expect((await choose({ taskId: 'same' })).userId).toBe(first.userId);
      await away('cy', null);
      expect(await names(2)).toBe('cy cy');
    });

    test('choices that come at once are as many for each', async () => {
      await watch();
      const found = await Promise.all(Array.from({ length: 30 }, () => choose()));
      for (const user of three) expect(found.filter(({ userId }) => userId === user)).toHaveLength(10);
    });

    test('the clean-up fails what nobody settled, and removes choices after a day and turns after a month', async () => {
      await watch();
      const { id } = await choose();
      const kept = await choose();
      await at.tenant.settleChoice(kept.id, done);
      at.nowMs += 16 * minuteMs;
      await cleanUp();
      expect(await names(1, { isPreview: true })).toBe('ada');
      at.nowMs += dayMs + 1;
      await cleanUp();
      expect(await at.tenant.settleChoice(id, done)).toBe(false);
      expect(await at.tenant.settleChoice(kept.id, done)).toBe(false);
      expect(await names(2, {})).toBe('ada cy');
      at.nowMs += 32 * dayMs;
      await cleanUp();
      await cleanUp();
      expect(await names(1)).toBe('ada');
    });

    test('turns that were used longest ago are forgotten when there are very many', async () => {
      await watch();
      const many = Array.from({ length: 99 }, (_, index) => `p${String(index).padStart(2, '0')}`);
      await choose({ candidates: ['first', ...many] });
      at.nowMs += minuteMs;
      for (let set = 0; set < 200; set += 1) await choose({ candidates: [`set${set}`, ...many] });
      expect(await names(1, { candidates: ['first', ...many] })).toBe('first');
      expect(await names(1, { candidates: ['set150', ...many] })).toBe('p01');
    });

    test('a forgotten workspace forgets whose turn it was', async () => {
      await watch();
      await choose();
      expect(await at.tenant.forgetWorkspace()).toBe('forgotten');
      await cleanUp();
      await watch();
      expect(await names(1)).toBe('ada');
    });
  });

  describe(`${name}: choosing who has the fewest open tasks`, () => {
    const fewest = (change: Partial<ChoiceToMake> = {}) => choose({ how: 'fewest', ...change });

    /** Ada has three open tasks, Bob one, Cy two. */
    const begin = async () => {
      await at.tenant.subscribe(newHook());
      await at.scan([...seenMany(3, 'Ada'), seen('b1', 'bob'), seen('c1', 'cy'), seen('c2', 'cy'), seen('n1', null)], {
        kind: 'baseline',
      });
    };

    test('counts the snapshot, without closed tasks', async () => {
      await begin();
      expect(await fewest({ isPreview: true })).toMatchObject({ userId: 'bob', openTasks: 1 });
      const closed = seenMany(3, 'Ada', 1).map((row) => ({ ...row, isOpen: false }));
      await at.scan(closed);
      expect(await fewest({ isPreview: true })).toMatchObject({ userId: 'ada', openTasks: 0 });
    });

    test('counts what was chosen and is not seen yet, and of equals the one next in turn', async () => {
      await begin();
      const found = [await fewest(), await fewest(), await fewest(), await fewest(), await fewest()];
      expect(found.map(({ userId, openTasks }) => `${userId} ${openTasks}`)).toEqual([
        'bob 1',
        'cy 2',
        'bob 2',
        'ada 3',
        'cy 3',
      ]);
    });

    test('a task that somebody of them has is one less for them once it was chosen for another', async () => {
      await begin();
      await fewest({ taskId: 'many-0' });
      await fewest({ taskId: 'many-1', candidates: ['bob', 'cy'] });
      // Ada has one, Bob three, Cy two.
      expect(await fewest({ isPreview: true })).toMatchObject({ userId: 'ada', openTasks: 1 });
    });

    test('a task stays with whoever has no more others than anybody else', async () => {
      await at.tenant.subscribe(newHook());
      await at.scan([seen('b1', 'bob'), seen('b2', 'bob'), seen('c1', 'cy'), seen('c2', 'cy')], { kind: 'baseline' });
      const candidates = ['bob', 'cy'];
      expect(await fewest({ taskId: 'b1', candidates, isPreview: true })).toMatchObject({
        userId: 'bob',
        openTasks: 1,
      });
      expect(await fewest({ taskId: 'c1', candidates, isPreview: true })).toMatchObject({ userId: 'cy', openTasks: 1 });
    });

    test('what failed does not count any more', async () => {
      await begin();
      const { id } = await fewest();
      await at.tenant.settleChoice(id, failed);
      expect(await fewest({ isPreview: true })).toMatchObject({ userId: 'bob', openTasks: 1 });
    });

    test('what is done counts once, when the snapshot shows it as well', async () => {
      await begin();
      const { id } = await fewest({ taskId: 'n1', candidates: ['bob', 'cy'] });
      expect(await fewest({ candidates: ['bob'], isPreview: true })).toMatchObject({ openTasks: 2 });
      await at.tenant.settleChoice(id, { state: 'done', updatedAtUs: seen('n1', 'bob', 2).updatedAtUs });
      await at.scan([seen('n1', 'bob', 2)]);
      expect(await fewest({ candidates: ['bob'], isPreview: true })).toMatchObject({ openTasks: 2 });
      await at.scan([seen('n1', 'cy', 3)]);
      expect(await fewest({ candidates: ['bob'], isPreview: true })).toMatchObject({ openTasks: 1 });
    });

    test('what is done and never seen counts until Topo was looked at a minute later', async () => {
      await begin();
      const { id } = await fewest({ taskId: 'gone' });
      await at.tenant.settleChoice(id, done);
      const look = async () => {
        const { organizationId, lease } = await at.claimPoll();
        const ended = { nextPollInMs: 0, result: 'done' as const, sawChange: false, readAtMs: at.nowMs };
        await at.store.work.finishPoll({ organizationId, lease, ...ended });
      };
      at.nowMs += minuteMs;
      await look();
      expect(await fewest({ candidates: ['bob'], isPreview: true })).toMatchObject({ openTasks: 2 });
      at.nowMs += 1;
      await look();
      expect(await fewest({ candidates: ['bob'], isPreview: true })).toMatchObject({ openTasks: 1 });
    });

    test('what was announced counts, with the other tasks of its sequence run', async () => {
      await begin();
      await at.tenant.announce([{ id: 'int_1', task_id: 'c1', assignee_user_id: 'bob', scope: 'SEQUENCE' }]);
      // Bob’s own task and both of Cy’s are of one run, and so is the one that nobody has.
      expect(await fewest({ candidates: ['bob'], isPreview: true })).toMatchObject({ openTasks: 4 });
      expect(await fewest({ candidates: ['cy'], isPreview: true })).toMatchObject({ openTasks: 0 });
      await at.tenant.settleIntent('int_1', failed);
      expect(await fewest({ candidates: ['bob'], isPreview: true })).toMatchObject({ openTasks: 1 });
    });

    test('an announcement that nobody settled counts for half a minute', async () => {
      await begin();
      await at.tenant.announce([{ id: 'int_1', task_id: 'n1', assignee_user_id: 'bob', scope: 'TASK' }]);
      expect(await fewest({ candidates: ['bob'], isPreview: true })).toMatchObject({ openTasks: 2 });
      at.nowMs += 30_001;
      expect(await fewest({ candidates: ['bob'], isPreview: true })).toMatchObject({ openTasks: 1 });
    });

    test('who waits for a turn among equals gets no more than the others later', async () => {
      await begin();
      expect(await names(4, { how: 'fewest', candidates: ['dan', 'eve'] })).toBe('dan eve dan eve');
    });
  });
};
