/** Rows as aligned text, with a line below the headings. */
export const printRows = (headings: readonly string[], rows: readonly string[][]): string => {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [headings, widths.map((width) => '─'.repeat(width)), ...rows].map((cells) => `${line(cells)}\n`).join('');
};
