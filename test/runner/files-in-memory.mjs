import { chmodSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

/** Where Linux keeps files in memory. */
const memory = '/dev/shm';

/** Far more than a run leaves there. A container has 64 MB, unless somebody gives it more. */
const neededBytes = 2_000_000_000;

/** What is built there must also run there. */
const isUsable = () => {
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  const options = mounts.find((mount) => mount.split(' ')[1] === memory)?.split(' ')[3];
  if (options === undefined || options.split(',').includes('noexec')) return false;
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize >= neededBytes;
};

/**
 * Lets the run's temporary files lie in memory, where there is room: an SQLite file waits for the disk at each commit, and
 * that is half of what its tests take. What a kill leaves behind is the same in memory as on a disk; a power cut leaves
 * less, and `npm run test:deep`, which cuts it, stays on the disk. `TMPDIR` says another place.
 */
export default function keepFilesInMemory() {
  if (process.platform !== 'linux' || process.env.TMPDIR !== undefined || process.env.TEST_DEEP === 'yes') return;
  if (!isUsable()) return;
  const folder = mkdtempSync(join(memory, 'topo-for-zapier-run-'));
  // As of any folder for temporary files: PostgreSQL is another user where root runs the tests, and removes its files.
  chmodSync(folder, 0o1777);
  process.env.TMPDIR = folder;
  // The last to go, also where Jest ends early.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
}
