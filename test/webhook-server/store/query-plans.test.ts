import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import SqliteDatabase from 'better-sqlite3';
import { eventTypes } from '../../../contract/event.ts';
import type { TenantDatabase, Transaction } from '../../../webhook-server/store/database.ts';
import { claimPolls, msUntilPoll } from '../../../webhook-server/store/flows/claim-polls.ts';
import { compareWithSnapshot, insertTasks } from '../../../webhook-server/store/flows/compare-snapshot.ts';
import { findAllDelays, findDelays } from '../../../webhook-server/store/flows/delays.ts';
import { listDeliveries, recoverDeliveries } from '../../../webhook-server/store/flows/deliveries-by-hand.ts';
import { findDeliveries, searchDeliveries } from '../../../webhook-server/store/flows/delivery-history.ts';
import { listEvents } from '../../../webhook-server/store/flows/events.ts';
import { finishPolls } from '../../../webhook-server/store/flows/finish-poll.ts';
import { listHooks, subscribe } from '../../../webhook-server/store/flows/hooks.ts';
import { announceIntents, settleIntents } from '../../../webhook-server/store/flows/intents.ts';
import { listPeople } from '../../../webhook-server/store/flows/people.ts';
import { oldestUnpublished } from '../../../webhook-server/store/flows/pieces.ts';
import { latestSpansOf } from '../../../webhook-server/store/flows/poll-spans.ts';
import { unpublishedOf } from '../../../webhook-server/store/flows/publish.ts';
import { recoverMissed } from '../../../webhook-server/store/flows/recover-missed.ts';
import { settle } from '../../../webhook-server/store/flows/settle-deliveries.ts';
import { usualQuotas } from '../../../webhook-server/store/quotas.ts';
import { compile, type Statement, sql } from '../../../webhook-server/store/sql.ts';
import { dialect } from '../../../webhook-server/store/sqlite/sqlite-dialect.ts';
import { readDueDeliveries } from '../../../webhook-server/store/sqlite/sqlite-due-deliveries.ts';
import { createSqliteStore } from '../../../webhook-server/store/sqlite/sqlite-store.ts';
import { newHook, seen } from '../../support/store-contract/store-bench.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const path = join(tempFolder(), 'store.sqlite');
await createSqliteStore(path).close();
const database = new SqliteDatabase(path);
for (const taught of ['now_ms', 'least', 'greatest']) database.function(taught, { varargs: true }, () => 0);
afterAll(() => {
  database.close();
});

const explain = (statement: Statement): string[] => {
  const { text, values } = compile(statement, dialect);
  const steps = database.prepare<unknown[], { detail: string }>(`explain query plan ${text}`).all(...values);
  return steps.map(({ detail }) => detail);
};

/** What a flow looks up in tables, statement by statement, when each `first` finds such a row and each `rows` such rows. */
const searchesOf = async (
  flow: (run: TenantDatabase & Transaction) => Promise<unknown>,
  firsts: readonly (object | undefined)[] = [],
  lists: readonly (readonly object[])[] = [],
): Promise<string[]> => {
  const steps: string[] = [];
  const found = [...firsts];
  const listed = [...lists];
  const note = (statement: Statement) => {
    steps.push(
      ...explain(statement).filter((step) =>
        /^(SEARCH|SCAN) (?!json_each|CONSTANT|newest|standing|looked_at)/.test(step),
      ),
    );
  };
  const run: TenantDatabase & Transaction = {
    nowMs: 0,
    announce: () => {},
    async rows(statement) {
      note(statement);
      return [...(listed.shift() ?? [])] as never[];
    },
    async first(statement) {
      note(statement);
      return found.shift() as never;
    },
    async change(statement) {
      note(statement);
      return 0;
    },
    transaction: (work) => work(run),
  };
  await flow(run);
  return steps;
};

test('the intents that stand for a change are found by its task and by its run', () => {
  const steps = explain(unpublishedOf('org', ['run'])).filter((step) => step.startsWith('SEARCH intent'));
  expect(steps).toEqual([
    'SEARCH intent USING INDEX intent_of_task (organization_id=? AND task_id=? AND assignee_user_id=?)',
    'SEARCH intent USING INDEX intent_of_sequence (organization_id=? AND sequence_id=? AND assignee_user_id=?)',
  ]);
});

test('a piece of what is to be told is found without a look at all of it', () => {
  expect(explain(oldestUnpublished('org', 7, 10))).toEqual([
    'SEARCH event USING INDEX event_unpublished_seq (organization_id=? AND seq>?)',
  ]);
  expect(explain(unpublishedOf('org', ['run']))).toContain(
    'SEARCH event USING INDEX event_unpublished_run (organization_id=? AND <expr>=?)',
  );
});

const marks = { reading: 1, closedSinceUs: 0 };

test('intents are settled by their ids, and given their run by their tasks', async () => {
  const settled = await searchesOf((run) =>
    settleIntents(run, 'org', [{ id: 'a', state: 'failed', updatedAtUs: null }]),
  );
  expect(settled).toEqual([
    'SEARCH intent USING INDEX sqlite_autoindex_intent_1 (id=?)',
    'SEARCH intent USING INDEX sqlite_autoindex_intent_1 (id=?)',
  ]);
  const placed = await searchesOf((run) => insertTasks(run, 'org', [seen('t1', 'ada')], marks));
  expect(placed).toEqual(['SEARCH intent USING INDEX intent_of_task (organization_id=? AND task_id=?)']);
});

test('announcing counts and forgets intents by their age', async () => {
  const intent = { id: 'a', task_id: 'b', assignee_user_id: 'c', scope: 'TASK' as const };
  const steps = await searchesOf((run) => announceIntents(run, 'org', [intent], usualQuotas));
  expect(steps.filter((step) => step.includes('intent_by_age'))).toHaveLength(2);
  expect(steps.filter((step) => step.startsWith('SCAN'))).toEqual([]);
});

test('a page is compared task by task, however many tasks the workspace has', async () => {
  const page = {
    organizationId: 'org',
    lease: 'lease',
    rows: [seen('t1', 'grace', 1)],
    scan: {
      id: 'scan',
      kind: 'incremental' as const,
      isSilent: false,
      startedAtMs: 0,
      topUs: null,
      floorUs: null,
      rowsRead: 0,
      totalRows: 0,
      rowsUnusable: 0,
      cursor: null,
    },
    end: null,
  };
  const known = [{ task_id: 't1', assignee_user_id: 'ada', updated_at_us: 0, is_open: true }];
  const steps = await searchesOf((run) => compareWithSnapshot(run, page, { ...marks, toldFromUs: null }), [], [known]);
  const ofTasks = steps.filter((step) => step.includes(' snapshot '));
  expect(ofTasks).toHaveLength(2);
  expect(new Set(ofTasks)).toEqual(new Set(['SEARCH snapshot USING PRIMARY KEY (organization_id=? AND task_id=?)']));
});

test('workspaces are found by when it is their turn, and given back by their ids', async () => {
  const owner = { newLease: () => 'lease', ownLeases: 'lease' };
  const claimed = await searchesOf((run) => claimPolls(run, owner, { limit: 1, leaseMs: 1 }));
  const ofWorkspaces = (steps: string[]) => steps.filter((step) => step.includes(' workspace '));
  expect(ofWorkspaces(claimed)).toEqual([
    'SEARCH workspace USING INDEX workspace_turn (goes_on=? AND <expr><?)',
    'SEARCH workspace USING INDEX workspace_turn (goes_on=? AND <expr><?)',
  ]);
  expect(claimed.filter((step) => step.startsWith('SCAN'))).toEqual([]);
  const awaited = await searchesOf((run) => msUntilPoll(run, { isGoingOnFull: false }));
  expect(ofWorkspaces(awaited)).toEqual([
    'SEARCH workspace USING INDEX workspace_turn (goes_on=?)',
    'SEARCH workspace USING INDEX workspace_turn (goes_on=?)',
  ]);
  const outcome = { organizationId: 'org', lease: 'lease', nextPollInMs: 1, sawChange: false };
  const ended = await searchesOf((run) =>
    finishPolls({ ...run, settling: { ...run, proof: sql`true` } }, [{ ...outcome, result: 'done' }]),
  );
  expect(ofWorkspaces(ended)).toEqual([
    'SEARCH workspace USING INDEX sqlite_autoindex_workspace_1 (organization_id=?)',
  ]);
  expect(ended.filter((step) => step.startsWith('SCAN'))).toEqual([]);
});

test('the latest spans of polls are found by their workspaces', () => {
  const steps = explain(latestSpansOf(['org'])).filter((step) => /SEARCH|SCAN/.test(step));
  expect(steps.filter((step) => step.includes('SCAN span') || step.includes('SCAN known'))).toEqual([]);
  expect(steps.filter((step) => step.includes('SEARCH span'))).toHaveLength(1);
});

test('people, hooks and events go on in an index', async () => {
  const people = await searchesOf((run) => listPeople(run, 'org', { after: { user_id: 'a', name: 'b' } }));
  expect(people).toEqual(['SEARCH person USING INDEX person_by_name (organization_id=? AND <expr>>?)']);
  const hooks = await searchesOf((run) => listHooks(run, 'org', { before: { createdAtMs: 1, number: 1 } }));
  expect(hooks).toContain('SEARCH hook USING INDEX hook_newest (organization_id=? AND created_at_ms<?)');
  const events = await searchesOf(
    (run) => listEvents(run, 'org', { limit: 1, before: 'evt', taskTypes: ['CALL'] }),
    [{ id: 'evt', occurred_at_us: 1, seq: 1 }],
  );
  expect(new Set(events.slice(1))).toEqual(
    new Set(['SEARCH event USING INDEX event_of_type (organization_id=? AND type=? AND occurred_at_us<?)']),
  );
});

const hookRow = {
  ...{ id: 'hok', number: 2, target_hash: 't', zap_id: 'zap', predecessor: 'hok_before' },
  ...{ created_at_ms: 1, ended_at_ms: null, listening_since_ms: 1 },
};

test('what is recovered is found without what was recovered before', async () => {
  const owned = { organizationId: 'org', hookId: 'hok' };
  const steps = await searchesOf(
    (run) => recoverDeliveries(run, owned, { sinceMs: 1, limit: 1 }, usualQuotas),
    [{ target_hash: 't', zap_id: null }, hookRow, hookRow, undefined, hookRow],
  );
  expect(steps.filter((step) => step.startsWith('SCAN'))).toEqual([]);
  const lost = steps.filter((step) => step.includes(' delivery '));
  expect(lost).toHaveLength(3);
  for (const step of lost) expect(step).toContain('delivery_recoverable (hook_id=? AND settled_at_ms>?)');
});

test('what a hook missed is looked for in the order in which it happened', async () => {
  const query = { sinceMs: 1, untilMs: 2, from: { occurredAtUs: 1, seq: 1 }, isDryRun: true };
  const listener = { ...hookRow, filters: '{}', once_per: 'task', events: null, scopes: null };
  const steps = await searchesOf(
    (run) => recoverMissed(run, { organizationId: 'org', hookId: 'hok' }, query, usualQuotas),
    // The hook, the one before it that has ended, and since when it listens.
    [
      hookRow,
      hookRow,
      { ...hookRow, created_at_ms: 3 },
      { ...hookRow, ended_at_ms: 1 },
      undefined,
      { listening_since_ms: 3 },
    ],
    [[], [listener]],
  );
  const events = steps.filter((step) => step.includes(' event '));
  expect(events).toHaveLength(2);
  for (const step of events) {
    expect(step).toContain('event_newest (organization_id=? AND occurred_at_us>? AND occurred_at_us<?)');
  }
  expect(steps.filter((step) => step.startsWith('SCAN'))).toEqual(['SCAN found']);
  expect(steps.some((step) => step.startsWith('SEARCH poll_span'))).toBe(true);
});

test('deliveries of one state are looked for in an index of their hook', async () => {
  const owned = { organizationId: 'org', hookId: 'hok' };
  const steps = await searchesOf(
    (run) => listDeliveries(run, owned, { limit: 1, state: 'dead' }),
    [{ target_hash: 't' }],
  );
  expect(steps.slice(1)).toEqual([
    'SEARCH delivery USING INDEX delivery_lost (hook_id=? AND seq>? AND seq<?)',
    'SEARCH delivery USING INDEX delivery_lost (hook_id=? AND seq>? AND seq<?)',
  ]);
  const waiting = [
    ...(await searchesOf((run) => listDeliveries(run, owned, { limit: 1, state: 'waiting' }), [{ target_hash: 't' }])),
    ...(await searchesOf((run) => searchDeliveries(run, 'org', { limit: 1, state: 'waiting', hookId: 'hok' }))),
  ].filter((step) => step.includes(' delivery '));
  expect(waiting).toHaveLength(4);
  for (const step of waiting) expect(step).toContain('INDEX delivery_waiting (hook_id=? AND seq>? AND seq<?)');
});

test('whether more waits for a hook is found in its queue, whatever was sent to it before', async () => {
  const steps = await searchesOf((run) => {
    const database = { ...run, settling: { ...run, proof: sql`true` } };
    return settle(database, [{ id: 'msg', lease: 'lease', outcome: { kind: 'delivered' } }]);
  });
  expect(steps).toEqual([
    'SEARCH delivery USING INDEX sqlite_autoindex_delivery_1 (id=?)',
    'SEARCH hook USING INDEX sqlite_autoindex_hook_1 (id=?)',
    'SEARCH next USING COVERING INDEX delivery_waiting (hook_id=?)',
  ]);
});

test('what is due of hooks that are told is found without a look at others', async () => {
  const steps = await searchesOf((run) =>
    readDueDeliveries(run, { limit: 8, perHook: 8, lost: undefined, hookIds: ['hok'] }),
  );
  expect(steps).toContain('SEARCH queued USING COVERING INDEX delivery_waiting (hook_id=?)');
  expect(steps.filter((step) => /^SCAN (delivery|hook|queued)/.test(step))).toEqual([]);
});

test('deliveries of which the ids are known are found by them', async () => {
  const steps = await searchesOf((run) => findDeliveries(run, 'org', ['msg']));
  expect(steps).toContain('SEARCH delivery USING INDEX sqlite_autoindex_delivery_1 (id=?)');
});

test('hooks are counted without their rows, which hold large filters', async () => {
  const stored = { id: 'hok', filters: '{}', once_per: 'task', scopes: null, events: null };
  const steps = await searchesOf((run) => subscribe(run, 'org', newHook(), usualQuotas), [
    undefined,
    { live: 0, kept: 0 },
    stored,
  ] as object[]);
  expect(steps.filter((step) => step.startsWith('SEARCH hook USING COVERING INDEX'))).toHaveLength(2);
});

test.each([
  [{ person: 'usr' }, ['event_to (organization_id=? AND <expr>=?', 'event_from (organization_id=? AND <expr>=?']],
  [
    { person: 'usr', sinceMs: 1, untilMs: 2 },
    [
      'event_to (organization_id=? AND <expr>=? AND occurred',
      'event_from (organization_id=? AND <expr>=? AND occurred',
    ],
  ],
  [{ previousAssigneeIds: ['usr'], types: [...eventTypes] }, ['event_from (organization_id=? AND <expr>=?']],
  [{ newAssigneeIds: ['usr'], previousAssigneeIds: ['usr'] }, ['event_from (organization_id=? AND <expr>=?']],
  [{ newAssigneeIds: ['usr'], types: ['task.created' as const] }, ['event_to (organization_id=? AND <expr>=?']],
  [{ contact: 'Zoe' }, ['event_of_sequence (organization_id=? AND sequence_id=?']],
  [{ source: 'zapier' as const, types: [...eventTypes] }, ['event_of_source (organization_id=? AND source=?']],
  [{ types: [...eventTypes] }, ['event_newest (organization_id=?']],
])('events of %j are found by an index of their own', async (query, indexes) => {
  const steps = await searchesOf((run) => listEvents(run, 'org', { limit: 1, sinceMs: 1, ...query }));
  const searches = steps.filter((step) => step.startsWith('SEARCH event USING INDEX'));
  for (const index of indexes) expect(searches.join()).toContain(index);
  expect(steps.filter((step) => step.startsWith('SCAN event'))).toEqual([]);
});

test.each([
  [{}, 'delivery_newest (organization_id=? AND created_at_ms>?)'],
  [{ state: 'dead' as const }, 'delivery_undelivered (organization_id=? AND created_at_ms>?)'],
  [{ status: 410 }, 'delivery_refused (organization_id=? AND status=? AND created_at_ms>?)'],
])('deliveries of all hooks, of %j, are found by an index of their own', async (search, index) => {
  const steps = await searchesOf((run) => searchDeliveries(run, 'org', { limit: 1, sinceMs: 1, ...search }));
  expect(steps).not.toEqual([]);
  for (const step of steps) expect(step).toContain(`INDEX ${index}`);
});

test('the deliveries of one hook in a time are found in its queue', async () => {
  const steps = await searchesOf(
    (run) => searchDeliveries(run, 'org', { limit: 1, sinceMs: 1, untilMs: 2, hookId: 'hok' }),
    [{ seq: 1 }, { seq: 2 }],
  );
  expect(steps).toEqual([
    'SEARCH delivery USING COVERING INDEX delivery_newest (organization_id=? AND created_at_ms>?)',
    'SEARCH delivery USING COVERING INDEX delivery_newest (organization_id=? AND created_at_ms<?)',
    'SEARCH delivery USING INDEX delivery_of_hook (hook_id=? AND seq>? AND seq<?)',
    'SEARCH delivery USING INDEX delivery_of_hook (hook_id=? AND seq>? AND seq<?)',
  ]);
});

test('how soon Zaps hear is read from the newest deliveries alone', async () => {
  expect(await searchesOf((run) => findDelays(run, 'org'))).toEqual([
    'SEARCH delivery USING INDEX delivery_newest (organization_id=? AND created_at_ms>?)',
  ]);
  expect(await searchesOf(findAllDelays)).toEqual(['SCAN delivery']);
});

test('the deliveries of one hook are found in its queue, whatever other hooks were sent since', async () => {
  const owned = { organizationId: 'org', hookId: 'hok' };
  const steps = await searchesOf((run) => listDeliveries(run, owned, { limit: 1 }), [{ target_hash: 't' }]);
  expect(steps.slice(1)).toEqual([
    'SEARCH delivery USING INTEGER PRIMARY KEY (rowid=?)',
    'SEARCH delivery USING COVERING INDEX delivery_of_hook (hook_id=? AND seq>? AND seq<?)',
  ]);
});
