import { wrap } from './wrap.ts';

/** Prints what happens, in aligned columns. Texts that are too long go on below; a `line` stays as it is. */
export type Printer = {
  title(text: string): void;
  /** A completed stage, with the seconds since the start. */
  stage(name: string, detail: string): void;
  /** A text without a time, below the details of the stages. */
  note(text: string): void;
  line(text: string): void;
};

type Output = {
  write: (text: string) => void;
  /** How wide the terminal is; `undefined` where nobody knows. */
  columns: number | undefined;
  nowMs: () => number;
};

const timeWidth = 7;
const nameWidth = 18;
const indent = timeWidth + 2 + nameWidth + 2;

/** Longer lines are hard to read, however wide the terminal. */
const maxColumns = 100;

export const createPrinter = ({ write, columns = maxColumns, nowMs }: Output): Printer => {
  const startedMs = nowMs();
  const width = Math.min(columns, maxColumns);
  const seconds = () => `${((nowMs() - startedMs) / 1000).toFixed(1)} s`.padStart(timeWidth);
  const below = (text: string) => wrap(text, width - indent).join(`\n${' '.repeat(indent)}`);
  return {
    title: (text) => write(`\n${wrap(text, width).join('\n')}\n\n`),
    stage: (name, detail) => write(`${seconds()}  ${name.padEnd(nameWidth)}  ${below(detail)}\n`),
    note: (text) => write(`${' '.repeat(indent)}${below(text)}\n`),
    line: (text) => write(`${text}\n`),
  };
};
