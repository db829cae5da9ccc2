import type { Run, Transaction } from '../database.ts';
import { createPacer, type Paced, type Pacer } from '../pacer.ts';
import { oneOf, phrase, sql, tableOf } from '../sql.ts';
import type { Paces } from '../work-store.ts';

type KeyRow = { pace_key: string; paced_until_ms: number };

/** Locks the paces of these keys, always in one order. Returns until when each is used up. */
const lockPaces = async (run: Run, deliveries: readonly Paced[]): Promise<Map<string, number>> => {
  const paceKeys = [...new Set(deliveries.flatMap(({ pace_key }) => pace_key ?? []))].toSorted();
  if (paceKeys.length === 0) return new Map();
  await run.change(sql`
    insert into pace (pace_key, paced_until_ms)
    select pace_key, 0 from ${tableOf('asked', paceKeys, { pace_key: ['text', (paceKey) => paceKey] })}
    where true
    on conflict do nothing`);
  const rows = await run.rows<KeyRow>(sql`
    select pace_key, paced_until_ms from pace where pace_key ${oneOf(paceKeys)}
    order by pace_key
    ${phrase('lock')}`);
  return new Map(rows.map(({ pace_key, paced_until_ms }) => [pace_key, paced_until_ms]));
};

const store = async (run: Run, pacer: Pacer): Promise<void> => {
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
      used_key: ['text', ({ paceKey }) => paceKey],
      until_ms: ['bigint', ({ usedUntilMs }) => usedUntilMs],
    })}
    where pace_key = used_key`);
};

/**
 * Returns those of the deliveries that their paces let through now, and stores what they use up; hooks that have to wait
 * are paused. Without paces everything may go. The hooks must be locked.
 */
export const admit = async <Delivery extends Paced>(
  run: Transaction,
  deliveries: Delivery[],
  paces: Paces | null,
): Promise<Delivery[]> => {
  if (paces === null || deliveries.length === 0) return deliveries;
  const used = await lockPaces(run, deliveries);
  const pacer = createPacer(paces, (paceKey) => used.get(paceKey) ?? 0, run.nowMs);
  const admitted = deliveries.filter((delivery) => pacer.admit(delivery));
  await store(run, pacer);
  return admitted;
};
