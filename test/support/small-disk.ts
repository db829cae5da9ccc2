import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { tempFolder } from './temp-folder.ts';

/** A file system of its own that is soon full; `undefined` where this user may not mount one. */
const mountSmallDisk = (): { folder: string; unmount(): void } | undefined => {
  const folder = tempFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  return { folder, unmount: () => void execFileSync('umount', ['--lazy', folder]) };
};

const mayMount = (): boolean => {
  const disk = mountSmallDisk();
  disk?.unmount();
  return disk !== undefined;
};

/** Runs a test, or skips it where this user may not mount a disk. */
export const testWithDisk = mayMount() ? test : test.skip;

/** Mounts a disk of 2 MB, and takes it away afterwards. */
export const onSmallDisk = async (use: (folder: string) => Promise<void>): Promise<void> => {
  const disk = mountSmallDisk();
  if (disk === undefined) throw new Error('A disk could be mounted a moment ago.');
  try {
    await use(disk.folder);
  } finally {
    disk.unmount();
  }
};

/** Takes all the space that is left; the function that it returns gives it back. */
export const fillDisk = (folder: string): (() => void) => {
  const path = join(folder, 'filler');
  const file = openSync(path, 'w');
  try {
    for (;;) writeSync(file, Buffer.alloc(16_384));
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
    closeSync(file);
  }
  return () => {
    const opened = openSync(path, 'r+');
    ftruncateSync(opened, 0);
    closeSync(opened);
    rmSync(path);
  };
};
