import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const highWaterMark = /^VmHWM:\s+(\d+) kB$/m;

const peakKibibytes = (processId: number): number => {
  if (process.platform === 'linux') {
    return Number(highWaterMark.exec(readFileSync(`/proc/${processId}/status`, 'utf8'))?.[1]);
  }
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(processId)], { encoding: 'utf8' }));
};

/**
 * The peak resident memory of a process in bytes; the current one where the system does not record a peak.
 *
 * @throws Error when there is no such process.
 */
export const peakMemory = (processId: number): number => {
  const kibibytes = peakKibibytes(processId);
  if (!Number.isFinite(kibibytes)) throw new Error('The system does not say how much memory the process uses.');
  return kibibytes * 1024;
};
