import type { Requeued } from '../../store/tenant-store.ts';
import { deliveryUnknown } from './delivery-unknown.ts';
import { hookUnavailable } from './hook-unavailable.ts';
import { HttpError } from './http-error.ts';

/** Why a delivery is not sent again. */
export const requeueRefused = (kind: Exclude<Requeued['kind'], 'queued'>): HttpError => {
  switch (kind) {
    case 'unknown':
      return deliveryUnknown();
    case 'still waiting':
      return new HttpError(409, 'conflict', 'This delivery is still waiting, and is going to be sent by itself.');
    case 'hook ended':
      return hookUnavailable('hook ended');
  }
};
