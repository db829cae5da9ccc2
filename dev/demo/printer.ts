/** Writes what happens, one line each, in aligned columns. */
export type Narrator = {
  title(text: string): void;
  /** A station that was passed, with the seconds since the start. */
  passed(station: string, detail: string): void;
  /** A line without a time, below the stations' details. */
  note(text: string): void;
  /** A line by itself. */
  say(text: string): void;
};

const timeWidth = 9;
const stationWidth = 20;

export const createNarrator = (write: (text: string) => void, nowMs: () => number): Narrator => {
  const startedMs = nowMs();
  const seconds = () => `${((nowMs() - startedMs) / 1000).toFixed(1)} s`.padStart(timeWidth);
  return {
    title: (text) => write(`\n${text}\n\n`),
    passed: (station, detail) => write(`${seconds()}  ${station.padEnd(stationWidth)}  ${detail}\n`),
    note: (text) => write(`${' '.repeat(timeWidth + 2 + stationWidth + 2)}${text}\n`),
    say: (text) => write(`${text}\n`),
  };
};
