import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';

/**
 * Unpacks a zip of ours into a folder. Its paths are trusted.
 *
 * @returns the paths of its files.
 */
export const unpackZip = async (zip: string, folder: string): Promise<string[]> => {
  const files = Object.entries(unzipSync(await readFile(zip)));
  for (const [path, content] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return files.map(([path]) => path);
};
