import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where Debian puts the programs of each version, of which only the clients are on the path. */
const debianFolder = '/usr/lib/postgresql';

const debianFolders = (): string[] =>
  existsSync(debianFolder)
    ? readdirSync(debianFolder)
        .toSorted((left, right) => Number(right) - Number(left))
        .map((version) => join(debianFolder, version, 'bin'))
    : [];

/**
 * The folder with the programs of a PostgreSQL server (`initdb`, `postgres`), the newest of Debian's first; undefined
 * when this machine has none.
 *
 * @param path the folders of the shell, as `PATH` has them.
 */
export const findBinaries = (path: string): string | undefined =>
  [...debianFolders(), ...path.split(':')].find((folder) =>
    ['initdb', 'postgres'].every((program) => folder !== '' && existsSync(join(folder, program))),
  );
