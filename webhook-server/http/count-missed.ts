import type { EventPosition, TenantStore } from '../store/tenant-store.ts';
import { hookUnavailable } from './errors/hook-unavailable.ts';

type Scope = { sinceMs: number; untilMs: number | undefined; isWanted: () => boolean };

/** `looks`: in so many transactions, each of which looks at up to 1,000 events; as many as it takes where nobody says. */
type Most = { count: number; looks?: number };

/**
 * Counts what a hook missed while its Zap was off, until it has counted so much. `isAll`: there is no more.
 *
 * @throws HttpError when there is no such hook, or it has ended.
 */
export const countMissed = async (
  store: TenantStore,
  hookId: string,
  { sinceMs, untilMs, isWanted }: Scope,
  { count: most, looks: mostLooks = Number.POSITIVE_INFINITY }: Most,
): Promise<{ count: number; isAll: boolean }> => {
  let count = 0;
  let from: EventPosition | null = null;
  for (let looks = 1; ; looks += 1) {
    const recovery = await store.recoverMissed(hookId, { sinceMs, untilMs, from, isDryRun: true });
    if (recovery.kind !== 'looked') throw hookUnavailable(recovery.kind);
    count += recovery.count;
    from = recovery.next;
    if (from === null && count <= most) return { count, isAll: true };
    if (count >= most || looks >= mostLooks || !isWanted()) return { count: Math.min(count, most), isAll: false };
  }
};
