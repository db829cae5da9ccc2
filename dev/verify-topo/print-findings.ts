import type { Finding } from './finding.ts';

const gap = '  ';
const verdictWidth = 'could not be seen'.length;
const narrowest = 16;

/** Breaks a text into lines no longer than `width`; a longer word is cut. */
const wrap = (text: string, width: number): string[] => {
  const lines: string[] = [];
  let line = '';
  const words = text.split(' ').flatMap((word) => word.match(new RegExp(`.{1,${width}}`, 'gu')) ?? []);
  for (const word of words) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
};

const printRow = (cells: readonly string[], widths: readonly number[]): string => {
  const columns = cells.map((cell, position) => wrap(cell, widths[position] ?? narrowest));
  const height = Math.max(...columns.map((lines) => lines.length));
  return Array.from({ length: height }, (_, row) =>
    columns
      .map((lines, position) => (lines[row] ?? '').padEnd(widths[position] ?? narrowest))
      .join(gap)
      .trimEnd(),
  ).join('\n');
};

const explain = (findings: readonly Finding[]): string[] => {
  const lines = findings.flatMap((finding) =>
    finding.verdict === 'different' ? [`  ${finding.fact}: ${finding.meaning}`] : [],
  );
  return lines.length === 0 ? [] : ['', 'What is different means:', ...lines];
};

/** The findings for people: a table, and what each difference means. `width` is that of the terminal. */
export const printTable = (findings: readonly Finding[], width: number): string => {
  const room = width - verdictWidth - 3 * gap.length;
  const shares = [0.3, 0.3, 0.4].map((share) => Math.max(narrowest, Math.floor(room * share)));
  const widths = [...shares, verdictWidth];
  const rule = widths.map((count) => '─'.repeat(count)).join(gap);
  const rows = findings.map(({ fact, expected, seen, verdict }) => printRow([fact, expected, seen, verdict], widths));
  const head = printRow(['fact', 'expected', 'seen', 'verdict'], widths);
  return `${[head, rule, ...rows.flatMap((row) => [row, '']).slice(0, -1), ...explain(findings)].join('\n')}\n`;
};

/** The findings for programs: one JSON object a line. */
export const printJson = (findings: readonly Finding[]): string =>
  findings
    .map(({ fact, expected, seen, verdict }) => `${JSON.stringify({ fact, expected, seen, verdict })}\n`)
    .join('');
