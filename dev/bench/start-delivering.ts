import { createDelivery, type DeliveryCounts } from '../../webhook-server/delivery/delivery.ts';
import { createRecordAndClaim } from '../../webhook-server/delivery/record-and-claim.ts';
import { createTransport } from '../../webhook-server/delivery/transport.ts';
import type { DeliveryLimits } from '../../webhook-server/delivery/zapier-limits.ts';
import { createTargetCheck, readAllowedHost } from '../../webhook-server/hook-target.ts';
import { createLog } from '../../webhook-server/log.ts';
import type { Store } from '../../webhook-server/store/store.ts';
import { startWorkLoop } from '../../webhook-server/work-loop.ts';
import { vault } from './hooks-in-store.ts';

/** Delivers what is due in a store, as the server does. */
export const startDelivering = (
  store: Store,
  host: string,
  limits: DeliveryLimits,
  concurrency: number,
  counts?: DeliveryCounts,
) => {
  const entry = readAllowedHost(host);
  const transport = createTransport();
  const log = createLog('fatal', process.stdout);
  const delivery = createDelivery({
    store: store.work,
    vault,
    checkTarget: createTargetCheck(entry === undefined ? [] : [entry]),
    transport,
    limits,
    clock: Date.now,
    monotonicClock: () => performance.now(),
    random: Math.random,
    log,
    counts,
  });
  const onWork = (listener: () => void) => store.work.onWork('deliver', listener);
  const loop = startWorkLoop({ name: 'delivery', concurrency: () => concurrency, ...delivery, onWork }, log, () =>
    performance.now(),
  );

  return {
    /** Records a page, and sends at once what it makes due. */
    recordPage: createRecordAndClaim({ loop, delivery, store: store.work }),
    async stop() {
      await loop.stop(0);
      await transport.close();
    },
  };
};
