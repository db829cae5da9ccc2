import fc from 'fast-check';
import type { FaultKind } from '../../dev/sandbox/fault.ts';

/** Something that happens in Topo. Numbers choose among the tasks and the people that there are. */
export type Deed =
  | { kind: 'reassign'; task: number; person: number; scope: 'TASK' | 'SEQUENCE' }
  | { kind: 'unassign'; task: number }
  /** Many tasks, a millisecond apart or at one moment. */
  | { kind: 'reassign many'; from: number; count: number; person: number; isAtOnce: boolean }
  /** By the action: announced, done, and settled as told, or never. */
  | { kind: 'act'; task: number; person: number; scope: 'TASK' | 'SEQUENCE'; settled: 'done' | 'failed' | 'never' }
  /** Announced, and then somebody else does something else. */
  | { kind: 'announce in vain'; task: number; person: number }
  /** Becomes visible half a minute after its date. */
  | { kind: 'reassign late'; task: number; person: number }
  | { kind: 'create'; person: number; isClosedAtOnce: boolean }
  | { kind: 'complete'; task: number }
  /** A closed task is open again; a person may get it at once. */
  | { kind: 'reopen'; task: number; person: number | null }
  /** From now on the task has this status, and its dates say nothing of that; none gives it back its own. */
  | { kind: 'show status'; task: number; status: string | null }
  /** Topo returns the task in a form that cannot be used, until everything comes to rest. */
  | { kind: 'malform'; task: number; fields: Readonly<Record<string, unknown>> }
  | { kind: 'delete'; task: number }
  | { kind: 'delete many'; from: number; count: number }
  /** As many new tasks as were deleted: the list is as long as before. */
  | { kind: 'churn'; from: number; count: number; person: number };

export type Step =
  | { kind: 'deed'; deed: Deed }
  | { kind: 'pass'; ms: number }
  | { kind: 'poll' }
  /** More changes than a page holds are read, and then one behind them becomes visible. */
  | { kind: 'late behind many'; from: number; person: number; task: number }
  /** Every task is read again while Topo returns one in a form that cannot be used, and that one is reassigned after. */
  | { kind: 'malformed for a day'; task: number; person: number; fields: Readonly<Record<string, unknown>> }
  /** The next request to Topo that is followed by another lets this happen in between. */
  | { kind: 'meanwhile'; deed: Deed; afterRequests: number }
  /** The next first page is the last one once more: a copy of Topo's data lags behind. */
  | { kind: 'stale page'; afterRequests: number }
  | { kind: 'fault'; faultKind: FaultKind; afterRequests: number }
  | { kind: 'broken request'; afterRequests: number }
  | { kind: 'broken store'; afterCalls: number; isAfterwards: boolean }
  /** Every task is due to be read again. */
  | { kind: 'day' }
  /** The server's clock is set, and Topo's is not. */
  | { kind: 'set clock'; ms: number }
  | { kind: 'restart' }
  /** Everything comes to rest, and what was told is held against what happened. */
  | { kind: 'check' };

const natural = fc.nat({ max: 1_000_000 });
const scope = fc.constantFrom('TASK' as const, 'SEQUENCE' as const);

const unusableFields = fc.constantFrom<Readonly<Record<string, unknown>>>(
  { updated_at: null },
  { created_at: '2026-03-02' },
  { assignee_user_id: 17 },
  { id: undefined },
);

const churn = (mostFrom: number) =>
  fc.record({
    kind: fc.constant('churn' as const),
    from: fc.nat({ max: mostFrom }),
    count: fc.integer({ min: 2, max: 20 }),
    person: natural,
  });

const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('reassign' as const), task: natural, person: natural, scope }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unassign' as const), task: natural }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('reassign many' as const),
      from: natural,
      count: fc.integer({ min: 60, max: 150 }),
      person: natural,
      isAtOnce: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('act' as const),
      task: natural,
      person: natural,
      scope,
      settled: fc.constantFrom('done' as const, 'failed' as const, 'never' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('announce in vain' as const), task: natural, person: natural }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('reassign late' as const), task: natural, person: natural }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('create' as const), person: natural, isClosedAtOnce: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('complete' as const), task: natural }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('reopen' as const), task: natural, person: fc.option(natural) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('show status' as const),
      task: natural,
      status: fc.constantFrom('SNOOZED', 'PENDING', 'COMPLETED', null),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('malform' as const), task: natural, fields: unusableFields }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), task: natural }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('delete many' as const),
      from: natural,
      count: fc.integer({ min: 2, max: 20 }),
    }),
  },
  { weight: 1, arbitrary: churn(1_000_000) },
);

const faultKind: fc.Arbitrary<FaultKind> = fc.oneof(
  fc.constant({ kind: 'rate limit' as const }),
  fc.record({ kind: fc.constant('rate limit' as const), retryAfter: fc.integer({ min: 0, max: 90 }) }),
  fc.constant({ kind: 'status' as const, status: 500 }),
  fc.constant({ kind: 'cut' as const }),
  fc.constant({ kind: 'html' as const }),
);

const few = fc.nat({ max: 3 });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('deed' as const), deed }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      ms: fc.oneof(fc.constantFrom(1, 15_000, 61_000), fc.nat({ max: 120_000 })),
    }),
  },
  { weight: 4, arbitrary: fc.constant({ kind: 'poll' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('late behind many' as const),
      from: natural,
      person: natural,
      task: natural,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('malformed for a day' as const),
      task: natural,
      person: natural,
      fields: unusableFields,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('meanwhile' as const), deed, afterRequests: few }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stale page' as const), afterRequests: few }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fault' as const), faultKind, afterRequests: few }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('broken request' as const), afterRequests: few }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('broken store' as const),
      afterCalls: fc.nat({ max: 6 }),
      isAfterwards: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'day' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('set clock' as const),
      ms: fc.constantFrom(-3_600_000, -61_000, 61_000, 3_600_000),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'check' as const }) },
);

/**
 * A history: how many tasks there are at first, what the dice show, what happens during the first reading, whether
 * everything comes to rest after it, and what happens then.
 */
export const history = fc.record({
  taskCount: fc.integer({ min: 20, max: 220 }),
  seed: fc.nat({ max: 1000 }),
  // A first reading meets the oldest tasks first: what happens to those shifts all the others.
  first: fc.array(fc.record({ deed: fc.oneof(deed, churn(60)), afterRequests: few }), { maxLength: 3 }),
  restsFirst: fc.boolean(),
  steps: fc.array(step, { minLength: 3, maxLength: 14 }),
});
export type History = typeof history extends fc.Arbitrary<infer Value> ? Value : never;
