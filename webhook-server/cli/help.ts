import type { Verb } from './verb.ts';

const command = 'topo-for-zapier';

/** Two columns, the first as wide as it must be. */
const columns = (rows: readonly (readonly [left: string, right: string])[]): string => {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
};

const usageOf = (name: string, { operands }: Verb): string => [name, ...operands].join(' ');

/** What `topo-for-zapier --help` says. */
export const helpOfAll = (verbs: Readonly<Record<string, Verb>>): string => {
  const rows = Object.entries(verbs).map(([name, verb]) => [usageOf(name, verb), verb.summary] as const);
  return [
    'The webhook server of Topo for Zapier.',
    '',
    columns([
      ...rows.map(([usage, summary]) => [`${command} ${usage}`, summary] as const),
      [`${command} --version`, 'says which version this is'],
    ]),
    '',
    `More about each: ${command} VERB --help`,
  ].join('\n');
};

/** What `topo-for-zapier VERB --help` says. */
export const helpOf = (name: string, verb: Verb): string => {
  const flags = Object.entries(verb.flags).map(([flag, of]) =>
    typeof of === 'string' ? ([`--${flag}`, of] as const) : ([`--${flag} ${of.choices.join('|')}`, of.does] as const),
  );
  return [
    `${command} ${usageOf(name, verb)}: ${verb.summary}.`,
    '',
    verb.about,
    ...(flags.length === 0 ? [] : ['', columns(flags)]),
  ].join('\n');
};
