import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { TaskReassigned } from '../../contract/event.ts';
import type { Store } from '../../webhook-server/store/store.ts';
import type { NewHook, TenantStore } from '../../webhook-server/store/tenant-store.ts';
import type { PageRecord, PollClaim, Reading, SeenTask } from '../../webhook-server/store/work-store.ts';

const leaseMs = 60_000;
const hourMs = 3_600_000;
const startMs = Date.parse('2026-01-05T09:00:00Z');

let counter = 0;
const newHook = (change: Partial<NewHook> = {}): NewHook => {
  counter += 1;
  return {
    id: `hok_${counter}`,
    targetHash: `target-${counter}`,
    secretHash: `secret-${counter}`,
    sealedTarget: `sealed-target-${counter}`,
    sealedSecret: `sealed-secret-${counter}`,
    sealedKey: 'sealed-key',
    keyHash: 'key-hash',
    filters: {},
    oncePer: 'task',
    bringsNeededKey: false,
    ...change,
  };
};

/** A task of the sequence run `s1`, last changed `second` seconds after nine. */
const seen = (id: string, assigneeId: string | null, second = 0, task: Partial<SeenTask['task']> = {}): SeenTask => ({
  task: {
    id,
    type: 'CALL',
    priority: 'HOT',
    sequence_id: 's1',
    assignee_user_id: assigneeId,
    updated_at: new Date(startMs + second * 1000).toISOString(),
    ...task,
  },
  assigneeId,
  createdAtUs: startMs * 1000,
  updatedAtUs: (startMs + second * 1000) * 1000,
});

/** What every driver must do, whatever it stores in. */
export const describeStore = (name: string, open: (clock: () => number) => Promise<Store>): void => {
  let nowMs = startMs;
  let store: Store;
  let tenant: TenantStore;

  beforeEach(async () => {
    nowMs = startMs;
    store = await open(() => nowMs);
    tenant = store.tenant('org');
  });
  afterEach(() => store.close());

  const claimPoll = async (): Promise<PollClaim> => {
    const [claim] = await store.work.claimPolls({ limit: 10, leaseMs });
    if (claim === undefined) throw new Error('No workspace is due.');
    return claim;
  };

  const reading = (change: Partial<Reading> = {}): Reading => ({
    id: 'reading',
    kind: 'walk',
    isSilent: false,
    startedAtMs: nowMs,
    topUs: startMs * 1000,
    floorUs: null,
    rowsRead: 0,
    totalRows: 0,
    cursor: null,
    ...change,
  });

  const page = (claim: PollClaim, rows: SeenTask[], change: Partial<PageRecord> = {}): PageRecord => ({
    organizationId: claim.organizationId,
    lease: claim.lease,
    rows,
    reading: reading(),
    end: { watermark: { us: startMs * 1000, movedAtMs: nowMs, isSettled: false } },
    ...change,
  });

  /** Stores one whole reading and gives the workspace back, to be polled at once again. */
  const walk = async (rows: SeenTask[], change: Partial<Reading> = {}): Promise<number> => {
    const claim = await claimPoll();
    const outcome = await store.work.recordPage(page(claim, rows, { reading: reading(change) }), { leaseMs });
    const { organizationId, lease } = claim;
    await store.work.finishPoll({ organizationId, lease, nextPollInMs: 0, result: 'done', sawChange: false });
    return outcome.kind === 'recorded' ? outcome.changes : -1;
  };

  const listen = async (change: Partial<NewHook> = {}) => {
    const hook = await tenant.subscribe(newHook(change));
    await walk([seen('t1', 'ada'), seen('t2', 'ada'), seen('t3', null)], { kind: 'baseline' });
    return hook;
  };

  const claimDeliveries = (limit = 100, perHook = 8) => store.work.claimDeliveries({ limit, perHook, leaseMs: 45_000 });

  const bodies = async (): Promise<TaskReassigned[]> =>
    (await claimDeliveries()).map(({ body }) => JSON.parse(body) as TaskReassigned);

  const settleAll = async (): Promise<void> => {
    for (const { id, lease } of await claimDeliveries()) {
      await store.work.settle({ id, lease, outcome: { kind: 'delivered' } });
    }
  };

  describe(`${name}: hooks`, () => {
    test('a hook that subscribes is listed, newest first, and listens once the first reading has ended', async () => {
      await tenant.subscribe(newHook({ id: 'first' }));
      nowMs += 1000;
      await tenant.subscribe(newHook({ id: 'second' }));
      expect((await tenant.hooks()).map(({ id, listeningSinceMs }) => [id, listeningSinceMs])).toEqual([
        ['second', null],
        ['first', null],
      ]);
      nowMs += 1000;
      await walk([], { kind: 'baseline' });
      expect((await tenant.hooks()).map(({ listeningSinceMs }) => listeningSinceMs)).toEqual([nowMs, nowMs]);
    });

    test('the same target again answers the same hook, with the new filters', async () => {
      const added = newHook();
      await tenant.subscribe(added);
      const again = newHook({ targetHash: added.targetHash, filters: { kinds: ['assigned'] }, oncePer: 'sequence' });
      const hook = await tenant.subscribe(again);
      expect(hook).toMatchObject({ id: added.id, filters: { kinds: ['assigned'] }, oncePer: 'sequence' });
      expect(hook.sealedSecret).toBe(added.sealedSecret);
      expect(await tenant.hooks()).toHaveLength(1);
    });

    test('the same target in another organization is another hook', async () => {
      const added = newHook();
      await tenant.subscribe(added);
      const other = await store.tenant('other').subscribe(newHook({ targetHash: added.targetHash }));
      expect(other.id).not.toBe(added.id);
    });

    test('an ended hook stays listed, and its target may subscribe anew', async () => {
      const added = newHook();
      await tenant.subscribe(added);
      expect(await tenant.endHook(added.id)).toBe(true);
      expect(await tenant.endHook(added.id)).toBe(true);
      const anew = await tenant.subscribe(newHook({ targetHash: added.targetHash }));
      expect(anew.id).not.toBe(added.id);
      const hooks = await tenant.hooks();
      expect(hooks.map(({ id, ended }) => [id, ended?.reason])).toEqual([
        [anew.id, undefined],
        [added.id, 'unsubscribed'],
      ]);
    });

    test('a hook of another organization can neither be seen nor ended', async () => {
      const added = await tenant.subscribe(newHook());
      const other = store.tenant('other');
      expect(await other.hooks()).toEqual([]);
      expect(await other.endHook(added.id)).toBe(false);
      expect((await tenant.hooks())[0]?.ended).toBeNull();
    });

    test('a hook is found by its secret', async () => {
      const added = newHook();
      await tenant.subscribe(added);
      expect(await store.hookOfSecret(added.secretHash)).toEqual({ organizationId: 'org', hookId: added.id });
      expect(await store.hookOfSecret('unknown')).toBeUndefined();
    });
  });

  describe(`${name}: polls`, () => {
    test('a workspace is due when its first hook subscribes, for one poll at a time', async () => {
      expect(await store.work.claimPolls({ limit: 10, leaseMs })).toEqual([]);
      await tenant.subscribe(newHook());
      const claim = await claimPoll();
      expect(claim).toMatchObject({
        organizationId: 'org',
        sealedKey: 'sealed-key',
        isBaselined: false,
        walk: null,
        background: null,
      });
      expect(await store.work.claimPolls({ limit: 10, leaseMs })).toEqual([]);
    });

    test('it is due again when the poll says so', async () => {
      await tenant.subscribe(newHook());
      const { organizationId, lease } = await claimPoll();
      await store.work.finishPoll({ organizationId, lease, nextPollInMs: 15_000, result: 'done', sawChange: false });
      expect(await store.work.msUntilPoll()).toBe(15_000);
      nowMs += 14_999;
      expect(await store.work.claimPolls({ limit: 10, leaseMs })).toEqual([]);
      nowMs += 1;
      await claimPoll();
    });

    test('a lease that ran out goes to the next, and what its owner still does is not stored', async () => {
      await listen();
      const late = await claimPoll();
      nowMs += leaseMs;
      const next = await claimPoll();
      expect(next.lease).not.toBe(late.lease);
      const changed = [seen('t1', 'grace', 1)];
      expect(await store.work.recordPage(page(late, changed), { leaseMs })).toEqual({ kind: 'lease lost' });
      await store.work.finishPoll({ ...late, nextPollInMs: 0, result: 'done', sawChange: false });
      expect(await store.work.claimPolls({ limit: 10, leaseMs })).toEqual([]);
      expect(await store.work.recordPage(page(next, changed), { leaseMs })).toEqual({ kind: 'recorded', changes: 1 });
    });

    test('each page renews the lease', async () => {
      await tenant.subscribe(newHook());
      const claim = await claimPoll();
      nowMs += leaseMs - 1;
      await store.work.recordPage(page(claim, []), { leaseMs });
      nowMs += leaseMs - 1;
      expect(await store.work.claimPolls({ limit: 10, leaseMs })).toEqual([]);
    });

    test('a reading that was interrupted goes on where it was', async () => {
      await tenant.subscribe(newHook());
      const claim = await claimPoll();
      const cursor = { offset: 99, overlapOffset: 98, borderKey: 7, totalCount: 300, isBorderRead: false, tie: null };
      const interrupted = reading({ kind: 'baseline', rowsRead: 100, floorUs: 5, cursor });
      await store.work.recordPage(page(claim, [], { reading: interrupted, end: null }), { leaseMs });
      await store.work.finishPoll({ ...claim, nextPollInMs: 0, result: 'failed', sawChange: false });
      expect(await claimPoll()).toMatchObject({ background: interrupted, failures: 1, isBaselined: false });
    });

    test('failures are counted until a poll goes well', async () => {
      await tenant.subscribe(newHook());
      for (const result of ['failed', 'key refused'] as const) {
        await store.work.finishPoll({ ...(await claimPoll()), nextPollInMs: 0, result, sawChange: false });
      }
      const claim = await claimPoll();
      expect(claim.failures).toBe(2);
      await store.work.finishPoll({ ...claim, nextPollInMs: 0, result: 'done', sawChange: false });
      expect((await claimPoll()).failures).toBe(0);
    });

    test('a key that was refused is replaced by another one, one that works is kept', async () => {
      await tenant.subscribe(newHook());
      await tenant.renewKey({ sealedKey: 'other', keyHash: 'other-hash' });
      const claim = await claimPoll();
      expect(claim.sealedKey).toBe('sealed-key');
      await store.work.finishPoll({ ...claim, nextPollInMs: hourMs, result: 'key refused', sawChange: false });
      await tenant.renewKey({ sealedKey: 'same key, sealed again', keyHash: 'key-hash' });
      expect(await store.work.claimPolls({ limit: 10, leaseMs })).toEqual([]);
      await tenant.renewKey({ sealedKey: 'other', keyHash: 'other-hash' });
      expect((await claimPoll()).sealedKey).toBe('other');
    });

    test('a workspace without hooks is not polled, and its key is erased', async () => {
      const hook = await listen();
      const claim = await claimPoll();
      await tenant.endHook(hook.id);
      nowMs += 2 * leaseMs;
      expect(await store.work.claimPolls({ limit: 10, leaseMs })).toEqual([]);
      expect(await store.work.msUntilPoll()).toBeUndefined();
      expect(await store.work.recordPage(page(claim, [seen('t1', 'grace', 1)]), { leaseMs })).toEqual({
        kind: 'lease lost',
      });
      await tenant.renewKey({ sealedKey: 'other', keyHash: 'other-hash' });
      expect(await store.work.claimPolls({ limit: 10, leaseMs })).toEqual([]);
    });

    test('new work is announced', async () => {
      const topics: string[] = [];
      const stop = store.work.onWork('poll', () => topics.push('poll'));
      store.work.onWork('deliver', () => topics.push('deliver'));
      await listen();
      expect(topics).toEqual(['poll']);
      await walk([seen('t1', 'grace', 1)]);
      expect(topics).toEqual(['poll', 'deliver']);
      stop();
      await tenant.subscribe(newHook());
      expect(topics).toEqual(['poll', 'deliver']);
    });
  });

  describe(`${name}: changes`, () => {
    test('a task that is met for the first time is no event', async () => {
      await listen();
      expect(await walk([seen('new', 'grace', 1)])).toBe(0);
      expect(await claimDeliveries()).toEqual([]);
    });

    test('another assignee is an event, once', async () => {
      await listen();
      expect(await walk([seen('t1', 'grace', 1)])).toBe(1);
      expect(await walk([seen('t1', 'grace', 1)])).toBe(0);
      expect(await bodies()).toMatchObject([
        {
          type: 'task.reassigned',
          kind: 'reassigned',
          source: 'topo',
          occurred_at: '2026-01-05T09:00:01.000Z',
          detected_at: '2026-01-05T09:00:00.000Z',
          previous_assignee: { user_id: 'ada', name: null, email: null },
          new_assignee: { user_id: 'grace', name: null, email: null },
          task: { id: 't1' },
          changes_count: 1,
          batch_size: 1,
        },
      ]);
    });

    test('nobody to person is assigned, person to nobody is unassigned', async () => {
      await listen();
      await walk([seen('t3', 'ada', 1, { sequence_id: 's3' }), seen('t1', null, 1, { sequence_id: 's1' })]);
      const kinds = (await bodies()).map(({ task, kind }) => [task.id, kind]).sort();
      expect(kinds).toEqual([
        ['t1', 'unassigned'],
        ['t3', 'assigned'],
      ]);
    });

    test('a row that is older than what is known is ignored', async () => {
      await listen();
      await walk([seen('t1', 'grace', 2)]);
      expect(await walk([seen('t1', 'ada', 1)])).toBe(0);
      expect(await walk([seen('t1', 'grace', 3)])).toBe(0);
    });

    test('a first reading tells nobody and overwrites nothing that it has read', async () => {
      await tenant.subscribe(newHook());
      const claim = await claimPoll();
      const cursor = { offset: 1, overlapOffset: 0, borderKey: 1, totalCount: 2, isBorderRead: false, tie: null };
      const baseline = reading({ kind: 'baseline', cursor });
      await store.work.recordPage(page(claim, [seen('t1', 'ada')], { reading: baseline, end: null }), { leaseMs });
      await store.work.recordPage(page(claim, [seen('t1', 'grace', 1)], { reading: reading({ kind: 'baseline' }) }), {
        leaseMs,
      });
      await store.work.finishPoll({ ...claim, nextPollInMs: 0, result: 'done', sawChange: false });
      expect(await walk([seen('t1', 'grace', 1)])).toBe(1);
    });

    test('a silent walk learns and tells nobody', async () => {
      const hook = await listen();
      await tenant.endHook(hook.id);
      await tenant.subscribe(newHook());
      expect((await tenant.hooks())[0]?.listeningSinceMs).toBeNull();
      const claim = await claimPoll();
      expect(claim).toMatchObject({ isSilent: true, isBaselined: true });
      const silent = reading({ isSilent: true });
      await store.work.recordPage(page(claim, [seen('t1', 'grace', 1)], { reading: silent }), { leaseMs });
      await store.work.finishPoll({ ...claim, nextPollInMs: 0, result: 'done', sawChange: false });
      expect((await tenant.hooks())[0]?.listeningSinceMs).toBe(nowMs);
      expect((await claimPoll()).isSilent).toBe(false);
      expect(await claimDeliveries()).toEqual([]);
    });

    test('a page is known when every row is as it was seen', async () => {
      await listen();
      const rows = [seen('t1', 'ada'), seen('t2', 'ada')];
      expect(await store.work.isKnown('org', rows)).toBe(true);
      expect(await store.work.isKnown('org', [...rows, seen('t4', 'ada')])).toBe(false);
      expect(await store.work.isKnown('org', [seen('t1', 'grace')])).toBe(false);
      expect(await store.work.isKnown('org', [seen('t1', 'ada', 1)])).toBe(false);
      expect(await store.work.isKnown('other', rows)).toBe(false);
    });

    test('the same task id in two organizations is two tasks', async () => {
      await listen();
      const other = store.tenant('other');
      await other.subscribe(newHook());
      const claim = await store.work.claimPolls({ limit: 10, leaseMs });
      const foreign = claim.find(({ organizationId }) => organizationId === 'other');
      if (foreign === undefined) throw new Error('The other workspace is not due.');
      await store.work.recordPage(page(foreign, [seen('t1', 'grace', 5)]), { leaseMs });
      expect(await claimDeliveries()).toEqual([]);
      expect((await other.events({ limit: 10 }))?.items).toEqual([]);
    });

    test('the changes of one reading are told together, when it ends, in the order in which they happened', async () => {
      await listen();
      const claim = await claimPoll();
      const cursor = { offset: 100, overlapOffset: 98, borderKey: 1, totalCount: 300, isBorderRead: false, tie: null };
      const first = page(claim, [seen('t2', 'grace', 2)], { reading: reading({ cursor }), end: null });
      await store.work.recordPage(first, { leaseMs });
      expect(await claimDeliveries()).toEqual([]);
      expect((await tenant.events({ limit: 10 }))?.items).toEqual([]);
      await store.work.recordPage(page(claim, [seen('t1', 'grace', 1)]), { leaseMs });

      expect((await bodies()).map(({ task, batch_size }) => [task.id, batch_size])).toEqual([['t1', 2]]);
      const events = (await tenant.events({ limit: 10 }))?.items ?? [];
      expect(events.map(({ task }) => task.id)).toEqual(['t2', 't1']);
      expect(new Set(events.map(({ batch_id }) => batch_id)).size).toBe(1);
    });

    test('a hook that wants one event a sequence hears of all its tasks at once', async () => {
      await listen({ oncePer: 'sequence' });
      await walk([seen('t2', 'grace', 2), seen('t1', 'grace', 1)]);
      const [event, ...others] = await bodies();
      expect(others).toEqual([]);
      expect(event).toMatchObject({ changes_count: 2, batch_size: 2, task: { id: 't1' } });
      expect(event?.changes.map(({ task, previous_assignee }) => [task.id, previous_assignee.user_id])).toEqual([
        ['t1', 'ada'],
        ['t2', 'ada'],
      ]);
    });

    test('only hooks whose filters match are told', async () => {
      const hook = await listen({ filters: { task_types: ['CALL'] } });
      await tenant.subscribe(newHook({ filters: { task_types: ['EMAIL_REPLY'] } }));
      await walk([seen('t1', 'grace', 1)]);
      expect((await claimDeliveries()).map(({ hookId }) => hookId)).toEqual([hook.id]);
    });

    test('a hook that has ended is not told', async () => {
      await listen();
      const other = await tenant.subscribe(newHook());
      await walk([seen('t1', 'grace', 1)]);
      await tenant.endHook(other.id);
      expect(await claimDeliveries()).toHaveLength(1);
      await walk([seen('t1', 'ada', 2)]);
      await settleAll();
      expect(await claimDeliveries()).toHaveLength(0);
    });
  });

  describe(`${name}: events`, () => {
    const history = async () => {
      await listen();
      await walk([seen('t1', 'grace', 1)]);
      await walk([seen('t2', 'hedy', 2, { type: 'EMAIL_REPLY', priority: 'TODAY' })]);
      await walk([seen('t3', 'ada', 3)]);
    };
    const ids = async (query: Parameters<TenantStore['events']>[0]) => {
      const answer = await tenant.events(query);
      return answer?.items.map(({ task }) => task.id);
    };

    test('they come newest first, page by page', async () => {
      await history();
      const first = await tenant.events({ limit: 2 });
      expect(first).toMatchObject({ has_more: true, items: [{ task: { id: 't3' } }, { task: { id: 't2' } }] });
      const rest = await tenant.events({ limit: 2, before: first?.items[1]?.id });
      expect(rest).toMatchObject({ has_more: false, items: [{ task: { id: 't1' } }] });
    });

    test.each([
      [{ newAssigneeIds: ['grace', 'hedy'] }, ['t2', 't1']],
      [{ previousAssigneeIds: ['ada'] }, ['t2', 't1']],
      [{ taskTypes: ['EMAIL_REPLY'] }, ['t2']],
      [{ priorities: ['HOT'] }, ['t3', 't1']],
      [{ kinds: ['assigned' as const] }, ['t3']],
      [{ ignoreSources: ['topo' as const] }, []],
      [{ ignoreSources: ['zapier' as const] }, ['t3', 't2', 't1']],
    ])('filters %j', async (filters, expected) => {
      await history();
      expect(await ids({ limit: 10, ...filters })).toEqual(expected);
    });

    test('another organization sees none of them, nor may it go on after one', async () => {
      await history();
      const [newest] = (await tenant.events({ limit: 1 }))?.items ?? [];
      const other = store.tenant('other');
      expect(await other.events({ limit: 10 })).toEqual({ items: [], has_more: false });
      expect(await other.events({ limit: 10, before: newest?.id })).toBeUndefined();
      expect(await tenant.events({ limit: 10, before: 'evt_unknown' })).toBeUndefined();
    });
  });

  describe(`${name}: deliveries`, () => {
    const retry = { kind: 'retry', afterMs: 5_000, reason: 'it failed', certainty: 'refused' } as const;

    test('a delivery is claimed once, and is gone when it is delivered', async () => {
      await listen();
      await walk([seen('t1', 'grace', 1)]);
      const [claim, ...others] = await claimDeliveries();
      expect(others).toEqual([]);
      expect(claim).toMatchObject({ attempt: 1, ageMs: 0 });
      expect(await claimDeliveries()).toEqual([]);
      const { id = '', lease = '' } = claim ?? {};
      expect(await store.work.settle({ id, lease, outcome: { kind: 'delivered' } })).toEqual({ kind: 'settled' });
      expect(await store.work.settle({ id, lease, outcome: { kind: 'delivered' } })).toEqual({ kind: 'lease lost' });
      expect(await store.work.msUntilDelivery()).toBeUndefined();
    });

    test('a lease that ran out goes to the next, and its owner can no longer settle', async () => {
      await listen();
      await walk([seen('t1', 'grace', 1)]);
      const [late] = await claimDeliveries();
      nowMs += 45_000;
      const [next] = await claimDeliveries();
      expect(next).toMatchObject({ id: late?.id, attempt: 2, ageMs: 45_000 });
      const settle = (lease = '') => store.work.settle({ id: next?.id ?? '', lease, outcome: { kind: 'delivered' } });
      expect(await settle(late?.lease)).toEqual({ kind: 'lease lost' });
      expect(await settle(next?.lease)).toEqual({ kind: 'settled' });
    });

    test('of one sequence only the oldest is sent; other sequences do not wait for it', async () => {
      await listen();
      await walk([seen('t1', 'grace', 1), seen('t2', 'grace', 2), seen('t3', 'ada', 3, { sequence_id: 's3' })]);
      const taskIds = async () => (await bodies()).map(({ task }) => task.id);
      expect((await taskIds()).sort()).toEqual(['t1', 't3']);
      nowMs += 45_000;
      await settleAll();
      expect(await taskIds()).toEqual(['t2']);
    });

    test('a failure makes the whole hook wait, and no other hook', async () => {
      const waiting = await listen();
      await tenant.subscribe(newHook());
      await walk([seen('t1', 'grace', 1)]);
      const claims = await claimDeliveries();
      for (const { id, lease, hookId } of claims) {
        await store.work.settle({ id, lease, outcome: hookId === waiting.id ? retry : { kind: 'delivered' } });
      }
      expect((await tenant.hooks()).find(({ id }) => id === waiting.id)?.resumeAtMs).toBe(nowMs + 5_000);
      expect(await store.work.msUntilDelivery()).toBe(5_000);
      await walk([seen('t2', 'grace', 2, { sequence_id: 's2' })]);
      expect((await claimDeliveries()).map(({ hookId }) => hookId)).not.toContain(waiting.id);
      nowMs += 5_000;
      expect((await claimDeliveries()).map(({ attempt }) => attempt).sort()).toEqual([1, 2]);
    });

    test('a target that is gone ends its hook and drops what waits for it', async () => {
      const hook = await listen();
      await walk([seen('t1', 'grace', 1), seen('t2', 'grace', 2)]);
      const [claim] = await claimDeliveries();
      const { id = '', lease = '' } = claim ?? {};
      const outcome = await store.work.settle({ id, lease, outcome: { kind: 'gone' } });
      expect(outcome).toEqual({ kind: 'ended', reason: 'gone' });
      expect((await tenant.hooks())[0]).toMatchObject({ id: hook.id, ended: { atMs: nowMs, reason: 'gone' } });
      nowMs += 100 * hourMs;
      expect(await claimDeliveries()).toEqual([]);
      expect(await store.work.claimPolls({ limit: 10, leaseMs })).toEqual([]);
    });

    test('a dead delivery makes room for the next', async () => {
      await listen();
      await walk([seen('t1', 'grace', 1), seen('t2', 'grace', 2)]);
      const [claim] = await claimDeliveries();
      const { id = '', lease = '' } = claim ?? {};
      await store.work.settle({ id, lease, outcome: { kind: 'dead', reason: 'it failed', certainty: 'ambiguous' } });
      expect((await bodies()).map(({ task }) => task.id)).toEqual(['t2']);
    });

    test('three days of nothing but failure end a hook; one success begins them anew', async () => {
      await listen();
      await walk([seen('t1', 'grace', 1)]);
      const fail = async (outcome: typeof retry | { kind: 'delivered' } = retry) => {
        const [claim] = await claimDeliveries();
        const { id = '', lease = '' } = claim ?? {};
        return store.work.settle({ id, lease, outcome });
      };
      await fail();
      nowMs += 71 * hourMs;
      expect(await fail()).toEqual({ kind: 'settled' });
      nowMs += 5_000;
      await fail({ kind: 'delivered' });
      await walk([seen('t1', 'ada', 2)]);
      expect(await fail()).toEqual({ kind: 'settled' });
      nowMs += 72 * hourMs;
      expect(await fail()).toEqual({ kind: 'ended', reason: 'failing' });
    });

    test('hooks take turns, and none has more under way than its share', async () => {
      await listen({ id: 'a' });
      await tenant.subscribe(newHook({ id: 'b' }));
      const many = Array.from({ length: 20 }, (_, index) =>
        seen(`many-${index}`, 'ada', 0, { sequence_id: `m${index}` }),
      );
      await walk(many);
      await walk(many.map(({ task }) => seen(task.id, 'grace', 1, { sequence_id: task.sequence_id })));
      const few = await claimDeliveries(4);
      expect(few.map(({ hookId }) => hookId).sort()).toEqual(['a', 'a', 'b', 'b']);
      const rest = await claimDeliveries(100, 8);
      expect(rest).toHaveLength(12);
    });
  });

  describe(`${name}: key check`, () => {
    test('the first text is kept and answered from then on', async () => {
      expect(await store.keyCheck('first')).toBe('first');
      expect(await store.keyCheck('second')).toBe('first');
    });
  });
};
