import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The kernel counts in hundredths of a second. */
const tickMs = 10;

const fromProc = (processId: number): number => {
  const stat = readFileSync(`/proc/${processId}/stat`, 'utf8');
  // The name of the program, in parentheses, may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
};

const fromPs = (processId: number): number => {
  const text = execFileSync('ps', ['-o', 'time=', '-p', String(processId)], { encoding: 'utf8' });
  const seconds = text.trim().split(/[:-]/).map(Number);
  return seconds.reduce((sum, part) => sum * 60 + part, 0) * 1_000;
};

/**
 * The processor time that a process has used so far, in milliseconds.
 *
 * @throws Error when there is no such process.
 */
export const processorTimeMs = (processId: number): number =>
  process.platform === 'linux' ? fromProc(processId) : fromPs(processId);
