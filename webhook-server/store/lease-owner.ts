import { randomUUID } from 'node:crypto';

/** The leases of one store: they show whose they are, so that those it has lost sight of can be told from the others'. */
export type LeaseOwner = {
  newLease(): string;
  /** What all of them are `like`. */
  ownLeases: string;
};

export const createLeaseOwner = (): LeaseOwner => {
  const owner = randomUUID();
  return { newLease: () => `${owner}/${randomUUID()}`, ownLeases: `${owner}/%` };
};

/** What no lease is `like`. */
export const noLeases = '';
