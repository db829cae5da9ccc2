import { expect, test } from '@jest/globals';
import type { DeliveryJob } from '../../../webhook-server/delivery/delivery.ts';
import { StoreError } from '../../../webhook-server/store/store.ts';
import type { WorkStore } from '../../../webhook-server/store/work-store.ts';
import { describePostgres, openPostgresStore } from '../../support/postgres.ts';
import { startReceiver } from '../../support/receiver.ts';
import { startHook } from '../../support/start-hook.ts';
import { watchWorkspace } from '../../support/watch-workspace.ts';

type Method = 'claimPolls' | 'claimDeliveries' | 'recordPage' | 'finishPoll';

/** A store that, once it is told so, loses the answer of a method's next call: it is stored, and the caller hears an error. */
const createLosing = () => {
  const losing = new Set<Method>();
  const lost = (name: Method): boolean => losing.delete(name);
  const lose = async <Result>(name: Method, result: Promise<Result>): Promise<Result> => {
    const isLost = lost(name);
    const value = await result;
    if (isLost) throw new StoreError('The connection was lost.');
    return value;
  };
  return {
    losing,
    through: (work: WorkStore): WorkStore => ({
      ...work,
      claimPolls: (options) => lose('claimPolls', work.claimPolls(options)),
      claimDeliveries: (options) => lose('claimDeliveries', work.claimDeliveries(options)),
      recordPage: (page, options) => lose('recordPage', work.recordPage(page, options)),
      finishPoll: (outcome) => lose('finishPoll', work.finishPoll(outcome)),
    }),
  };
};

const describeDetector = (openStore?: (clock: () => number) => ReturnType<typeof openPostgresStore>) => {
  const begin = async () => {
    const { losing, through } = createLosing();
    const at = await watchWorkspace({ taskCount: 5, throughStore: through, ...(openStore ? { openStore } : {}) });
    await at.subscribe();
    await at.listen();
    // A change may be seen a moment after it was made.
    const change = (index: number) => {
      const task = at.workspace.tasks[index];
      const person = at.workspace.people.find(({ userId }) => userId !== task?.assignee_user_id);
      at.sandbox.reassign(task?.id ?? '', person?.userId ?? null);
    };
    return { at, losing, change };
  };

  test('a workspace whose claim was cut off is polled as soon as the database answers', async () => {
    const { at, losing, change } = await begin();
    change(0);
    at.passTime(15_000);
    losing.add('claimPolls');
    await expect(at.poll()).rejects.toThrow(StoreError);
    expect(await at.store.work.claimPolls({ limit: 1, leaseMs: 60_000 })).toEqual([]);
    expect(await at.poll()).toBeGreaterThan(0);
    expect(await at.events()).toHaveLength(1);
    await at.close();
  });

  test('a poll whose end was cut off is ended when the database answers, and the next one is not late', async () => {
    const { at, losing, change } = await begin();
    change(0);
    at.passTime(15_000);
    losing.add('finishPoll');
    await at.poll();
    change(1);
    at.passTime(15_000);
    await at.poll();
    expect(await at.events()).toHaveLength(2);
    await at.close();
  });

  test('a page that was cut off is read again a second later', async () => {
    const { at, losing, change } = await begin();
    change(0);
    at.passTime(15_000);
    losing.add('recordPage');
    await at.poll();
    at.passTime(1_000);
    await at.poll();
    expect(await at.events()).toHaveLength(1);
    expect(at.log.lines.filter((line) => line.includes('a poll could not be stored'))).toHaveLength(1);
    await at.close();
  });
};

test('deliveries whose claim was cut off are sent by the next one, and not while they are under way', async () => {
  const clocks = { nowMs: Date.now(), monotonicMs: 0 };
  const receiver = await startReceiver();
  const hook = await startHook(receiver.url, clocks);
  await hook.assign('grace', ['t1']);
  const { losing, through } = createLosing();
  const delivery = hook.startDelivery(through(hook.store.work));
  losing.add('claimDeliveries');
  await expect(delivery.claim(10)).rejects.toThrow(StoreError);
  expect(await hook.deliver()).toBe(0);

  const claims = await delivery.claim(10);
  expect(claims).toHaveLength(1);
  losing.add('claimDeliveries');
  await expect(delivery.claim(10)).rejects.toThrow(StoreError);
  expect(await delivery.claim(10)).toEqual([]);
  await Promise.all(claims.map((claim) => delivery.run(claim, new AbortController().signal)));
  expect(receiver.received).toHaveLength(1);
  expect(await hook.deliveries()).toMatchObject([{ state: 'delivered' }]);
});

/** A delivery that claims while pages are recorded, over a store that loses answers. */
const startClaiming = async () => {
  const receiver = await startReceiver();
  const hook = await startHook(receiver.url, { nowMs: Date.now(), monotonicMs: 0 });
  const { losing, through } = createLosing();
  const work = through(hook.store.work);
  const delivery = hook.startDelivery(work);
  const jobs: DeliveryJob[] = [];
  /** @param recorded what must happen before the outcome is known. */
  const assign = (userId: string, recorded: () => Promise<void> = async () => {}) =>
    hook.assign(userId, ['t1'], undefined, async (page, options) => {
      const claimed = await delivery.claimWhile(4, async (claim) => {
        const outcome = await work.recordPage(page, { ...options, claim });
        await recorded();
        return outcome;
      });
      jobs.push(...claimed.jobs);
      return claimed.result;
    });
  const runAll = (claims: readonly DeliveryJob[]) =>
    Promise.all(claims.map((claim) => delivery.run(claim, new AbortController().signal)));
  return { receiver, hook, losing, delivery, jobs, assign, runAll };
};

test('what a page leased whose answer was lost is sent by the next claim', async () => {
  const { receiver, hook, losing, delivery, jobs, assign, runAll } = await startClaiming();
  losing.add('recordPage');
  await expect(assign('grace')).rejects.toThrow(StoreError);
  expect(jobs).toEqual([]);
  expect(await hook.deliver()).toBe(0);
  await runAll(await delivery.claim(10));
  expect(receiver.received).toHaveLength(1);
});

test('after a lost claim nobody takes what a page has leased and not handed over yet', async () => {
  const { receiver, losing, delivery, jobs, assign, runAll } = await startClaiming();
  losing.add('claimDeliveries');
  await expect(delivery.claim(10)).rejects.toThrow(StoreError);
  const meanwhile: DeliveryJob[] = [];
  await assign('grace', async () => {
    meanwhile.push(...(await delivery.claim(10)));
  });
  expect(meanwhile).toEqual([]);
  expect(jobs).toHaveLength(1);
  expect(await delivery.claim(10)).toEqual([]);
  await runAll(jobs);
  expect(receiver.received).toHaveLength(1);
});

describeDetector();
describePostgres('over PostgreSQL', () => describeDetector((clock) => openPostgresStore(clock)));
