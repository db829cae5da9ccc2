const minuteMs = 60_000;

export type RequestBudget = {
  /** Spends one request of a workspace and answers 0, or answers how many milliseconds to wait for the next. */
  spend(organizationId: string): number;
};

/**
 * Keeps the polling of a workspace from using up what Topo allows its owner: in no minute are there more requests than
 * `perMinute`.
 *
 * @param clock milliseconds, from any start.
 */
export const createRequestBudget = (perMinute: number, clock: () => number): RequestBudget => {
  const spentAt = new Map<string, number[]>();

  return {
    spend(organizationId) {
      const now = clock();
      const recent = (spentAt.get(organizationId) ?? []).filter((at) => at > now - minuteMs);
      spentAt.set(organizationId, recent);
      const [oldest] = recent;
      if (oldest !== undefined && recent.length >= perMinute) return oldest + minuteMs - now;
      recent.push(now);
      return 0;
    },
  };
};
