/**
 * Rows as a table of text, with a line below the headings.
 *
 * @param isNumeric the headings whose columns are aligned at the right.
 */
export const alignRows = (
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  isNumeric: ReadonlySet<string> = new Set(),
): string => {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    headings
      .map((heading, column) => {
        const [cell = '', width = 0] = [cells[column], widths[column]];
        return isNumeric.has(heading) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width));
  return [headings, rule, ...rows].map((cells) => `${line(cells)}\n`).join('');
};
