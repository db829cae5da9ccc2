import type { RateLimited } from '../rate-limiter.ts';

/** A delivery that may be claimed, with what its hook says about it. */
export type DueDelivery = RateLimited & {
  seq: number;
  id: string;
  failures: number;
  sealed_target: string;
  sealed_secret: string;
  body: string;
  /** Somebody asked for it by hand. */
  is_manual: number | boolean;
  attempts: number;
  first_sent_at_ms: number | null;
};
