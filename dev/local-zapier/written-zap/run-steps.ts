import { AppFault } from '../app-fault.ts';
import type { AppStep } from '../app-step.ts';
import { isRecord } from '../is-record.ts';
import type { Connection } from '../zapier-connection.ts';
import { fillIn, fillText } from './fill-in.ts';
import { byLabel, outputOfApp, outputOfOtherApp, type StepOutput } from './step-output.ts';
import { nameOf, type WrittenStep } from './written-step.ts';

/** Stands in for a step of another app: gets its fields as text, by label, and returns its output or stops the run. */
export type OtherAppStep = (fields: Readonly<Record<string, string>>) => Promise<Record<string, unknown> | 'filtered'>;

/**
 * How a run of a Zap ended, in the words of Zap history, and at which step. `outputs` are those of the app's steps that
 * ran, by number.
 */
export type ZapRun = { outputs: ReadonlyMap<number, unknown> } & (
  | { status: 'success' }
  | { status: 'filtered'; at: number }
  | { status: 'halted' | 'errored'; at: number; reason: string }
);

/** What running the steps needs. `appName` is the app's name in the editor. */
export type ZapRunParts = {
  connection: Connection;
  appName: string;
  appSteps: readonly AppStep[];
  /** Stand-ins for the steps of other apps, by name, such as `Slack: Send Direct Message`. */
  otherApps: Readonly<Record<string, OtherAppStep>>;
};

type StepEnd =
  | { kind: 'continues'; output: StepOutput; returned?: unknown }
  | { kind: 'filtered' }
  | { kind: 'halted' | 'errored'; reason: string };

const runInOtherApp = async (
  step: WrittenStep,
  earlier: ReadonlyMap<number, StepOutput>,
  { otherApps }: ZapRunParts,
): Promise<StepEnd> => {
  const play = otherApps[nameOf(step)];
  if (play === undefined) throw new Error(`Nobody plays “${nameOf(step)}”.`);
  const fields = Object.fromEntries(step.fields.map(({ label, filled }) => [label, fillText(filled, earlier)]));
  const output = await play(fields);
  return output === 'filtered' ? { kind: 'filtered' } : { kind: 'continues', output: outputOfOtherApp(output) };
};

/** Zapier continues with a search's first result. By default it stops the run when there is none. */
const firstOf = (found: unknown): unknown => (Array.isArray(found) ? found[0] : undefined);

const faultEnd = (fault: unknown): StepEnd => {
  if (!(fault instanceof AppFault)) throw fault;
  return { kind: fault.name === 'HaltedError' ? 'halted' : 'errored', reason: fault.message };
};

const runInApp = async (
  step: WrittenStep,
  earlier: ReadonlyMap<number, StepOutput>,
  { connection, appSteps }: ZapRunParts,
): Promise<StepEnd> => {
  const appStep = byLabel(
    appSteps.filter(({ kind }) => kind !== 'triggers'),
    step.event,
  );
  const { inputData, inputDataRaw } = fillIn(appStep, step, earlier);
  const isSearch = appStep.kind === 'searches';
  const run = isSearch ? connection.search : connection.act;
  try {
    const answer = await run(appStep.key, inputData, inputDataRaw);
    const output = isSearch ? firstOf(answer) : answer;
    if (!isRecord(output)) return { kind: 'halted', reason: 'Nothing could be found for the search.' };
    return { kind: 'continues', output: outputOfApp(appStep.outputFields, output), returned: output };
  } catch (fault) {
    return faultEnd(fault);
  }
};

/**
 * Runs the steps after a trigger in order, until one stops the run.
 *
 * @param triggered the trigger's output.
 * @throws Error for a step that the editor would not allow.
 */
export const runSteps = async (
  parts: ZapRunParts,
  [trigger, ...steps]: readonly [WrittenStep, ...WrittenStep[]],
  triggered: StepOutput,
): Promise<ZapRun> => {
  const earlier = new Map([[trigger.number, triggered]]);
  const outputs = new Map<number, unknown>();
  for (const step of steps) {
    const run = step.app === parts.appName ? runInApp : runInOtherApp;
    const end = await run(step, earlier, parts);
    switch (end.kind) {
      case 'continues':
        earlier.set(step.number, end.output);
        if (end.returned !== undefined) outputs.set(step.number, end.returned);
        break;
      case 'filtered':
        return { status: end.kind, at: step.number, outputs };
      case 'halted':
      case 'errored':
        return { status: end.kind, at: step.number, reason: end.reason, outputs };
      default:
        return end satisfies never;
    }
  }
  return { status: 'success', outputs };
};
