/** How much may come in. What is counted by the minute is counted in each process by itself. */
export type HttpLimits = {
  /** Calls of one workspace in a minute. */
  requestsPerMinute: number;
  /** Calls of one key in a minute that let the detector look at Topo: announced, settled and nudged. */
  wakeUpsPerMinute: number;
  /** Calls of one key in a minute that ask for deliveries by hand. */
  manualDeliveriesPerMinute: number;
  /** Keys in a minute, from one address, that Topo has to be asked about. Zapier's users share a few addresses. */
  newKeysPerMinute: number;
  /** Calls in a minute, from one address, without a key that Topo accepts. */
  unauthenticatedPerMinute: number;
  /** The largest body in kilobytes; five times as large for an import of people. */
  bodyKilobytes: number;
};

/** The limits that follow from the three that are configured. */
export const deriveLimits = (
  given: Pick<HttpLimits, 'requestsPerMinute' | 'newKeysPerMinute' | 'bodyKilobytes'>,
): HttpLimits => ({
  ...given,
  wakeUpsPerMinute: Math.ceil(given.requestsPerMinute / 25),
  manualDeliveriesPerMinute: Math.ceil(given.requestsPerMinute / 25),
  unauthenticatedPerMinute: given.newKeysPerMinute * 5,
});

export const defaultLimits: HttpLimits = deriveLimits({
  requestsPerMinute: 6_000,
  newKeysPerMinute: 120,
  bodyKilobytes: 100,
});
