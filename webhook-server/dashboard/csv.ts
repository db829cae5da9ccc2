type Cell = string | number;

/** A program for tables would run a cell that begins so as a formula. */
const isFormula = (text: string): boolean => /^[\s]*[=+\-@]/.test(text) || /^[\t\r\n]/.test(text);

const written = (cell: Cell): string => {
  if (typeof cell === 'number') return String(cell);
  const text = isFormula(cell) ? `'${cell}` : cell;
  return `"${text.replaceAll('"', '""')}"`;
};

/** Rows as CSV. Text that a program for tables would take for a formula has an apostrophe before it. */
export const csvOf = (rows: readonly (readonly Cell[])[]): string =>
  rows.map((row) => `${row.map(written).join(',')}\r\n`).join('');
