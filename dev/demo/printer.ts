/** Prints what happens, one line each, in aligned columns. */
export type Printer = {
  title(text: string): void;
  /** A completed stage, with the seconds since the start. */
  stage(name: string, detail: string): void;
  /** A line without a time, below the details of the stages. */
  note(text: string): void;
  line(text: string): void;
};

const timeWidth = 9;
const nameWidth = 20;

export const createPrinter = (write: (text: string) => void, nowMs: () => number): Printer => {
  const startedMs = nowMs();
  const seconds = () => `${((nowMs() - startedMs) / 1000).toFixed(1)} s`.padStart(timeWidth);
  return {
    title: (text) => write(`\n${text}\n\n`),
    stage: (name, detail) => write(`${seconds()}  ${name.padEnd(nameWidth)}  ${detail}\n`),
    note: (text) => write(`${' '.repeat(timeWidth + 2 + nameWidth + 2)}${text}\n`),
    line: (text) => write(`${text}\n`),
  };
};
