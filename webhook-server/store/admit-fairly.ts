import type { RateLimited } from './rate-limiter.ts';

type Sharing = Pick<RateLimited, 'organization_id' | 'pace_key'>;

/** The organizations in the order of their ids, from the one after `last` on. */
const rotate = (organizationIds: readonly string[], last: string | null): string[] => {
  const sorted = organizationIds.toSorted();
  const begin = last === null ? 0 : sorted.findIndex((organizationId) => organizationId > last);
  return begin <= 0 ? sorted : [...sorted.slice(begin), ...sorted.slice(0, begin)];
};

/**
 * Lets deliveries through, as long as `admit` does, with equal shares of each `pace_key` for the organizations that have
 * something due for it: whoever names another's Zapier user would otherwise use up that user's rate.
 *
 * @param lastAdmitted the organization whose delivery was let through last for a `pace_key`.
 * @returns the organization that is the last from now on, for each `pace_key` that let something through.
 */
export const admitFairly = <Delivery extends Sharing>(
  deliveries: readonly Delivery[],
  lastAdmitted: (paceKey: string) => string | null,
  admit: (delivery: Delivery) => boolean,
): { admitted: Delivery[]; lasts: Map<string, string> } => {
  const admitted = new Set<Delivery>();
  const lasts = new Map<string, string>();

  /** Tries an organization's deliveries until one is let through. */
  const takeOne = (queue: Delivery[]): boolean => {
    for (;;) {
      const delivery = queue.shift();
      if (delivery === undefined) return false;
      if (!admit(delivery)) continue;
      admitted.add(delivery);
      return true;
    }
  };

  const share = (paceKey: string, sharing: readonly Delivery[]): void => {
    const queues = Map.groupBy(sharing, ({ organization_id }) => organization_id);
    const order = rotate([...queues.keys()], lastAdmitted(paceKey));
    while (queues.size > 0) {
      for (const organizationId of order) {
        const queue = queues.get(organizationId);
        if (queue === undefined) continue;
        if (takeOne(queue)) lasts.set(paceKey, organizationId);
        else queues.delete(organizationId);
      }
    }
  };

  for (const [paceKey, sharing] of Map.groupBy(deliveries, ({ pace_key }) => pace_key)) {
    if (paceKey !== null) share(paceKey, sharing);
    else for (const delivery of sharing) if (admit(delivery)) admitted.add(delivery);
  }
  return { admitted: deliveries.filter((delivery) => admitted.has(delivery)), lasts };
};
