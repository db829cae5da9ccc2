/** How much callers may send. Each process counts the calls of a minute by itself. */
export type HttpLimits = {
  /** Calls of one workspace in a minute. */
  requestsPerMinute: number;
  /** Calls of one key in a minute that make the detector look at Topo: intents and nudges. */
  wakeUpsPerMinute: number;
  /** Calls of one key in a minute that send deliveries by hand. */
  manualDeliveriesPerMinute: number;
  /** New keys in a minute, from one address: Topo is asked about each. Zapier's users share a few addresses. */
  newKeysPerMinute: number;
  /** Calls in a minute, from one address, without a key that Topo accepts, and as many of `/readyz`. */
  unauthenticatedPerMinute: number;
  /** Calls of one workspace that run at once. */
  callsAtOnce: number;
  /** Calls of one workspace that wait until they may run, and how long. */
  callsWaiting: number;
  callWaitMs: number;
  /** The largest body in kilobytes; an import of people may be five times as large. */
  bodyKilobytes: number;
};

/** All limits, from the three that are configured. */
export const deriveLimits = (
  given: Pick<HttpLimits, 'requestsPerMinute' | 'newKeysPerMinute' | 'bodyKilobytes'>,
): HttpLimits => ({
  ...given,
  wakeUpsPerMinute: Math.ceil(given.requestsPerMinute / 25),
  manualDeliveriesPerMinute: Math.ceil(given.requestsPerMinute / 25),
  unauthenticatedPerMinute: given.newKeysPerMinute * 5,
  callsAtOnce: 8,
  callsWaiting: 100,
  callWaitMs: 5_000,
});

export const defaultLimits: HttpLimits = deriveLimits({
  requestsPerMinute: 6_000,
  newKeysPerMinute: 120,
  bodyKilobytes: 100,
});
