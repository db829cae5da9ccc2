import { createAsk } from './ask-topo.ts';
import { describePlan } from './describe-plan.ts';
import { makePlan } from './make-plan.ts';
import { printTable } from './print-findings.ts';
import { printJson } from './print-json.ts';
import { type Flags, readFlags } from './read-flags.ts';
import { readSettings, type Settings } from './read-settings.ts';
import { createLoans } from './temporary-reassignments.ts';
import { type Verification, verify } from './verify.ts';
import type { Wait } from './wait.ts';

/** 0: nothing is different. 2: something is. 1: it could not run, or not to the end. */
export type ExitCode = 0 | 1 | 2;

export type CommandPorts = {
  /** For the findings. */
  print: (text: string) => void;
  /** For everything that is said on the way. */
  tell: (text: string) => void;
  /** Asks a question that is answered yes or no; `undefined` where nobody can be asked. */
  confirm: ((question: string) => Promise<boolean>) | undefined;
  wait: Wait;
  /** Milliseconds since any start. */
  clock: () => number;
  interruption: AbortSignal;
  /** How many characters a line of the terminal holds. */
  width: number;
};

export type Command = { args: readonly string[]; environment: Record<string, string | undefined> };

const isLimitHeader = (name: string): boolean => /rate-?limit|^retry-after$/i.test(name);

const exitCodeOf = ({ findings, ending, unreturned }: Verification): ExitCode => {
  if (ending.kind !== 'whole' || unreturned.length > 0) return 1;
  return findings.some(({ verdict }) => verdict === 'different') ? 2 : 0;
};

const tellEnding = ({ ending, unreturned }: Verification, tell: CommandPorts['tell']): void => {
  if (ending.kind === 'interrupted') tell('It was interrupted, so not every fact was looked at.\n');
  if (ending.kind === 'failed') tell(`It failed before every fact was looked at: ${ending.reason}\n`);
  if (unreturned.length === 0) tell('Everything is with whom it was before.\n');
  for (const { task, reason } of unreturned) {
    tell(`\n!!! TASK ${task.id} COULD NOT BE GIVEN BACK TO ${task.ownerId}. ${reason} Give it back in Topo by hand.\n`);
  }
};

const runWith = async (flags: Flags, settings: Settings, ports: CommandPorts): Promise<ExitCode> => {
  const { print, tell, confirm, wait, clock, interruption, width } = ports;
  if (!flags.isYes && confirm === undefined) {
    tell('Nobody can be asked here whether the task may be reassigned: say so beforehand with --yes.\n');
    return 1;
  }

  const limitHeaders = new Map<string, string>();
  const onHeaders = (headers: Headers): void => {
    for (const [name, value] of headers) if (isLimitHeader(name)) limitHeaders.set(name, value);
  };
  const ask = createAsk({ ...settings, wait, signal: interruption, onHeaders });
  const planning = await makePlan(ask, flags);
  if (planning.kind === 'impossible') {
    tell(`${planning.sentence}\n`);
    return 1;
  }

  tell(describePlan(planning.plan, settings.apiUrl));
  if (!flags.isYes && (await confirm?.('May it go ahead? (yes/no) ')) !== true) {
    tell('Nothing was changed.\n');
    return 1;
  }

  const loans = createLoans({ ask, askToTheEnd: createAsk({ ...settings, wait, onHeaders }), wait });
  const pause = (ms: number) => wait(ms, interruption);
  const context = { plan: planning.plan, ask, loans, wait: pause, clock, limitHeaders };
  const verification = await verify(context, interruption, () => tell('Giving everything back …\n'));
  const { findings } = verification;
  if (findings.length > 0) print(flags.isJson ? printJson(findings) : printTable(findings, width));
  tellEnding(verification, tell);
  return exitCodeOf(verification);
};

/** The whole command, from its flags to its exit code. The key is in nothing that it says. */
export const runCommand = async ({ args, environment }: Command, ports: CommandPorts): Promise<ExitCode> => {
  const flags = readFlags(args);
  if (flags.kind === 'wrong') {
    ports.tell(`${flags.sentence}\n`);
    return 1;
  }
  const settings = readSettings(environment);
  if (settings.kind === 'wrong') {
    ports.tell(`${settings.sentence}\n`);
    return 1;
  }

  // Bodies are clean already; this is for whatever else might quote the key, such as a header.
  const withoutKey = (text: string) => text.replaceAll(settings.settings.key.reveal(), String(settings.settings.key));
  const safePorts: CommandPorts = {
    ...ports,
    print: (text) => ports.print(withoutKey(text)),
    tell: (text) => ports.tell(withoutKey(text)),
  };
  try {
    return await runWith(flags.flags, settings.settings, safePorts);
  } catch (error) {
    if (!ports.interruption.aborted) throw error;
    ports.tell('It was interrupted before anything was changed.\n');
    return 1;
  }
};
