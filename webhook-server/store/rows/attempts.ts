import type { AttemptOutcome, StoredAttempt } from '../tenant-store.ts';
import type { Settlement } from '../work-store.ts';

const outcomeOf = ({ outcome }: Settlement): AttemptOutcome => {
  switch (outcome.kind) {
    case 'delivered':
      return 'delivered';
    case 'gone':
      return 'refused';
    case 'retry':
    case 'dead':
      return outcome.certainty;
  }
};

const reasonOf = ({ outcome }: Settlement): string | null => {
  switch (outcome.kind) {
    case 'delivered':
      return null;
    case 'gone':
      return 'the target is gone';
    case 'retry':
    case 'dead':
      return outcome.reason;
  }
};

/** What the database does not know of an attempt by itself: the end of the JSON list that begins with its number and time. */
export const writeAttempt = (settlement: Settlement): string => {
  const { durationMs, status } = settlement.took ?? { durationMs: null, status: null };
  return JSON.stringify([durationMs, status, outcomeOf(settlement), reasonOf(settlement)]).slice(1);
};

type Written = [
  number: number,
  atMs: number,
  durationMs: number | null,
  status: number | null,
  outcome: AttemptOutcome,
  reason: string | null,
];

/** The attempts of a delivery, from the text in which they were kept one after the other. */
export const readAttempts = (tries: string | null): StoredAttempt[] => {
  const written: Written[] = tries === null ? [] : JSON.parse(`[${tries}]`);
  return written.map(([number, atMs, durationMs, status, outcome, reason]) => ({
    number,
    atMs,
    durationMs,
    status,
    outcome,
    reason,
  }));
};
