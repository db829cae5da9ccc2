import type { ReadingSpan } from '../store/tenant-store.ts';
import { counted, spanOf, Time } from './time.tsx';

/** So many are told one by one. */
const mostTold = 20;

/** The times in which a Zap was off and nothing was read, a sentence each. */
export const UnknownTimes = ({ times }: { times: readonly ReadingSpan[] }) => {
  const others = times.length - mostTold;
  return times.length === 0 ? null : (
    <ul data-unknown>
      {times.slice(-mostTold).map(({ fromMs, untilMs, reason }) => (
        <li key={fromMs}>
          Nobody knows what changed from <Time ms={fromMs} /> until <Time ms={untilMs} /> ({spanOf(untilMs - fromMs)}),
          because {reason ?? 'nothing was read'}.
        </li>
      ))}
      {others > 0 && <li>{counted(others, 'earlier time is', 'earlier times are')} not known either.</li>}
    </ul>
  );
};
