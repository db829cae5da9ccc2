import { randomBytes } from 'node:crypto';

/** Short, as a lease is written for each attempt, and without what `like` gives a meaning to. */
const randomName = (): string => randomBytes(8).toString('hex');

/** The leases of one store: they show whose they are, so that those it has lost sight of can be told from the others'. */
export type LeaseOwner = {
  newLease(): string;
  /** What all of them are `like`. */
  ownLeases: string;
};

export const createLeaseOwner = (): LeaseOwner => {
  const owner = randomName();
  return { newLease: () => `${owner}/${randomName()}`, ownLeases: `${owner}/%` };
};

/** What no lease is `like`. */
export const noLeases = '';
