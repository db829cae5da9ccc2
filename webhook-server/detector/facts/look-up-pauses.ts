const firstPauseMs = 5_000;
const maxPauseMs = 60_000;

/** Rests the look-ups of a workspace after a failure, while its scans go on. */
export type LookUpPauses = {
  /** How long the look-ups of a workspace rest, in milliseconds. */
  msLeft(organizationId: string): number;
  /** `retryAfterMs` is how long Topo asks to wait, if it says so. */
  pause(organizationId: string, retryAfterMs: number | undefined): void;
  end(organizationId: string): void;
};

/** Each pause in a row is twice as long, by a clock of milliseconds that never goes back. */
export const createLookUpPauses = (clock: () => number): LookUpPauses => {
  const pauses = new Map<string, { untilMs: number; failures: number }>();
  return {
    msLeft: (organizationId) => Math.max(0, (pauses.get(organizationId)?.untilMs ?? 0) - clock()),
    pause(organizationId, retryAfterMs) {
      const failures = (pauses.get(organizationId)?.failures ?? 0) + 1;
      const pauseMs = retryAfterMs ?? Math.min(maxPauseMs, firstPauseMs * 2 ** Math.min(failures - 1, 10));
      pauses.set(organizationId, { untilMs: clock() + pauseMs, failures });
    },
    end(organizationId) {
      pauses.delete(organizationId);
    },
  };
};
