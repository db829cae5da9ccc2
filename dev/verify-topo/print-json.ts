import type { Finding } from './finding.ts';

/** The findings for programs: one object a line. */
export const printJson = (findings: readonly Finding[]): string =>
  findings
    .map(({ fact, expected, seen, verdict }) => `${JSON.stringify({ fact, expected, seen, verdict })}\n`)
    .join('');
