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

/** Of fewer no share of a hundred is worth telling. */
const few = 20;

/** How soon Zaps hear of changes, in words; nothing when nothing was delivered. */
export const DelaySentence = ({ delays }: { delays: Delays | undefined }) => {
  if (delays === undefined) return null;
  const { deliveries, heard, sent } = delays;
  if (deliveries < few) {
    return (
      <p data-delays>
        In the last day {deliveries === 1 ? 'the one delivery' : `each of the ${deliveries} deliveries`} reached its Zap
        within {within(heard.mostMs)} of the change in Topo, and within {within(sent.mostMs)} of this server seeing it.
      </p>
    );
  }
  return (
    <p data-delays>
      Of the last {counted(deliveries, 'delivery', 'deliveries')} within a day, half reached their Zap within{' '}
      {within(heard.halfMs)} of the change in Topo, and 95 of 100 within {within(heard.mostMs)}. From when this server
      saw the change, it was {within(sent.halfMs)} for half, and {within(sent.mostMs)} for 95 of 100.
    </p>
  );
};
