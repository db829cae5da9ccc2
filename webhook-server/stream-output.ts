import type { Writable } from 'node:stream';
import type { Output } from './lossy-destination.ts';

/** So many characters may wait for the reader of a pipe. */
const maxWaiting = 1024 * 1024;

/**
 * Writes lines to a pipe when its reader has room. A pipe that has failed once stays closed.
 *
 * @param onLost is called for each line that was taken and could not be written after all.
 */
export const createStreamOutput = (stream: Writable, onLost: () => void): Output => {
  let isClosed = false;
  // Without a listener an error, such as EPIPE, would end the process.
  stream.on('error', () => {
    isClosed = true;
  });
  return (line) => {
    if (isClosed || stream.writableLength + line.length > maxWaiting) return false;
    stream.write(line, (error) => {
      if (error) onLost();
    });
    return true;
  };
};
