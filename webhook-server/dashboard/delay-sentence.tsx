import type { Delays } from '../store/operator-store.ts';
import { counted } from './time.tsx';

/** The least whole span that holds so long: `a second`, `12 seconds`, `3 minutes`. */
const within = (ms: number): string => {
  const seconds = Math.ceil(ms / 1_000);
  if (seconds <= 1) return 'a second';
  if (seconds < 120) return `${seconds} seconds`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 120 ? `${minutes} minutes` : counted(Math.ceil(minutes / 60), 'hour', 'hours');
};

/** How soon Zaps hear of changes, in words; nothing when nothing was delivered. */
export const DelaySentence = ({ delays }: { delays: Delays | undefined }) => {
  if (delays === undefined) return null;
  const { deliveries, heard, sent } = delays;
  return (
    <p data-delays>
      Half of the last day’s changes reached their Zap within {within(heard.halfMs)}, and 95 of 100 within{' '}
      {within(heard.mostMs)}. Counted from when this server saw them: half within {within(sent.halfMs)}, and 95 of 100
      within {within(sent.mostMs)}. This is what the last {counted(deliveries, 'delivery', 'deliveries')} took.
    </p>
  );
};
