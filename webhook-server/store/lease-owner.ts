import { randomBytes } from 'node:crypto';
import { constant, oneOf, type Statement, sql } from './sql.ts';

/**
 * The leases of one store: they show whose they are, so that those it has lost sight of can be told from the others'.
 * They are short, as one is written for each attempt, and hold nothing that `like` gives a meaning to.
 */
export type LeaseOwner = {
  newLease(): string;
  /** What all of them are `like`. */
  ownLeases: string;
};

export const createLeaseOwner = (): LeaseOwner => {
  const owner = randomBytes(8).toString('hex');
  let leases = 0;
  return {
    newLease() {
      leases += 1;
      return `${owner}/${leases.toString(36)}`;
    },
    ownLeases: `${owner}/%`,
  };
};

/** What a claim that failed may have leased all the same: leases `like` these count only for what is `inFlight`. */
export type LostLeases = { leases: string; inFlight: readonly string[] };

/**
 * Whether a row is leased. Ordinarily its own lease tells; after a claim that failed, what this process has in flight does.
 *
 * @param id the column that `inFlight` names.
 */
export const isLeased = (nowMs: number, id: string, lost: LostLeases | undefined): Statement =>
  lost === undefined
    ? sql`(lease is not null and lease_until_ms > ${nowMs})`
    : sql`(lease is not null and lease_until_ms > ${nowMs} and lease not like ${lost.leases}
        or ${constant(id)} ${oneOf(lost.inFlight)})`;
