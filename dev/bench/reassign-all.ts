import { createHash } from 'node:crypto';
import { publishRest } from '../../webhook-server/detector/publish-rest.ts';
import type { Store } from '../../webhook-server/store/store.ts';
import type { SeenTask } from '../../webhook-server/store/work-store.ts';
import { organizationId } from './hooks-in-store.ts';

const leaseMs = 60_000;

/** Who has the tasks in turn. */
export const people = ['7b1d2c4e-1111-4222-8333-9444a5556667', '3c90c3cc-0d44-4b50-8888-8dd25736052a'] as const;

/** Makes a task as long as Topo's. */
const note = 'x'.repeat(300);

const taskAt = (index: number, round: number): SeenTask => {
  const atMs = Date.now();
  const assigneeId = people[round % 2] ?? people[0];
  // Ids are scattered, as Topo's are.
  const id = createHash('sha256').update(String(index)).digest('hex').slice(0, 36);
  return {
    task: {
      id,
      type: 'CALL',
      priority: 'HOT',
      sequence_id: id,
      assignee_user_id: assigneeId,
      updated_at: new Date(atMs).toISOString(),
      note,
    },
    assigneeId,
    isOpen: true,
    createdAtUs: index,
    updatedAtUs: atMs * 1000,
  };
};

/** Records one incremental scan that finds so many tasks reassigned: each hook gets an event for each task. */
export const reassignAll = async (store: Store, tasks: number, round: number): Promise<void> => {
  const [claim] = await store.work.claimPolls({ limit: 1, leaseMs });
  if (claim === undefined) throw new Error('The workspace is not due.');
  const { lease } = claim;
  const rows = Array.from({ length: tasks }, (_, index) => taskAt(index, round));
  const scan = {
    id: `round-${round}`,
    kind: 'incremental' as const,
    isSilent: false,
    startedAtMs: claim.nowMs,
    topUs: null,
    floorUs: null,
    rowsRead: 0,
    totalRows: 0,
    cursor: null,
  };
  const page = { organizationId, lease, rows, scan, end: { watermark: null } };
  const outcome = await store.work.recordPage(page, { leaseMs });
  const fromSeq = outcome.kind === 'recorded' ? outcome.untoldFrom : null;
  await publishRest(store.work, { organizationId, lease, scan, waitsForFacts: false, fromSeq }, leaseMs);
  await store.work.finishPoll({ organizationId, lease, nextPollInMs: 0, result: 'done', sawChange: true });
};
