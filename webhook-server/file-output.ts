import { writeSync } from 'node:fs';
import { errorCode } from './error-code.ts';
import type { Output } from './lossy-destination.ts';

/**
 * Writes lines to a file at once, so that a crash loses none. A line for which the disk has too little room is torn: the
 * next one that fits begins on a line of its own.
 */
export const createFileOutput = (fd: number): Output => {
  let isLineTorn = false;
  return (line) => {
    const bytes = Buffer.from(isLineTorn ? `\n${line}` : line);
    let offset = 0;
    try {
      while (offset < bytes.length) offset += writeSync(fd, bytes, offset);
      isLineTorn = false;
      return true;
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
      isLineTorn ||= offset > 0;
      return false;
    }
  };
};
