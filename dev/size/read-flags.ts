import type { Assumed } from './load.ts';

type Flags = { kind: 'known'; assumed: Assumed; measuredFile: string } | { kind: 'unknown'; reason: string };

const usual = { interval: 15, idle: 60, active: 25, changes: 50, zaps: 2 };

const isName = (name: string): name is keyof typeof usual => Object.hasOwn(usual, name);

/** Reads flags such as `--zaps=3`. */
export const readFlags = (flags: readonly string[]): Flags => {
  const given = { ...usual };
  let measuredFile = 'measured.jsonl';
  for (const flag of flags) {
    const [, file] = /^--measured=(.+)$/.exec(flag) ?? [];
    if (file !== undefined) {
      measuredFile = file;
      continue;
    }
    const [, name = '', digits] = /^--([a-z]+)=(\d{1,7})$/.exec(flag) ?? [];
    if (!isName(name)) {
      const known = Object.entries({ measured: 'measured.jsonl', ...usual }).map(
        ([each, value]) => `--${each}=${value}`,
      );
      return {
        kind: 'unknown',
        reason: `“${flag}” is unknown here. Known, with what they are without a flag: ${known.join(', ')}.`,
      };
    }
    given[name] = Number(digits);
  }
  const { interval, idle, active, changes, zaps } = given;
  if (interval === 0 || idle === 0 || active > 100) {
    return { kind: 'unknown', reason: 'Intervals are at least 1 second, and at most 100 % of workspaces are active.' };
  }
  return {
    kind: 'known',
    measuredFile,
    assumed: { intervalSeconds: interval, idleSeconds: idle, activePercent: active, changesADay: changes, zaps },
  };
};
