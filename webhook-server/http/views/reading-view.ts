import type { ReadingSpan } from '../../../contract/reading.ts';
import type { ReadingSpan as StoredSpan } from '../../store/tenant-store.ts';
import { iso } from './time.ts';

/** A time and how it was read, as callers see it. */
export const readingView = ({ fromMs, untilMs, isRead, reason, polls }: StoredSpan): ReadingSpan => ({
  since: iso(fromMs),
  until: iso(untilMs),
  state: isRead ? 'well' : 'gap',
  reason,
  polls,
});
