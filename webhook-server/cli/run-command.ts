import { parseArgs } from 'node:util';
import { helpOf, helpOfAll } from './help.ts';
import { type Flag, type Surroundings, type Verb, VerbError } from './verb.ts';

/** The command was called in a way that it does not know. */
const misused = 2;

const list = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

type Call = { operands: string[]; flags: Map<string, string | undefined> };

/** Tells words and flags apart. What follows `--` are words. */
const readCall = (words: readonly string[], { flags: known }: Verb): Call => {
  const valued = Object.entries(known).filter(([, flag]) => typeof flag !== 'string');
  const options = Object.fromEntries(valued.map(([name]) => [name, { type: 'string' as const }]));
  const { tokens } = parseArgs({ args: [...words], options, strict: false, allowPositionals: true, tokens: true });
  const flags = tokens.filter((token) => token.kind === 'option');
  return {
    operands: tokens.flatMap((token) => (token.kind === 'positional' ? token.value : [])),
    flags: new Map(flags.map(({ name, value }) => [name === 'h' ? 'help' : name, value])),
  };
};

/** What is wrong with the value of a flag that the verb knows. */
const valueFault = (name: string, flag: Flag, value: string | undefined): string | undefined => {
  if (typeof flag === 'string') return value === undefined ? undefined : `The flag --${name} takes no value.`;
  if (value !== undefined && flag.choices.includes(value)) return undefined;
  return `The flag --${name} takes ${flag.choices.join(' or ')}.`;
};

/** Why a verb cannot be called like this; undefined when it can. */
const refusalOf = (name: string, { operands: wanted, flags: known }: Verb, call: Call): string | undefined => {
  for (const [flag, value] of call.flags) {
    const of = Object.hasOwn(known, flag) ? known[flag] : undefined;
    if (of === undefined) return `“${name}” has no flag --${flag}.`;
    const fault = valueFault(flag, of, value);
    if (fault !== undefined) return fault;
  }
  const missing = wanted.slice(call.operands.length);
  if (missing.length > 0) return `“${name}” needs ${list(missing)}.`;
  const surplus = call.operands.at(wanted.length);
  if (surplus !== undefined) return `“${name}” cannot do anything with “${surplus}”.`;
  return undefined;
};

/**
 * Runs the verb that the words of a command line begin with.
 *
 * @returns the exit code (1 when the verb failed, 2 when it was called wrongly), or undefined when the process goes on.
 */
export const runCommand = async (
  words: readonly string[],
  verbs: Readonly<Record<string, Verb>>,
  version: string,
  surroundings: Surroundings,
): Promise<number | undefined> => {
  const { print, printError } = surroundings;
  const [name = '--help', ...rest] = words;
  if (['--help', '-h', 'help'].includes(name)) {
    print(helpOfAll(verbs));
    return words.length === 0 ? misused : 0;
  }
  if (['--version', '-v'].includes(name)) {
    print(version);
    return 0;
  }
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (verb === undefined) {
    printError(`“${name}” is unknown here. topo-for-zapier knows ${list(Object.keys(verbs))}; --help says more.`);
    return misused;
  }
  const call = readCall(rest, verb);
  if (call.flags.has('help')) {
    print(helpOf(name, verb));
    return 0;
  }
  const refusal = refusalOf(name, verb, call);
  if (refusal !== undefined) {
    printError(`${refusal} \`topo-for-zapier ${name} --help\` says more.`);
    return misused;
  }
  try {
    const flags = new Map([...call.flags].map(([flag, value = '']) => [flag, value]));
    return await verb.run(call.operands, flags, surroundings);
  } catch (error) {
    if (!(error instanceof VerbError)) throw error;
    printError(error.message);
    return 1;
  }
};
