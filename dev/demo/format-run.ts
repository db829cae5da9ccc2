import type { TriggeredRun } from '../local-zapier/zap.ts';
import { readEvent } from './read-event.ts';

/** The sentence that the Zap received, and how soon: `in 212 ms: “A call is new for Ada Byron.”`. */
export const formatRun = ({ at, output }: TriggeredRun): string => {
  const event = readEvent(output);
  if (event === undefined) throw new Error('A Zap ran with something that is no event.');
  return `in ${at.getTime() - event.occurredAt.getTime()} ms: “${event.summary}”`;
};
