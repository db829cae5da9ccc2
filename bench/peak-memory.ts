import { readFileSync } from 'node:fs';

const highWaterMark = /^VmHWM:\s+(\d+) kB$/m;

/**
 * The most memory that this process has used at once, in bytes.
 *
 * On Linux from `/proc`: `maxRSS` also counts what the process was forked from, before it became itself.
 */
export const peakMemory = (): number => {
  if (process.platform === 'linux') {
    const kibibytes = highWaterMark.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (kibibytes !== undefined) return Number(kibibytes) * 1024;
  }
  return process.resourceUsage().maxRSS * 1024;
};
