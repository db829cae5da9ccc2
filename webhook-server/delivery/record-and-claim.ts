import type { WorkStore } from '../store/work-store.ts';
import type { LendingLoop } from '../work-loop.ts';
import type { createDelivery, DeliveryJob } from './delivery.ts';

type Ports = {
  loop: Pick<LendingLoop<DeliveryJob>, 'lend'>;
  delivery: Pick<ReturnType<typeof createDelivery>, 'claimWhile'>;
  store: Pick<WorkStore, 'recordPage'>;
};

/** A way to record pages whose deliveries, if they are few, are claimed as they are made, and sent at once. */
export const createRecordAndClaim =
  ({ loop, delivery, store }: Ports): WorkStore['recordPage'] =>
  (page, options) =>
    loop.lend((places) => delivery.claimWhile(places, (claim) => store.recordPage(page, { ...options, claim })));
