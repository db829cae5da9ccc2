import type { Run, Transaction } from '../database.ts';
import { createRateLimiter, type RateLimited, type RateLimiter } from '../rate-limiter.ts';
import { oneOf, phrase, sql, tableOf } from '../sql.ts';
import type { RateLimits } from '../work-store.ts';

type KeyRow = { pace_key: string; paced_until_ms: number };

/** Locks the rateLimits of these keys, always in one order. Returns until when each is used up. */
const lockUsage = async (run: Run, deliveries: readonly RateLimited[]): Promise<Map<string, number>> => {
  const rateLimitKeys = [...new Set(deliveries.flatMap(({ pace_key }) => pace_key ?? []))].toSorted();
  if (rateLimitKeys.length === 0) return new Map();
  await run.change(sql`
    insert into pace (pace_key, paced_until_ms)
    select pace_key, 0 from ${tableOf('asked', rateLimitKeys, { pace_key: ['text', (rateLimitKey) => rateLimitKey] })}
    where true
    on conflict do nothing`);
  const rows = await run.rows<KeyRow>(sql`
    select pace_key, paced_until_ms from pace where pace_key ${oneOf(rateLimitKeys)}
    order by pace_key
    ${phrase('lock')}`);
  return new Map(rows.map(({ pace_key, paced_until_ms }) => [pace_key, paced_until_ms]));
};

const store = async (run: Run, pacer: RateLimiter): Promise<void> => {
  const waits = new Map(pacer.waits().map(({ hookId, resumeAtMs }) => [hookId, resumeAtMs]));
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
    update pace set paced_until_ms = until_ms
    from ${tableOf('used', keys, {
      used_key: ['text', ({ rateLimitKey }) => rateLimitKey],
      until_ms: ['bigint', ({ usedUntilMs }) => usedUntilMs],
    })}
    where pace_key = used_key`);
};

/**
 * Returns those of the deliveries that their rateLimits let through now, and stores what they use up; hooks that have to wait
 * are paused. Without rateLimits everything may go. The hooks must be locked.
 */
export const admit = async <Delivery extends RateLimited>(
  run: Transaction,
  deliveries: Delivery[],
  rateLimits: RateLimits | null,
): Promise<Delivery[]> => {
  if (rateLimits === null || deliveries.length === 0) return deliveries;
  const used = await lockUsage(run, deliveries);
  const pacer = createRateLimiter(rateLimits, (rateLimitKey) => used.get(rateLimitKey) ?? 0, run.nowMs);
  const admitted = deliveries.filter((delivery) => pacer.admit(delivery));
  await store(run, pacer);
  return admitted;
};
