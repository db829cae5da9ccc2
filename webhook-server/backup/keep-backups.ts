import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../log.ts';
import type { WrittenBackup } from './write-backup.ts';

/** `keep`: how many backups are left in the folder, the newest. */
export type BackupPlan = { everyMs: number; keep: number; folder: string };

export type KeepPorts = {
  plan: BackupPlan;
  writeBackup: (path: string) => Promise<WrittenBackup>;
  /** Milliseconds since 1970. */
  clock: () => number;
  log: Log;
};

const ours = /^topo-for-zapier-(\d{8}T\d{6}Z)\.sqlite$/;

/** `topo-for-zapier-20260302T090000Z.sqlite`: sorted by name they are sorted by time. */
const nameAt = (ms: number): string =>
  `topo-for-zapier-${new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '')}.sqlite`;

const timeOf = (name: string): number => {
  const [, stamp = ''] = ours.exec(name) ?? [];
  return Date.parse(stamp.replace(/^(....)(..)(..T..)(..)/, '$1-$2-$3:$4:'));
};

const readNames = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => ours.test(name))
    .toSorted();

/**
 * Makes a backup whenever the newest one is old enough, also of a server before this one, and removes the oldest beyond
 * those that are kept. Files of other names stay. One that fails is logged, and tried again after a tenth of the time.
 */
export const createBackups = ({ plan: { everyMs, keep, folder }, writeBackup, clock, log }: KeepPorts) => {
  let notBeforeMs = 0;
  mkdirSync(folder, { recursive: true, mode: 0o700 });

  const dueAtMs = (): number => {
    const newest = readNames(folder).at(-1);
    // One of the future was made before the clock was set back.
    const madeAtMs = newest === undefined ? 0 : Math.min(timeOf(newest), clock());
    return Math.max(notBeforeMs, madeAtMs + everyMs);
  };

  return {
    /** Milliseconds until the next one is due. */
    msUntilDue: async (): Promise<number> => Math.max(0, dueAtMs() - clock()),

    claim: async (): Promise<string[]> => (dueAtMs() > clock() ? [] : [nameAt(clock())]),

    async run(name: string): Promise<void> {
      notBeforeMs = clock() + Math.ceil(everyMs / 10);
      try {
        const { path, bytes } = await writeBackup(join(folder, name));
        log.info({ path, bytes }, 'backed up');
      } catch (error) {
        log.error({ error, folder }, 'no backup could be made');
        return;
      }
      for (const old of readNames(folder).slice(0, -keep)) rmSync(join(folder, old), { force: true });
    },
  };
};
