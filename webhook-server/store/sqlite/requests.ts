/** When Topo was asked, as a parameter; null leaves what is there. */
export const jsonOf = (requestedAtMs: readonly number[] | undefined): string | null =>
  requestedAtMs === undefined ? null : JSON.stringify(requestedAtMs);
