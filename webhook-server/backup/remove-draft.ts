import { rmSync } from 'node:fs';

/** Removes a file that did not get its name, with what SQLite puts beside a file while it writes. */
export const removeDraft = (draft: string): void => {
  for (const path of [draft, `${draft}-journal`, `${draft}-wal`]) rmSync(path, { force: true });
};
