import { createAsk, type Wait } from './ask-topo.ts';
import { describePlan } from './describe-plan.ts';
import { makePlan } from './make-plan.ts';
import { printJson, printTable } from './print-findings.ts';
import { readSettings, type Settings } from './read-settings.ts';
import { type Flags, readVerifyFlags } from './read-verify-flags.ts';
import { createTemporaryReassignments } from './temporary-reassignments.ts';
import { type Verification, verify } from './verify.ts';

/** 0: everything is as assumed. 2: something is different. 1: it could not run, or not to the end. */
export type ExitCode = 0 | 1 | 2;

export type CommandPorts = {
  /** For the findings. */
  print: (text: string) => void;
  /** For progress and questions. */
  tell: (text: string) => void;
  /** Asks a yes-or-no question; `undefined` when nobody can be asked. */
  confirm: ((question: string) => Promise<boolean>) | undefined;
  wait: Wait;
  /** Milliseconds since any start. */
  clock: () => number;
  interruption: AbortSignal;
  /** The width of the terminal in characters. */
  width: number;
};

export type Command = { args: readonly string[]; environment: Record<string, string | undefined> };

const isLimitHeader = (name: string): boolean => /rate-?limit|^retry-after$/i.test(name);

const exitCodeOf = ({ findings, ending, notRestored }: Verification): ExitCode => {
  if (ending.kind !== 'whole' || notRestored.length > 0) return 1;
  return findings.some(({ verdict }) => verdict === 'different') ? 2 : 0;
};

const tellEnding = ({ ending, notRestored }: Verification, tell: CommandPorts['tell']): void => {
  if (ending.kind === 'interrupted') tell('It was interrupted, so not every fact was looked at.\n');
  if (ending.kind === 'failed') tell(`It failed before every fact was looked at: ${ending.reason}\n`);
  if (notRestored.length === 0) tell('Everything is with whom it was before.\n');
  for (const { task, reason } of notRestored) {
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

  const askUninterrupted = createAsk({ ...settings, wait, onHeaders });
  const reassignments = createTemporaryReassignments({ ask, askUninterrupted, wait });
  const pause = (ms: number) => wait(ms, interruption);
  const context = {
    plan: planning.plan,
    ask,
    askUninterrupted,
    reassignments,
    wait: pause,
    waitUninterrupted: (ms: number) => wait(ms),
    clock,
    limitHeaders,
  };
  const verification = await verify(context, interruption, () => tell('Giving everything back …\n'));
  const { findings } = verification;
  if (findings.length > 0) print(flags.isJson ? printJson(findings) : printTable(findings, width));
  tellEnding(verification, tell);
  return exitCodeOf(verification);
};

/** The whole command, from its flags to its exit code. It never prints the key. */
export const runCommand = async ({ args, environment }: Command, ports: CommandPorts): Promise<ExitCode> => {
  const flags = readVerifyFlags(args);
  if (flags.kind === 'wrong') {
    ports.tell(`${flags.sentence}\n`);
    return 1;
  }
  const settings = readSettings(environment);
  if (settings.kind === 'wrong') {
    ports.tell(`${settings.sentence}\n`);
    return 1;
  }

  // Bodies are clean already; this covers anything else that might quote the key, such as a header.
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
