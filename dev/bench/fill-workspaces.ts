import { largestPage } from '../../topo/list.ts';
import { newBaseline, seenTask } from '../../webhook-server/detector/scan.ts';
import type { Store } from '../../webhook-server/store/store.ts';
import type { PollClaim } from '../../webhook-server/store/work-store.ts';
import { addPolledHook } from './hooks-in-store.ts';
import { preparedTasks } from './prepared-tasks.ts';
import { bigKey, usualKey } from './prepared-topo.ts';

/** Nobody polls what is being filled, however long that takes. */
const leaseMs = 30 * 60_000;

const intervalMs = 15_000;

/** Of a prepared workspace of 1,000 tasks the newest are enough: nobody looks at the others. */
const newest = preparedTasks(1_000 - largestPage, 1_000).map(seenTask);

type Filled = Pick<PollClaim, 'organizationId' | 'lease'>;

const recordNewest = async (store: Store): Promise<Filled[]> => {
  const claims = await store.work.claimPolls({ limit: 100, leaseMs });
  for (const claim of claims) {
    const { organizationId, lease } = claim;
    const us = newest.at(-1)?.updatedAtUs ?? 0;
    const end = { watermark: { us, movedAtMs: claim.nowMs, isSettled: true } };
    const scan = newBaseline(claim, us);
    await store.work.recordPage({ organizationId, lease, rows: newest, scan, end }, { leaseMs });
  }
  return claims;
};

/** From now on they are polled, each in its turn. */
const release = async (store: Store, filled: readonly Filled[]): Promise<void> => {
  await store.work.finishPolls(
    filled.map(({ organizationId, lease }, index) => ({
      organizationId,
      lease,
      result: 'done',
      nextPollInMs: Math.round((intervalMs * index) / filled.length),
      sawChange: false,
    })),
  );
};

const dayMs = 24 * 3_600_000;
const retention = { eventMs: 30 * dayMs, deliveryMs: 30 * dayMs, deadDeliveryMs: 90 * dayMs, hookMs: 30 * dayMs };

/** What is new is looked at once by the next clean-up, which is no part of what a poll costs. */
const cleanUp = async (store: Store): Promise<void> => {
  const lease = await store.work.claimCleanUp({ leaseMs });
  if (lease === undefined) throw new Error('Somebody else cleans up.');
  const limit = 1_000;
  for (;;) {
    const outcome = await store.work.removeExpired({ lease, leaseMs, retention, limit });
    if (outcome.kind === 'lease lost') throw new Error('The lease of the clean-up was lost.');
    if (outcome.count < limit && outcome.goesOn !== true) break;
  }
  await store.work.finishCleanUp({ lease, againInMs: dayMs });
};

/** Adds workspaces of the prepared Topo: usual ones in which nothing is new, and big ones that nobody has read yet. */
export const fillWorkspaces = async (
  store: Store,
  { usual, big }: { usual: number; big: number },
  targetOf: (index: number) => string | undefined = () => undefined,
): Promise<void> => {
  const filled: Filled[] = [];
  for (let index = 0; index < usual; index += 1) {
    const place = { organizationId: `usual-${index}`, key: usualKey(index) };
    await addPolledHook(store, place, `hok_usual_${index}`, targetOf(index));
    if (index % 100 === 99) filled.push(...(await recordNewest(store)));
  }
  filled.push(...(await recordNewest(store)));
  if (filled.length !== usual) throw new Error(`${filled.length} of ${usual} workspaces were filled.`);
  await cleanUp(store);
  await release(store, filled);
  for (let index = 0; index < big; index += 1) {
    await addPolledHook(store, { organizationId: `big-${index}`, key: bigKey(index) }, `hok_big_${index}`);
  }
};
