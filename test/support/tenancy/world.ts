import type { DeliveryOutcome, SeenTask, WorkStore } from '../../../webhook-server/store/work-store.ts';
import type { Command } from './command.ts';

const leaseMs = 60_000;

/** Both workspaces have tasks and people of the same ids: only the organization tells them apart. */
export const idOf = (kind: 'task' | 'user', index: number): string =>
  `3c90c3cc-0d44-4b50-8888-${kind === 'task' ? '7' : '8'}dd25736052${index}`;

const outcomes: Record<'delivered' | 'gone' | 'dead' | 'retry', DeliveryOutcome> = {
  delivered: { kind: 'delivered' },
  gone: { kind: 'gone' },
  dead: { kind: 'dead', afterMs: 0, reason: 'the target answered 500', certainty: 'refused' },
  retry: { kind: 'retry', afterMs: 500, reason: 'the target answered 429', certainty: 'refused' },
};

const rowsAt = (to: number, nowMs: number): SeenTask[] =>
  [0, 1, 2].map((index) => {
    const assigneeId = to === 3 ? null : idOf('user', (to + index) % 3);
    const updatedAtUs = nowMs * 1000;
    const task = {
      id: idOf('task', index),
      type: 'CALL',
      sequence_id: index === 2 ? null : 'run',
      assignee_user_id: assigneeId,
      updated_at: new Date(nowMs).toISOString(),
    };
    return { task, assigneeId, isOpen: true, createdAtUs: updatedAtUs, updatedAtUs };
  });

const scan = async (work: WorkStore, to: number, nowMs: number): Promise<void> => {
  for (const { organizationId, lease, isBaselined, isSilent } of await work.claimPolls({ limit: 10, leaseMs })) {
    const scan = {
      id: `scan-${nowMs}-${organizationId}`,
      kind: isBaselined ? ('incremental' as const) : ('baseline' as const),
      isSilent,
      startedAtMs: nowMs,
      topUs: null,
      floorUs: null,
      rowsRead: 3,
      totalRows: 3,
      cursor: null,
    };
    const end = { watermark: { us: nowMs * 1000, movedAtMs: nowMs, isSettled: false } };
    await work.recordPage({ organizationId, lease, rows: rowsAt(to, nowMs), scan, end }, { leaseMs });
    await work.finishPoll({ organizationId, lease, nextPollInMs: 0, result: 'done', sawChange: true });
  }
};

const deliver = async (work: WorkStore, outcome: DeliveryOutcome): Promise<void> => {
  const claims = await work.claimDeliveries({ limit: 1000, perHook: 100, leaseMs, rateLimits: null });
  await work.settle(claims.map(({ id, lease }) => ({ id, lease, outcome })));
};

/** What happens to every workspace alike, whoever calls. */
export const happen = (work: WorkStore, command: Exclude<Command, { kind: 'call' }>, nowMs: number): Promise<void> =>
  command.kind === 'scan' ? scan(work, command.to, nowMs) : deliver(work, outcomes[command.outcome]);
