import type { RateLimits } from '../store/work-store.ts';

/** How many deliveries one hook gets at once, and how fast it and all hooks of one Zapier user get them. */
export type DeliveryLimits = { perHook: number; rateLimits: RateLimits | null };

/**
 * Zapier accepts 25 deliveries a second for one hook, and 10,000 in five minutes for one user. A pace allows its burst
 * plus its rate in any period, which stays below: 4 + 20 in a second, 1,000 + 8,823 in five minutes.
 */
export const zapierLimits: DeliveryLimits = {
  // A target that hangs blocks no more deliveries than this.
  perHook: 8,
  rateLimits: { hook: { everyMs: 50, burst: 4 }, user: { everyMs: 34, burst: 1_000 } },
};
