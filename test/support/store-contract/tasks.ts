import { describe, expect, test } from '@jest/globals';
import type { TaskSearch } from '../../../webhook-server/store/tenant-store.ts';
import type { SeenTask } from '../../../webhook-server/store/work-store.ts';
import { hourMs, leaseMs, newHook, type StoreBench, seen } from './store-bench.ts';

const all = ['tasks:read', 'sequences:read', 'contacts:read'];

const made = (minute: number, row: SeenTask): SeenTask => ({
  ...row,
  createdAtUs: row.createdAtUs + minute * 60_000_000,
});

const closed = (row: SeenTask): SeenTask => ({ ...row, isOpen: false, task: { ...row.task, status: 'COMPLETED' } });

export const describeTasks = (name: string, at: StoreBench): void => {
  const { claimPoll, newScan, page, scan } = at;

  const ids = async (search: Partial<TaskSearch> = {}): Promise<string[]> => {
    const { tasks } = await at.tenant.tasks({ limit: 100, scopes: all, ...search });
    return tasks.map(({ task }) => task.id);
  };

  const readAll = async (rows: SeenTask[], kind: 'baseline' | 'reconciliation' = 'baseline') => {
    const claim = await claimPoll();
    await at.store.work.recordPage(page(claim, rows, { scan: newScan({ kind, id: `${kind}-${at.nowMs}` }) }), {
      leaseMs,
    });
    await at.store.work.finishPoll({ ...claim, nextPollInMs: 0, result: 'done', sawChange: false });
    at.nowMs += 1;
  };

  /** Two runs of one template, with different contacts, and a third run of which nothing is known. */
  const learn = async () => {
    const { organizationId, lease, ...claim } = await claimPoll();
    const held = { organizationId, lease };
    await at.store.work.recordFacts(
      {
        ...held,
        sequences: [
          { sequenceId: 's1', contactId: 'c1', templateId: 'Template' },
          { sequenceId: 's2', contactId: 'c2', templateId: 'Template' },
        ],
      },
      { leaseMs },
    );
    const contact = { company: null, jobTitle: null, name: null, email: null };
    await at.store.work.recordFacts(
      {
        ...held,
        contacts: [
          { ...contact, contactId: 'c1', name: 'Zoë O’Hara', email: 'Zoe@Example.com', company: '100% Müller_GmbH' },
          { ...contact, contactId: 'c2', name: 'Bob', email: 'bob@example.com' },
          { ...contact, contactId: 'of no task', name: 'Nobody' },
        ],
        templates: [{ templateId: 'Template', name: 'Spring Outreach' }],
      },
      { leaseMs },
    );
    await at.store.work.finishPoll({ ...claim, ...held, nextPollInMs: 0, result: 'done', sawChange: false });
  };

  const office = [
    made(1, seen('t1', 'ada', 0, { sequence_id: 's1', type: 'CALL', priority: 'HOT' })),
    made(2, seen('t2', 'grace', 0, { sequence_id: 's2', type: 'CALL', priority: 'TODAY' })),
    made(3, seen('t3', null, 0, { sequence_id: 's3', type: 'NEW_LEAD_REVIEW', priority: 'TODAY' })),
    made(4, closed(seen('t4', 'ada', 0, { sequence_id: 's1', type: 'CALL', priority: 'HOT' }))),
  ];

  describe(`${name}: tasks`, () => {
    test('the open ones are listed, newest first, with all fields as Topo showed them', async () => {
      await at.tenant.subscribe(newHook());
      const odd = made(9, seen('t9', 'ada'));
      await readAll([...office, { ...odd, task: { ...odd.task, 'a new field': { deep: [1] } } }]);
      expect(await ids()).toEqual(['t9', 't3', 't2', 't1']);
      const [newest] = (await at.tenant.tasks({ limit: 1, scopes: all })).tasks;
      expect(newest?.task).toMatchObject({ 'a new field': { deep: [1] } });
    });

    test('pages go on where the last one ended, also within one moment', async () => {
      await at.tenant.subscribe(newHook());
      const rows = Array.from({ length: 7 }, (_, index) => seen(`t${index}`, 'ada'));
      await readAll(rows);
      const met: string[] = [];
      let after: TaskSearch['after'];
      do {
        const { tasks, next } = await at.tenant.tasks({ limit: 3, scopes: all, after });
        met.push(...tasks.map(({ task }) => task.id));
        after = next ?? undefined;
      } while (after !== undefined);
      expect(met).toEqual(['t6', 't5', 't4', 't3', 't2', 't1', 't0']);
    });

    test('they are narrowed by assignee, nobody included, type, priority, status and age', async () => {
      await at.tenant.subscribe(newHook());
      await readAll(office);
      expect(await ids({ assignees: { userIds: ['ada'], nobody: false } })).toEqual(['t1']);
      expect(await ids({ assignees: { userIds: ['ada'], nobody: true } })).toEqual(['t3', 't1']);
      expect(await ids({ assignees: { userIds: [], nobody: true } })).toEqual(['t3']);
      expect(await ids({ types: ['CALL'] })).toEqual(['t2', 't1']);
      expect(await ids({ types: ['CALL'], priorities: ['TODAY'] })).toEqual(['t2']);
      expect(await ids({ statuses: ['COMPLETED'] })).toEqual(['t4']);
      expect(await ids({ createdAfterUs: office[1]?.createdAtUs ?? 0 })).toEqual(['t3']);
    });

    test('they are found by id and by sequence run, and pages are passed over', async () => {
      await at.tenant.subscribe(newHook());
      await readAll(office);
      expect(await ids({ taskIds: ['t4', 't1', 'unknown'] })).toEqual(['t4', 't1']);
      expect(await ids({ sequenceIds: ['s1'] })).toEqual(['t1']);
      expect(await ids({ skip: 1, limit: 1 })).toEqual(['t2']);
      expect(await ids({ skip: 2, limit: 5 })).toEqual(['t1']);
      expect(await ids({ skip: 9 })).toEqual([]);
      expect(await ids({ taskIds: ['t4', 't1'], skip: 1 })).toEqual(['t1']);
    });

    test('open statuses that Topo does not document are named', async () => {
      await at.tenant.subscribe(newHook());
      const snoozed = (row: SeenTask): SeenTask => ({ ...row, task: { ...row.task, status: 'SNOOZED' } });
      await readAll([...office, snoozed(seen('t8', 'ada')), snoozed(seen('t9', 'ada'))]);
      expect(await at.tenant.otherOpenStatuses()).toEqual(['SNOOZED']);
    });

    test('they are found by contact, template and text, once these have been looked up', async () => {
      await at.tenant.subscribe(newHook());
      await readAll(office);
      expect(await ids({ contactEmail: 'zoe@example.com' })).toEqual([]);
      expect(await at.tenant.areFactsComplete()).toBe(false);
      await learn();
      expect(await ids({ contactEmail: ' ZOE@example.com' })).toEqual(['t1']);
      expect(await ids({ contactEmail: 'zoe@example.com', statuses: ['COMPLETED'] })).toEqual(['t4']);
      expect(await ids({ contactIds: ['c2'] })).toEqual(['t2']);
      expect(await ids({ templateIds: ['template'] })).toEqual(['t2', 't1']);
      expect(await ids({ text: "zoe o'hara" })).toEqual(['t1']);
      expect(await ids({ text: '100% müller_' })).toEqual(['t1']);
      expect(await ids({ text: '100_' })).toEqual([]);
      expect(await ids({ text: 'OUTREACH' })).toEqual(['t2', 't1']);
      const [task] = (await at.tenant.tasks({ limit: 1, scopes: all, contactIds: ['c1'] })).tasks;
      expect(task).toMatchObject({
        contact: { id: 'c1', name: 'Zoë O’Hara', email: 'Zoe@Example.com', company: '100% Müller_GmbH' },
        sequence_template: { id: 'Template', name: 'Spring Outreach' },
      });
    });

    test('contacts and templates are shown to keys that may read them', async () => {
      await at.tenant.subscribe(newHook());
      await readAll(office);
      await learn();
      const shown = async (scopes: string[]) =>
        (await at.tenant.tasks({ limit: 1, scopes, contactIds: ['c1'] })).tasks[0];
      expect(await shown(['tasks:read', 'contacts:read'])).toMatchObject({ contact: null, sequence_template: null });
      expect(await shown(['tasks:read', 'sequences:read'])).toMatchObject({
        contact: null,
        sequence_template: { name: 'Spring Outreach' },
      });
    });

    test('a change is told with what its task is about, to hooks whose key may read it', async () => {
      await at.tenant.subscribe(newHook({ id: 'able', scopes: all }));
      await at.tenant.subscribe(newHook({ id: 'unable', scopes: ['tasks:read'] }));
      await readAll(office);
      await learn();
      await scan([made(1, seen('t1', 'grace', 1, { sequence_id: 's1' }))]);
      const told = await at.claimDeliveries();
      const contactTo = (hook: string) => JSON.parse(told.find(({ hookId }) => hookId === hook)?.body ?? '{}').contact;
      expect(contactTo('able')).toMatchObject({ name: 'Zoë O’Hara' });
      expect(contactTo('unable')).toMatchObject({ name: null, company: null });
    });

    test('a change waits a moment for what its task is about, when that is being looked up', async () => {
      await at.tenant.subscribe(newHook({ scopes: all }));
      await readAll(office);
      const news = async (to: string, second: number) => {
        const claim = await claimPoll();
        const rows = [made(1, seen('t1', to, second, { sequence_id: 's1' }))];
        await at.store.work.recordPage(page(claim, rows, { waitsForFacts: true }), { leaseMs });
        await at.store.work.finishPoll({ ...claim, nextPollInMs: 0, result: 'done', sawChange: true });
      };
      await news('grace', 1);
      expect(await at.bodies()).toEqual([]);
      expect((await at.store.work.factsToLookUp('org')).waiting.sequenceIds).toEqual(['s1']);
      await learn();
      expect(await at.bodies()).toMatchObject([{ contact: { name: 'Zoë O’Hara' } }]);
      await at.settleAll();
      at.nowMs += 60_000;
      await at.settleAll();
      await news('ada', 2);
      expect(await at.bodies()).toHaveLength(1);
    });

    test('it waits no longer than 3 seconds, and not at all once the look-ups are over', async () => {
      await at.tenant.subscribe(newHook({ scopes: all }));
      await readAll(office);
      const claim = await claimPoll();
      const rows = [made(1, seen('t1', 'grace', 1, { sequence_id: 's1' }))];
      await at.store.work.recordPage(page(claim, rows, { waitsForFacts: true }), { leaseMs });
      at.nowMs += 2_999;
      await at.store.work.recordFacts({ ...claim }, { leaseMs });
      expect(await at.bodies()).toEqual([]);
      await at.store.work.recordFacts({ ...claim, isOver: true }, { leaseMs });
      expect(await at.bodies()).toMatchObject([{ contact: { name: null } }]);
    });

    test('a task that Topo has no more goes with the next reading of all tasks, and with it its count', async () => {
      await at.tenant.subscribe(newHook());
      await readAll(office);
      await scan([made(5, seen('t5', 'ada', 1))]);
      expect(await at.tenant.openTasks()).toEqual(
        new Map([
          ['ada', { openTasks: 2, newestTaskId: 't5' }],
          ['grace', { openTasks: 1, newestTaskId: 't2' }],
          [null, { openTasks: 1, newestTaskId: 't3' }],
        ]),
      );
      await readAll(
        [office[1], office[2]].flatMap((row) => row ?? []),
        'reconciliation',
      );
      expect(await ids()).toEqual(['t3', 't2']);
      expect(await at.tenant.openTasks()).toEqual(
        new Map([
          ['grace', { openTasks: 1, newestTaskId: 't2' }],
          [null, { openTasks: 1, newestTaskId: 't3' }],
        ]),
      );
    });

    test('a task that a reading could not use is still there', async () => {
      await at.tenant.subscribe(newHook());
      await readAll(office);
      const claim = await claimPoll();
      const reading = page(claim, [], { scan: newScan({ kind: 'reconciliation' }), unusableIds: ['t1'] });
      await at.store.work.recordPage(reading, { leaseMs });
      expect(await ids()).toEqual(['t1']);
    });

    test('a reading that meets a row without an id keeps what it may be', async () => {
      await at.tenant.subscribe(newHook());
      await readAll(office);
      const claim = await claimPoll();
      const before = await ids();
      const reading = page(claim, [], { scan: newScan({ kind: 'reconciliation' }), unusableIds: [null] });
      await at.store.work.recordPage(reading, { leaseMs });
      expect(await ids()).toEqual(before);
    });

    test('a reading learns what changed without a new time of change', async () => {
      await at.tenant.subscribe(newHook());
      await readAll(office);
      const [first] = office;
      if (first === undefined) throw new Error('The office has tasks.');
      await readAll([closed(first)], 'reconciliation');
      expect(await ids({ statuses: ['COMPLETED'] })).toEqual(['t1']);
    });

    test('a closed task keeps its fields for the retention, and then what the detector needs', async () => {
      await at.tenant.subscribe(newHook());
      const claim = await claimPoll();
      const old = closed(seen('old', 'ada', -31 * 24 * 3600));
      const baseline = page(claim, [...office, old], { scan: newScan({ kind: 'baseline' }) });
      await at.store.work.recordPage(baseline, { leaseMs, keepClosedMs: 30 * 24 * hourMs });
      await at.store.work.finishPoll({ ...claim, nextPollInMs: 0, result: 'done', sawChange: false });
      expect(await ids({ statuses: ['COMPLETED'] })).toEqual(['t4']);
      at.nowMs += 31 * 24 * hourMs;
      const lease = (await at.store.work.claimCleanUp({ leaseMs })) ?? '';
      const eventMs = 30 * 24 * hourMs;
      const retention = { eventMs, deliveryMs: eventMs, deadDeliveryMs: eventMs, hookMs: eventMs };
      await at.store.work.removeExpired({ lease, leaseMs, retention, limit: 100 });
      expect(await ids({ statuses: ['COMPLETED'] })).toEqual([]);
      expect(await ids()).toHaveLength(3);
      await scan([{ ...old, assigneeId: 'grace', updatedAtUs: at.nowMs * 1000 }]);
      expect(await at.bodies()).toMatchObject([{ task: { id: 'old' }, kind: 'reassigned' }]);
    });

    test('what no open task and no kept event is about is removed', async () => {
      await at.tenant.subscribe(newHook());
      await readAll(office);
      await learn();
      await readAll(office.map(closed), 'reconciliation');
      at.nowMs += 31 * 24 * hourMs;
      const lease = (await at.store.work.claimCleanUp({ leaseMs })) ?? '';
      const eventMs = 30 * 24 * hourMs;
      const retention = { eventMs, deliveryMs: eventMs, deadDeliveryMs: eventMs, hookMs: eventMs };
      await at.store.work.removeExpired({ lease, leaseMs, retention, limit: 100 });
      await readAll(office, 'reconciliation');
      expect((await at.tenant.tasks({ limit: 10, scopes: all })).tasks.map(({ contact }) => contact)).toEqual([
        null,
        null,
        null,
      ]);
    });
  });
};
