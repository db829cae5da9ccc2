/** One station of the way through the whole loop: `pass` answers what there is to say of it, and throws. */
export type Station = { name: string; pass: () => Promise<string> };

/** A station was not passed; the message names it. */
class StationError extends Error {
  override readonly name = 'StationError';

  constructor(station: string, cause: unknown) {
    super(`“${station}” was not reached. ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

// More than any wait within a station, so that the station itself says what did not come true.
const stationWithinMs = 30_000;

/** Passes the stations in their order. Throws an error that names the station, also when one takes longer than 30 s. */
export const passStations = async (
  stations: readonly Station[],
  passed: (station: string, detail: string) => void,
): Promise<void> => {
  for (const { name, pass } of stations) {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`It took longer than ${stationWithinMs / 1000} s.`)), stationWithinMs);
    });
    try {
      passed(name, await Promise.race([pass(), tooLate]));
    } catch (error) {
      throw new StationError(name, error);
    } finally {
      clearTimeout(timer);
    }
  }
};
