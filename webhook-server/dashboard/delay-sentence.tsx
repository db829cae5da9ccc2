import type { Delays, Spread } from '../store/operator-store.ts';
import { counted } from './time.tsx';

/** The least whole span that holds so long: `a second`, `12 seconds`, `3 minutes`. */
const within = (ms: number): string => {
  const seconds = Math.ceil(ms / 1_000);
  if (seconds <= 1) return 'a second';
  if (seconds < 120) return `${seconds} seconds`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 120 ? `${minutes} minutes` : counted(Math.ceil(minutes / 60), 'hour', 'hours');
};

/** `half within 12 seconds, and 95 of 100 within 40 seconds`; the same twice is said once. */
const shares = ({ halfMs, mostMs }: Spread, half: string, most: string): string =>
  within(halfMs) === within(mostMs)
    ? `${most} within ${within(mostMs)}`
    : `${half} within ${within(halfMs)}, and 95 of 100 within ${within(mostMs)}`;

/** How soon Zaps hear of changes, in words; nothing when nothing was delivered. */
export const DelaySentence = ({ delays }: { delays: Delays | undefined }) => {
  if (delays === undefined) return null;
  const { deliveries, heard, sent } = delays;
  const arrived = 'of the last day’s changes reached their Zap';
  return (
    <p data-delays>
      {shares(heard, `Half ${arrived}`, `95 of 100 ${arrived}`)}. Counted from when this server saw them:{' '}
      {shares(sent, 'half', '95 of 100')}. This is what the last{' '}
      {deliveries === 1 ? 'delivery' : counted(deliveries, 'delivery', 'deliveries')} took.
    </p>
  );
};
