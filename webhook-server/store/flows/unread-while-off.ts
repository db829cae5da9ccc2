import type { Transaction } from '../database.ts';
import type { ReadingSpan } from '../tenant-store.ts';
import { findLiveHook } from './deliveries-by-hand.ts';
import { type OwnedHook, offTimesOf, readHooksOfZap, readListeningSince } from './hooks-of-zap.ts';
import { listReadings } from './readings.ts';

/** When a Zap was off and its workspace was not read, so that nobody knows what changed. Oldest first. */
export const listUnreadWhileOff = async (
  run: Transaction,
  owned: OwnedHook,
  { sinceMs, untilMs }: { sinceMs: number; untilMs: number },
): Promise<ReadingSpan[]> => {
  const { organizationId } = owned;
  const live = await findLiveHook(run, owned);
  if (live.kind !== 'live') return [];
  const hooks = await readHooksOfZap(run, { organizationId, hookId: live.hookId });
  const spans: ReadingSpan[] = [];
  for (const off of offTimesOf(hooks, await readListeningSince(run, organizationId))) {
    const time = { sinceMs: Math.max(sinceMs, off.fromMs), untilMs: Math.min(untilMs, off.untilMs) };
    spans.push(...(await listReadings(run, organizationId, time)).filter(({ isRead }) => !isRead));
  }
  return spans;
};
