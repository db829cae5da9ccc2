import { largestPage } from '../../topo/list.ts';
import { newBaseline, seenTask } from '../../webhook-server/detector/scan.ts';
import type { Store } from '../../webhook-server/store/store.ts';
import { addPolledHook } from './hooks-in-store.ts';
import { preparedTasks } from './prepared-tasks.ts';
import { bigKey, usualKey } from './prepared-topo.ts';

const leaseMs = 60_000;

/** Of a prepared workspace of 1,000 tasks the newest are enough: nobody looks at the others. */
const newest = preparedTasks(1_000 - largestPage, 1_000).map(seenTask);

const recordNewest = async (store: Store): Promise<void> => {
  for (const claim of await store.work.claimPolls({ limit: 100, leaseMs })) {
    const { organizationId, lease } = claim;
    const us = newest.at(-1)?.updatedAtUs ?? 0;
    const end = { watermark: { us, movedAtMs: claim.nowMs, isSettled: true } };
    const scan = newBaseline(claim, us);
    await store.work.recordPage({ organizationId, lease, rows: newest, scan, end }, { leaseMs });
    await store.work.finishPoll({ organizationId, lease, result: 'done', nextPollInMs: 15_000, sawChange: false });
  }
};

/** Adds workspaces of the prepared Topo: usual ones in which nothing is new, and big ones that nobody has read yet. */
export const fillWorkspaces = async (store: Store, { usual, big }: { usual: number; big: number }): Promise<void> => {
  for (let index = 0; index < usual; index += 1) {
    await addPolledHook(store, { organizationId: `usual-${index}`, key: usualKey(index) }, `hok_usual_${index}`);
    if (index % 100 === 99) await recordNewest(store);
  }
  await recordNewest(store);
  for (let index = 0; index < big; index += 1) {
    await addPolledHook(store, { organizationId: `big-${index}`, key: bigKey(index) }, `hok_big_${index}`);
  }
};
