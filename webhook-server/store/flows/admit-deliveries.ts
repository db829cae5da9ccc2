import { admitFairly } from '../admit-fairly.ts';
import type { Run, Transaction } from '../database.ts';
import { createRateLimiter, type RateLimited, type RateLimiter } from '../rate-limiter.ts';
import { oneOf, phrase, sql, tableOf } from '../sql.ts';
import type { RateLimit, RateLimits } from '../work-store.ts';

type KeyRow = { pace_key: string; paced_until_ms: number; last_organization_id: string | null };

/** Locks the rate limits of these keys, always in one order. Returns how each is used up. */
const lockUsage = async (run: Run, deliveries: readonly RateLimited[]): Promise<Map<string, KeyRow>> => {
  const rateLimitKeys = [...new Set(deliveries.flatMap(({ pace_key }) => pace_key ?? []))].toSorted();
  if (rateLimitKeys.length === 0) return new Map();
  await run.change(sql`
    insert into pace (pace_key, paced_until_ms)
    select pace_key, 0 from ${tableOf('asked', rateLimitKeys, { pace_key: ['text', (rateLimitKey) => rateLimitKey] })}
    where true
    on conflict do nothing`);
  const rows = await run.rows<KeyRow>(sql`
    select pace_key, paced_until_ms, last_organization_id from pace where pace_key ${oneOf(rateLimitKeys)}
    order by pace_key
    ${phrase('lock')}`);
  return new Map(rows.map((row) => [row.pace_key, row]));
};

type Waits = ReadonlyMap<string, number>;

const waitsOf = (pacer: RateLimiter): Waits =>
  new Map(pacer.waits().map(({ hookId, resumeAtMs }) => [hookId, resumeAtMs]));

const store = async (
  run: Run,
  pacer: RateLimiter,
  { waits, lasts }: { waits: Waits; lasts: ReadonlyMap<string, string> },
): Promise<void> => {
  await run.change(sql`
    update hook
    set paced_until_ms = until_ms, resume_at_ms = greatest(resume_at_ms, rest_until_ms)
    from ${tableOf('used', pacer.usedByHooks(), {
      hook_id: ['text', ({ hookId }) => hookId],
      until_ms: ['bigint', ({ usedUntilMs }) => usedUntilMs],
      rest_until_ms: ['bigint', ({ hookId }) => waits.get(hookId) ?? null],
    })}
    where hook.id = hook_id`);
  const keys = pacer.usedByKeys();
  if (keys.length === 0) return;
  await run.change(sql`
    update pace
    set paced_until_ms = until_ms, last_organization_id = coalesce(used.organization_id, last_organization_id)
    from ${tableOf('used', keys, {
      used_key: ['text', ({ rateLimitKey }) => rateLimitKey],
      until_ms: ['bigint', ({ usedUntilMs }) => usedUntilMs],
      organization_id: ['text', ({ rateLimitKey }) => lasts.get(rateLimitKey) ?? null],
    })}
    where pace_key = used_key`);
};

/** `isPausing`: hooks that have to wait are paused. */
const admitWithin = async <Delivery extends RateLimited>(
  run: Transaction,
  deliveries: Delivery[],
  rateLimits: RateLimits,
  { isPausing }: { isPausing: boolean },
): Promise<Delivery[]> => {
  if (deliveries.length === 0) return deliveries;
  const used = await lockUsage(run, deliveries);
  const pacer = createRateLimiter(rateLimits, (key) => used.get(key)?.paced_until_ms ?? 0, run.nowMs);
  const lastAdmitted = (key: string) => used.get(key)?.last_organization_id ?? null;
  const { admitted, lasts } = admitFairly(deliveries, lastAdmitted, (delivery) => pacer.admit(delivery));
  await store(run, pacer, { waits: isPausing ? waitsOf(pacer) : new Map(), lasts });
  return admitted;
};

/**
 * Returns those of the deliveries that their rate limits let through now, and stores what they use up; hooks that have to
 * wait are paused. Organizations that share a rate get equal shares of it. Without rate limits everything may go. The hooks
 * must be locked.
 */
export const admit = async <Delivery extends RateLimited>(
  run: Transaction,
  deliveries: Delivery[],
  rateLimits: RateLimits | null,
): Promise<Delivery[]> =>
  rateLimits === null ? deliveries : admitWithin(run, deliveries, rateLimits, { isPausing: true });

const half = ({ everyMs, burst }: RateLimit): RateLimit => ({ everyMs, burst: Math.ceil(burst / 2) });

/**
 * The same as long as half of each burst is left: where a rate runs short, what waits in a queue comes first. What is not
 * let through is not held back either.
 */
export const admitWhileQuiet = async <Delivery extends RateLimited>(
  run: Transaction,
  deliveries: Delivery[],
  rateLimits: RateLimits | null,
): Promise<Delivery[]> => {
  if (rateLimits === null) return deliveries;
  const halves = { hook: half(rateLimits.hook), user: half(rateLimits.user) };
  return admitWithin(run, deliveries, halves, { isPausing: false });
};
