import { execFileSync } from 'node:child_process';
import { chownSync } from 'node:fs';

/** Whom the programs of PostgreSQL run as; empty: as whoever runs this. */
export type DatabaseUser = { uid?: number; gid?: number };

const numberOf = (flag: string, user: string): number =>
  Number(execFileSync('id', [flag, user], { stdio: ['ignore', 'pipe', 'ignore'] }));

/** PostgreSQL refuses to run as root; Debian's package made a user for it. */
export const findUser = (): DatabaseUser => {
  if (process.getuid?.() !== 0) return {};
  try {
    return { uid: numberOf('-u', 'postgres'), gid: numberOf('-g', 'postgres') };
  } catch (cause) {
    throw new Error(
      'PostgreSQL refuses to run as root, and no user “postgres” exists here. Run this as another user.',
      {
        cause,
      },
    );
  }
};

/** Gives files and folders to the user. */
export const giveTo = ({ uid, gid }: DatabaseUser, ...paths: string[]): void => {
  if (uid === undefined || gid === undefined) return;
  for (const path of paths) chownSync(path, uid, gid);
};
