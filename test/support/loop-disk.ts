import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';

const mounted: string[] = [];
const folders: string[] = [];
afterAll(() => {
  // Whoever still has a file open there, after a test that failed, keeps the disk until it ends.
  for (const folder of mounted.splice(0)) run('umount', '--lazy', folder);
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const newImage = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'topo-for-zapier-disk-'));
  folders.push(folder);
  return join(folder, 'image');
};

const run = (program: string, ...parameters: string[]): void => {
  execFileSync(program, parameters, { stdio: ['ignore', 'ignore', 'pipe'] });
};

/** A disk of its own: a file with a file system in it. What the kernel has not written to it yet is not in the file. */
export type LoopDisk = {
  /** Where it is mounted. */
  readonly folder: string;
  /** A disk with what this one holds at this moment, as it is found after a power cut. */
  copy(): LoopDisk;
  unmount(): void;
};

const mount = (image: string): LoopDisk => {
  const folder = `${image}.mounted`;
  mkdirSync(folder);
  run('mount', '-o', 'loop', image, folder);
  mounted.push(folder);
  return {
    folder,
    copy() {
      const copied = newImage();
      run('cp', '--sparse=always', image, copied);
      return mount(copied);
    },
    unmount() {
      run('umount', folder);
      mounted.splice(mounted.indexOf(folder), 1);
    },
  };
};

/** Makes an empty disk of 512 MB, of which the file takes only what is used. Throws where nobody may mount anything. */
export const makeLoopDisk = (): LoopDisk => {
  const image = newImage();
  writeFileSync(image, '');
  truncateSync(image, 512 * 1024 ** 2);
  run('mkfs.ext4', '-q', image);
  return mount(image);
};

/** Whether this user may mount disks here. */
export const mayMount = (): boolean => {
  if (process.getuid?.() !== 0) return false;
  try {
    makeLoopDisk().unmount();
    return true;
  } catch {
    return false;
  }
};
