import type { RateLimit, RateLimits } from './work-store.ts';

/**
 * Usage is kept as one time, until which it is used up: each delivery moves it on by `everyMs`, and it may lie up to
 * `burst` deliveries ahead. So in any stretch of time no more than `burst` and one each `everyMs` are let through.
 *
 * @returns how many deliveries may go now, which is nothing or less when the rate is used up.
 */
const allowance = ({ everyMs, burst }: RateLimit, usedUntilMs: number, nowMs: number): number =>
  Math.floor((nowMs - Math.max(usedUntilMs, nowMs)) / everyMs) + burst;

/** Until when the rate is used up after one more delivery. */
const spend = ({ everyMs }: RateLimit, usedUntilMs: number, nowMs: number): number =>
  Math.max(usedUntilMs, nowMs) + everyMs;

/** When the next delivery may go, if none may go now. */
const nextAllowedMs = ({ everyMs, burst }: RateLimit, usedUntilMs: number): number =>
  usedUntilMs - (burst - 1) * everyMs;

/** Whose rate a delivery uses up: that of its hook and, if it has one, that of its `pace_key`. */
export type RateLimited = {
  hook_id: string;
  organization_id: string;
  pace_key: string | null;
  paced_until_ms: number;
};

/** Lets deliveries through as their rate limits allow. To be made for one claim, inside its transaction. */
export type RateLimiter = {
  /** Whether this delivery may go now; if so it counts. */
  admit(delivery: RateLimited): boolean;
  /** Until when the rate of each hook is used up that was asked about. */
  usedByHooks(): { hookId: string; usedUntilMs: number }[];
  /** The same for each `pace_key`. */
  usedByKeys(): { rateLimitKey: string; usedUntilMs: number }[];
  /** The hooks that have to wait, and until when. */
  waits(): { hookId: string; resumeAtMs: number }[];
};

type Usage = { limit: RateLimit; usedUntilMs: number };

/** @param usedByKey until when the rate of a `pace_key` is used up so far. */
export const createRateLimiter = (
  rateLimits: RateLimits,
  usedByKey: (rateLimitKey: string) => number,
  nowMs: number,
): RateLimiter => {
  const ofHooks = new Map<string, Usage>();
  const ofKeys = new Map<string, Usage>();
  const waits = new Map<string, number>();

  const usageIn = (usages: Map<string, Usage>, name: string, read: () => Usage): Usage => {
    const usage = usages.get(name) ?? read();
    usages.set(name, usage);
    return usage;
  };

  const usagesOf = ({ hook_id, pace_key, paced_until_ms }: RateLimited): Usage[] => {
    const ofHook = usageIn(ofHooks, hook_id, () => ({ limit: rateLimits.hook, usedUntilMs: paced_until_ms }));
    if (pace_key === null) return [ofHook];
    const readKey = () => ({ limit: rateLimits.user, usedUntilMs: usedByKey(pace_key) });
    return [ofHook, usageIn(ofKeys, pace_key, readKey)];
  };

  return {
    admit(delivery) {
      const usages = usagesOf(delivery);
      const spent = usages.filter(({ limit, usedUntilMs }) => allowance(limit, usedUntilMs, nowMs) < 1);
      if (spent.length > 0) {
        const resumeAtMs = Math.max(...spent.map(({ limit, usedUntilMs }) => nextAllowedMs(limit, usedUntilMs)));
        waits.set(delivery.hook_id, resumeAtMs);
        return false;
      }
      for (const usage of usages) usage.usedUntilMs = spend(usage.limit, usage.usedUntilMs, nowMs);
      return true;
    },
    usedByHooks: () => [...ofHooks].map(([hookId, { usedUntilMs }]) => ({ hookId, usedUntilMs })),
    usedByKeys: () => [...ofKeys].map(([rateLimitKey, { usedUntilMs }]) => ({ rateLimitKey, usedUntilMs })),
    waits: () => [...waits].map(([hookId, resumeAtMs]) => ({ hookId, resumeAtMs })),
  };
};
