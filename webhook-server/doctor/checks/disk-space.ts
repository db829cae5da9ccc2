import type { Config } from '../../config.ts';
import { enoughBytes, leastBytes, readFreeSpace } from '../../disk-space.ts';
import { type Finding, ok, warning, wrong } from '../finding.ts';

const check = 'disk space';

/** How much room there is where the SQLite file grows. */
export const checkDiskSpace = ({ dataFolder, databaseUrl }: Config): readonly Finding[] => {
  if (databaseUrl !== undefined) return [];
  const { folder, freeBytes, freeMegabytes } = readFreeSpace(dataFolder);
  const says = `${freeMegabytes} MB are free at ${folder}.`;
  if (freeBytes < leastBytes) return [wrong(check, `${says} Free some space: a full disk stops deliveries.`)];
  if (freeBytes < enoughBytes) return [warning(check, `${says} Free some space soon.`)];
  return [ok(check, says)];
};
