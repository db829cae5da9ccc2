import type { Finding } from './finding.ts';

const longestState = 'warning'.length;

/** One line for each finding. */
export const printFindings = (findings: readonly Finding[]): string => {
  const width = Math.max(...findings.map(({ check }) => check.length));
  return findings
    .map(({ check, state, says }) => `${state.padEnd(longestState)}  ${check.padEnd(width)}  ${says}`)
    .join('\n');
};
