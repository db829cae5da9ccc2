import { existsSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Config } from '../../config.ts';
import { type Finding, ok, warning, wrong } from '../finding.ts';

const check = 'disk space';

const megabyte = 1_000_000;
const leastBytes = 50 * megabyte;
const enoughBytes = 500 * megabyte;

const nearestFolder = (path: string): string => (existsSync(path) ? path : nearestFolder(dirname(path)));

/** How much room there is where the SQLite file grows. */
export const checkDiskSpace = ({ dataFolder, databaseUrl }: Config): readonly Finding[] => {
  if (databaseUrl !== undefined) return [];
  const folder = nearestFolder(resolve(dataFolder));
  const { bavail, bsize } = statfsSync(folder);
  const freeBytes = bavail * bsize;
  const says = `${Math.floor(freeBytes / megabyte)} MB are free at ${folder}.`;
  if (freeBytes < leastBytes) return [wrong(check, `${says} Free some space: a full disk stops deliveries.`)];
  if (freeBytes < enoughBytes) return [warning(check, `${says} Free some space soon.`)];
  return [ok(check, says)];
};
