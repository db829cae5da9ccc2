import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Debian puts the programs of each version here and only the clients on the path. */
const debianFolder = '/usr/lib/postgresql';

const debianFolders = (): string[] =>
  existsSync(debianFolder)
    ? readdirSync(debianFolder)
        .toSorted((left, right) => Number(right) - Number(left))
        .map((version) => join(debianFolder, version, 'bin'))
    : [];

/**
 * The folder with `initdb` and `postgres`, Debian's newest version first; undefined when this machine has no server.
 *
 * @param path the shell's `PATH`.
 */
export const findBinaries = (path: string): string | undefined =>
  [...debianFolders(), ...path.split(':')].find((folder) =>
    ['initdb', 'postgres'].every((program) => folder !== '' && existsSync(join(folder, program))),
  );
