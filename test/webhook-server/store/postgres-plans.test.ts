import { beforeAll, expect, test } from '@jest/globals';
import { type Client, escapeLiteral } from 'pg';
import type { Run } from '../../../webhook-server/store/database.ts';
import { oldestUnpublished } from '../../../webhook-server/store/flows/pieces.ts';
import { unpublishedOf } from '../../../webhook-server/store/flows/publish.ts';
import { settle } from '../../../webhook-server/store/flows/settle-deliveries.ts';
import { dialect } from '../../../webhook-server/store/postgres/postgres-dialect.ts';
import { dueDeliveries, readNextDue } from '../../../webhook-server/store/postgres/postgres-due-deliveries.ts';
import { compile, type Statement, sql } from '../../../webhook-server/store/sql.ts';
import { connectPostgres, describePostgres, newSchemaUrl, openPostgresStore } from '../../support/postgres.ts';
import { newHook } from '../../support/store-contract/store-bench.ts';

type Plan = { 'Relation Name'?: string; 'Index Name'?: string; 'Node Type': string; Plans?: Plan[] };

const stepsOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(stepsOf)];

/** How PostgreSQL gets at each table of a statement: `table: index`, or `table: Seq Scan`. */
const accessesOf = (plan: Plan): string[] =>
  stepsOf(plan)
    .filter((step) => step['Relation Name'] !== undefined || step['Node Type'] === 'Bitmap Index Scan')
    .map((step) => `${step['Relation Name'] ?? ''}: ${step['Index Name'] ?? step['Node Type']}`);

const hooks = 20;
const perHook = 2_000;

describePostgres('plans of PostgreSQL after a burst of which it counted the beginning', () => {
  let client: Client;

  beforeAll(async () => {
    const url = await newSchemaUrl();
    const store = await openPostgresStore(() => 0, url);
    for (let hook = 1; hook <= hooks; hook += 1) {
      await store.tenant('org').subscribe(newHook({ id: `hok_${hook}`, targetHash: `target ${hook}` }));
    }
    await store.close();
    client = await connectPostgres(url);
    await client.query(`
      insert into delivery (id, organization_id, hook_id, event_id, order_key, body, created_at_ms)
      select 'msg_' || n || '_' || hook, 'org', 'hok_' || hook, 'evt_' || n, 'run_' || n, '{}', 0
      from generate_series(1, ${perHook}) as n, generate_series(1, ${hooks}) as hook`);
    await client.query(`
      insert into event (id, organization_id, reading_id, task_id, kind, source, new_assignee_id, occurred_at_us,
                         detected_at_ms)
      select 'evt_' || n || '_' || org, 'org_' || org, 'read', 'task_' || n, 'reassigned', 'topo', 'ada', 0, 0
      from generate_series(1, ${perHook}) as n, generate_series(1, ${hooks}) as org`);
    await client.query('analyze delivery, event, hook');
    await client.query(`update delivery set state = 'delivered', settled_at_ms = 1 where seq % 100 <> 0`);
    await client.query(`update event set body = '{}' where seq % 100 <> 0`);
  }, 60_000);

  const accesses = async (statement: Statement): Promise<string[]> => {
    const { text, values } = compile(statement, dialect);
    const { rows } = await client.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(`explain (format json) ${text}`, values);
    return rows.flatMap((row) => row['QUERY PLAN']).flatMap(({ Plan: plan }) => accessesOf(plan));
  };

  /** The same by the plan that is kept for all values. */
  const keptAccesses = async (statement: Statement): Promise<string[]> => {
    const { text, values } = compile(statement, dialect);
    const literals = values.map((value) => (value === null ? 'null' : escapeLiteral(String(value))));
    await client.query(`set plan_cache_mode = force_generic_plan; prepare kept as ${text}`);
    const { rows } = await client.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
      `explain (format json) execute kept (${literals.join(', ')})`,
    );
    await client.query('deallocate kept; reset plan_cache_mode');
    return rows.flatMap((row) => row['QUERY PLAN']).flatMap(({ Plan: plan }) => accessesOf(plan));
  };

  /** The plans of all statements of a flow that finds nothing. */
  const accessesIn = async (flow: (run: Run) => Promise<unknown>, read = accesses): Promise<string[]> => {
    const seen: string[] = [];
    const note = async (statement: Statement) => {
      seen.push(...(await read(statement)));
    };
    await flow({
      rows: async (statement) => note(statement).then(() => []),
      first: async (statement) => note(statement).then(() => undefined),
      change: async (statement) => note(statement).then(() => 0),
    });
    return seen;
  };

  test('what is due is found by the index of what waits, and not past what was settled', async () => {
    const moment = { nowMs: 5, perHook: 8, lost: undefined };
    const found = await accesses(dueDeliveries(['hok_1', 'hok_2'], moment, 64));
    expect(found.filter((access) => access.startsWith('delivery'))).toEqual([
      'delivery: delivery_waiting',
      'delivery: delivery_pkey',
    ]);
    const next = await accessesIn((run) => readNextDue(run, moment));
    expect(new Set(next.filter((access) => access.startsWith('delivery')))).toEqual(
      new Set(['delivery: delivery_waiting']),
    );
  });

  test('what is due of one hook is found by the same indexes, with the plan that is kept', async () => {
    const found = await keptAccesses(dueDeliveries(['hok_1'], { nowMs: 5, perHook: 8, lost: undefined }, 64));
    expect(found.filter((access) => access.startsWith('delivery'))).toEqual([
      'delivery: delivery_waiting',
      'delivery: delivery_pkey',
    ]);
  });

  test.each(['made for its values', 'kept'])(
    'whether more waits for a hook is found in its queue, whatever was sent to it before, with a plan that is %s',
    async (which) => {
      const settleOne = (run: Run) => {
        const database = { ...run, transaction: () => Promise.reject(), settling: { ...run, proof: sql`true` } };
        return settle(database, [{ id: 'msg_7_1', lease: 'lease', outcome: { kind: 'delivered' } }]);
      };
      const found = await accessesIn(settleOne, which === 'kept' ? keptAccesses : accesses);
      expect(found.filter((access) => access.startsWith('delivery')).toSorted()).toEqual([
        'delivery: ModifyTable',
        'delivery: delivery_id_key',
        'delivery: delivery_waiting',
      ]);
    },
  );

  test('a piece of what is to be told is found without a look at what was told', async () => {
    expect(await accesses(oldestUnpublished('org_7', 0, 201))).toEqual(['event: event_unpublished']);
  });

  test('what is to be told of one run, and the intent behind it, are found by their indexes with the plan that is kept', async () => {
    const found = await keptAccesses(unpublishedOf('org_7', ['task_7']));
    expect(found).toContain(': event_unpublished_run');
    expect(found.filter((access) => access.startsWith('intent:')).toSorted()).toEqual([
      'intent: intent_of_sequence',
      'intent: intent_of_task',
      'intent: intent_pkey',
      'intent: intent_pkey',
    ]);
  });
});
