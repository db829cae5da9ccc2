/** Takes a line, or returns false when there is no room for it. Never waits. */
export type Output = (line: string) => boolean;

/** Calls `act` every `ms`, without keeping the process alive, until the function that it returns is called. */
type Repeat = (ms: number, act: () => void) => () => void;

const repeatUnreferenced: Repeat = (ms, act) => {
  const timer = setInterval(act, ms).unref();
  return () => clearInterval(timer);
};

const retryMs = 1_000;

const reportOf = (dropped: number): string => {
  const msg = `${dropped} log ${dropped === 1 ? 'line was' : 'lines were'} dropped: the output had no room for more`;
  return `${JSON.stringify({ level: 'warn', time: new Date().toISOString(), dropped, msg })}\n`;
};

/**
 * Passes log lines on to an output that may have no room: a full disk, a closed pipe, a pipe that nobody reads. Lines
 * without room are dropped and counted, because a server that waits for its log answers nobody. The count is logged as
 * soon as there is room again, before the next line.
 *
 * @param openOutput opens the output; its argument is to be called for each line that was taken and then lost.
 */
export const createLossyDestination = (
  openOutput: (onLost: () => void) => Output,
  repeat: Repeat = repeatUnreferenced,
): { write(line: string): void } => {
  let dropped = 0;
  let stopRetrying: (() => void) | undefined;

  const countLost = (): void => {
    dropped += 1;
    stopRetrying ??= repeat(retryMs, report);
  };
  const output = openOutput(countLost);

  /** Returns whether there is nothing left to report. */
  function report(): boolean {
    if (dropped === 0) return true;
    if (!output(reportOf(dropped))) return false;
    dropped = 0;
    stopRetrying?.();
    stopRetrying = undefined;
    return true;
  }

  return {
    write(line) {
      if (!report() || !output(line)) countLost();
    },
  };
};
