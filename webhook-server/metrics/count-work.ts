import { Counter, Histogram, type Registry } from 'prom-client';
import type { DeliveryOutcome, DetectedEvent } from '../store/work-store.ts';
import { prefix } from './prefix.ts';

const pollResults = {
  done: 'ok',
  failed: 'failed',
  limited: 'limited',
  'key refused': 'key_refused',
  postponed: 'postponed',
};

type PollResult = keyof typeof pollResults;

const topoAnswers = ['answered', 'refused', 'limited', 'failed'] as const;

const kindsOf: Record<DetectedEvent['type'], readonly DetectedEvent['kind'][]> = {
  'task.reassigned': ['reassigned', 'assigned', 'unassigned'],
  'task.created': ['created'],
  'task.closed': ['closed'],
  'task.reopened': ['reopened'],
};

const statusClasses = ['2xx', '3xx', '4xx', '410', '429', '5xx', 'none'] as const;

const statusClassOf = (status: number | null): string => {
  if (status === null) return 'none';
  return status === 410 || status === 429 ? String(status) : `${Math.floor(status / 100)}xx`;
};

const delaySeconds = [0.25, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 900, 3_600, 14_400, 86_400];

/** What the parts of this process tell of their work, and the metrics that it becomes. Labels are words of ours alone. */
export const countWork = (registry: Registry) => {
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Counter({ name: `${prefix}${name}`, help, labelNames, registers });
  const histogram = <Label extends string>(name: string, help: string, buckets: number[], labelNames: Label[] = []) =>
    new Histogram({ name: `${prefix}${name}`, help, buckets, labelNames, registers });

  const polls = counter('polls_total', 'Polls of workspaces, by result.', ['result']);
  const topoRequests = counter('topo_requests_total', 'Requests to Topo, by what became of them.', ['answer']);
  const budgetUsed = histogram(
    'request_budget_used_ratio',
    'How much of its requests a minute a workspace had used when a poll of it ended.',
    [0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1],
  );
  const events = counter('events_detected_total', 'Events that were detected, by type and kind.', ['type', 'kind']);
  const detectionDelay = histogram(
    'detection_delay_seconds',
    'From a change, by the time that Topo gives, to its detection, by the clock of the database.',
    delaySeconds,
  );
  const attempts = counter('delivery_attempts_total', 'Attempts to deliver, by the status of the answer.', ['status']);
  const delivered = counter('deliveries_delivered_total', 'Deliveries that a target has accepted.');
  const givenUp = counter('deliveries_given_up_total', 'Deliveries that were given up after their last attempt.');
  const deliveryDelay = histogram(
    'delivery_delay_seconds',
    'From the detection of an event to its delivery; deliveries by hand do not count.',
    delaySeconds,
  );
  const unknownHooks = counter(
    'unknown_hooks_ended_total',
    'Calls to end a hook that is not known here: after a restore, one for each Zap that was turned on since the backup.',
  );
  const transactions = histogram(
    'database_transaction_seconds',
    'How long transactions took, waiting for their turn included.',
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15],
    ['end'],
  );

  // A series that is not there before its first event hides that event from a rate.
  for (const result of Object.values(pollResults)) polls.inc({ result }, 0);
  for (const answer of topoAnswers) topoRequests.inc({ answer }, 0);
  for (const [type, kinds] of Object.entries(kindsOf)) for (const kind of kinds) events.inc({ type, kind }, 0);
  for (const status of statusClasses) attempts.inc({ status }, 0);
  for (const end of ['committed', 'undone']) transactions.zero({ end });

  return {
    detector: {
      polled({ result, budgetUsed: used }: { result: PollResult; budgetUsed: number }): void {
        polls.inc({ result: pollResults[result] });
        budgetUsed.observe(used);
      },
      detected(found: readonly DetectedEvent[]): void {
        for (const { type, kind, delayMs } of found) {
          events.inc({ type, kind });
          detectionDelay.observe(delayMs / 1000);
        }
      },
    },
    delivery: {
      attempted(status: number | null): void {
        attempts.inc({ status: statusClassOf(status) });
      },
      settled(outcome: DeliveryOutcome['kind'], sinceDetectedMs: number | null): void {
        if (outcome === 'dead') givenUp.inc();
        if (outcome !== 'delivered') return;
        delivered.inc();
        if (sinceDetectedMs !== null) deliveryDelay.observe(sinceDetectedMs / 1000);
      },
    },
    topo: {
      answered(answer: (typeof topoAnswers)[number]): void {
        topoRequests.inc({ answer });
      },
    },
    http: {
      endedUnknownHook(): void {
        unknownHooks.inc();
      },
    },
    database: {
      ended({ ms, isCommitted }: { ms: number; isCommitted: boolean }): void {
        transactions.observe({ end: isCommitted ? 'committed' : 'undone' }, ms / 1000);
      },
    },
  };
};

export type WorkCounts = ReturnType<typeof countWork>;
