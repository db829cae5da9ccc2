import type { DetectedEvent } from '../store/work-store.ts';
import type { PollEnd } from './budgeted-call.ts';

/** What is counted of the detector's work. `budgetUsed`: from 0 to 1, of the requests of the last minute. */
export type DetectorCounts = {
  polled(poll: { result: PollEnd['result']; budgetUsed: number }): void;
  detected(events: readonly DetectedEvent[]): void;
};
