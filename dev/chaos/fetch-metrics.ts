/** The value of each series, by how the scrape writes it: `name{label="value"}`. */
export type Metrics = ReadonlyMap<string, number>;

/** The servers answer `GET /metrics` to whoever has it. */
export const metricsToken = 'token-of-the-operator-0123456789';

/** @throws Error when the server does not answer 200. */
export const fetchMetrics = async (serverUrl: string): Promise<Metrics> => {
  const response = await fetch(`${serverUrl}/metrics`, {
    headers: { authorization: `Bearer ${metricsToken}` },
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`GET /metrics answered ${response.status}.`);
  const samples = (await response.text()).matchAll(/^(?!#)(.+) (\S+)$/gm);
  return new Map([...samples].map(([, series = '', value]) => [series, Number(value)]));
};

/** What all processes have counted together. */
export const addUp = (all: readonly Metrics[]): Metrics => {
  const sums = new Map<string, number>();
  for (const metrics of all) {
    for (const [series, value] of metrics) sums.set(series, (sums.get(series) ?? 0) + value);
  }
  return sums;
};
