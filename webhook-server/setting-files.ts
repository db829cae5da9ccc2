import { readFileSync } from 'node:fs';
import { errorCode } from './error-code.ts';

type Variables = Readonly<Record<string, string>>;

/** What is wrong with a variable: a sentence without its name, which never quotes a value. */
export type SettingFault = { variable: string; message: string };

/** `settings` is the environment with the contents of the files; `fromFiles` are the names of those that came from one. */
export type SettingsOfFiles = { settings: Variables; fromFiles: ReadonlySet<string>; faults: readonly SettingFault[] };

/** The variable that names the file with a setting's value. */
export const fileVariableOf = (name: string): string => `${name}_FILE`;

const reasons: Record<string, string> = {
  ENOENT: 'names a file that is not there',
  ENOTDIR: 'names a file that is not there',
  EACCES: 'names a file that the user who runs the server may not read',
  EPERM: 'names a file that the user who runs the server may not read',
  EISDIR: 'names a folder, and must name a file',
};

const readSetting = (path: string): { value: string } | { message: string } => {
  try {
    const value = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    return value.trim() === '' ? { message: 'names a file that is empty' } : { value };
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    return { message: reasons[code] ?? `names a file that cannot be read (${code})` };
  }
};

/**
 * Reads settings that stand in files: `ENCRYPTION_KEY_FILE` names the file that holds `ENCRYPTION_KEY`. One line's end at
 * the end of the file is dropped.
 *
 * @param environment without empty variables.
 * @param names the settings that may stand in files.
 */
export const readSettingFiles = (environment: Variables, names: readonly string[]): SettingsOfFiles => {
  const settings: Record<string, string> = { ...environment };
  const fromFiles = new Set<string>();
  const faults: SettingFault[] = [];
  for (const name of names) {
    const variable = fileVariableOf(name);
    const path = environment[variable];
    if (path === undefined) continue;
    if (environment[name] !== undefined) {
      faults.push({ variable, message: `and ${name} are both set: keep one of them` });
      continue;
    }
    const read = readSetting(path);
    if ('message' in read) {
      faults.push({ variable, message: read.message });
      continue;
    }
    settings[name] = read.value;
    fromFiles.add(name);
  }
  return { settings, fromFiles, faults };
};
