import { parseArgs } from 'node:util';
import { helpOf, helpOfAll } from './help.ts';
import { type Surroundings, type Verb, VerbError } from './verb.ts';

/** The command was called in a way that it does not know. */
const misused = 2;

const list = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

type Call = { operands: string[]; flags: Set<string>; valued: string | undefined };

/** Tells words and flags apart. What follows `--` are words. */
const readCall = (words: readonly string[]): Call => {
  const { tokens } = parseArgs({ args: [...words], strict: false, allowPositionals: true, tokens: true });
  const flags = tokens.filter((token) => token.kind === 'option');
  return {
    operands: tokens.flatMap((token) => (token.kind === 'positional' ? token.value : [])),
    flags: new Set(flags.map(({ name }) => (name === 'h' ? 'help' : name))),
    valued: flags.find(({ value }) => value !== undefined)?.name,
  };
};

/** Why a verb cannot be called like this; undefined when it can. */
const refusalOf = (name: string, { operands: wanted, flags: known }: Verb, call: Call): string | undefined => {
  const unknown = [...call.flags].find((flag) => !Object.hasOwn(known, flag));
  if (unknown !== undefined) return `“${name}” has no flag --${unknown}.`;
  if (call.valued !== undefined) return `The flag --${call.valued} takes no value.`;
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
  const call = readCall(rest);
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
    return await verb.run(call.operands, call.flags, surroundings);
  } catch (error) {
    if (!(error instanceof VerbError)) throw error;
    printError(error.message);
    return 1;
  }
};
