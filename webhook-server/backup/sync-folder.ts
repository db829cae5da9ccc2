import { closeSync, fsyncSync, openSync } from 'node:fs';

/** Makes the names in a folder outlast a power cut. */
export const syncFolder = (folder: string): void => {
  // Windows cannot sync folders, and need not.
  if (process.platform === 'win32') return;
  const opened = openSync(folder, 'r');
  fsyncSync(opened);
  closeSync(opened);
};
