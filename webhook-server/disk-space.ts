import { existsSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

const megabyte = 1_000_000;

/** With less than this a disk is almost full. */
export const enoughBytes = 500 * megabyte;

/** With less than this it is as good as full. */
export const leastBytes = 50 * megabyte;

const nearestFolder = (path: string): string => (existsSync(path) ? path : nearestFolder(dirname(path)));

/** How many bytes are free at a folder that is there or is going to be made, and for which folder that was asked. */
export const readFreeSpace = (path: string): { folder: string; freeBytes: number; freeMegabytes: number } => {
  const folder = nearestFolder(resolve(path));
  const { bavail, bsize } = statfsSync(folder);
  const freeBytes = bavail * bsize;
  return { folder, freeBytes, freeMegabytes: Math.floor(freeBytes / megabyte) };
};
