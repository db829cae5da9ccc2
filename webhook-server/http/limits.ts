/** How much may come in. What is counted by the minute is counted in each process by itself. */
export type HttpLimits = {
  /** Calls of one workspace in a minute. */
  requestsPerMinute: number;
  /** Calls of one key in a minute that let the detector look at Topo: announced, settled and nudged. */
  looksPerMinute: number;
  /** Calls of one key in a minute that ask for deliveries by hand. */
  sendsPerMinute: number;
  /** Keys in a minute, from one address, that Topo has to be asked about. Zapier's users share a few addresses. */
  newKeysPerMinute: number;
  /** Calls in a minute, from one address, without a key that Topo accepts. */
  strangersPerMinute: number;
  /** The largest body in kilobytes; five times as large for an import of people. */
  bodyKilobytes: number;
};

/** The limits that follow from the three that are configured. */
export const limitsOf = (
  given: Pick<HttpLimits, 'requestsPerMinute' | 'newKeysPerMinute' | 'bodyKilobytes'>,
): HttpLimits => ({
  ...given,
  looksPerMinute: Math.ceil(given.requestsPerMinute / 25),
  sendsPerMinute: Math.ceil(given.requestsPerMinute / 25),
  strangersPerMinute: given.newKeysPerMinute * 5,
});

export const usualLimits: HttpLimits = limitsOf({
  requestsPerMinute: 6_000,
  newKeysPerMinute: 120,
  bodyKilobytes: 100,
});
