import type { Task } from '../../topo/task.ts';
import { newBaseline, seenTask, watermarkAfter } from '../../webhook-server/detector/scan.ts';
import { createSqliteStore } from '../../webhook-server/store/sqlite/sqlite-store.ts';
import type { Store } from '../../webhook-server/store/store.ts';
import { addPolledHook } from './hooks-in-store.ts';
import type { TopoPlace } from './sandbox-process.ts';

const leaseMs = 60_000;
const chunkRows = 10_000;

const byId = (left: Task, right: Task): number => (left.id < right.id ? -1 : Number(left.id > right.id));

const recordBaseline = async (store: Store, organizationId: string, tasks: readonly Task[]): Promise<void> => {
  const [claim] = await store.work.claimPolls({ limit: 1, leaseMs });
  if (claim === undefined) throw new Error('The workspace is not due.');
  const { lease } = claim;
  // Inserting in the order of the primary key takes seconds for a million rows.
  const sorted = tasks.toSorted(byId);
  let topUs = 0;
  for (let begin = 0; begin < sorted.length; begin += chunkRows) {
    const rows = sorted.slice(begin, begin + chunkRows).map(seenTask);
    topUs = rows.reduce((newest, { updatedAtUs }) => Math.max(newest, updatedAtUs), topUs);
    const scan = newBaseline(claim, topUs);
    const isLast = begin + chunkRows >= sorted.length;
    const end = isLast ? { watermark: watermarkAfter(scan, null) } : null;
    await store.work.recordPage({ organizationId, lease, rows, scan, end }, { leaseMs });
  }
  await store.work.finishPoll({ organizationId, lease, result: 'done', nextPollInMs: 0, sawChange: false });
};

/** Creates a store that holds these tasks, as if a first reading of the workspace had just ended. */
export const fillStore = async (path: string, place: TopoPlace, tasks: readonly Task[]): Promise<void> => {
  const store = createSqliteStore(path);
  try {
    await addPolledHook(store, place);
    await recordBaseline(store, place.organizationId, tasks);
  } finally {
    await store.close();
  }
};
