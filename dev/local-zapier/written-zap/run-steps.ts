import { AppFault } from '../app-fault.ts';
import type { AppStep } from '../app-step.ts';
import { isRecord } from '../is-record.ts';
import type { Connection } from '../zapier-connection.ts';
import { fillIn, fillText } from './fill-in.ts';
import { byLabel, type Given, givenByApp, givenElsewhere } from './step-output.ts';
import { nameOf, type WrittenStep } from './written-step.ts';

/** A step of another app, played: it gets its fields as texts, by label, and answers what it gives, or stops the run. */
export type Elsewhere = (fields: Readonly<Record<string, string>>) => Promise<Record<string, unknown> | 'filtered'>;

/**
 * How a run of a Zap ended, in the words of Zapier's history, and at which step. `outputs` are those of the steps of the
 * app that ran, by number.
 */
export type Course = { outputs: ReadonlyMap<number, unknown> } & (
  | { status: 'success' }
  | { status: 'filtered'; at: number }
  | { status: 'halted' | 'errored'; at: number; reason: string }
);

/** What the steps after a trigger need. `appName` is what the steps of the app are written under. */
export type CourseParts = {
  connection: Connection;
  appName: string;
  appSteps: readonly AppStep[];
  /** The steps of other apps, by name, such as `Slack: Send Direct Message`. */
  elsewhere: Readonly<Record<string, Elsewhere>>;
};

type StepEnd =
  | { kind: 'goes on'; given: Given; output?: unknown }
  | { kind: 'filtered' }
  | { kind: 'halted' | 'errored'; reason: string };

const runElsewhere = async (
  step: WrittenStep,
  earlier: ReadonlyMap<number, Given>,
  { elsewhere }: CourseParts,
): Promise<StepEnd> => {
  const play = elsewhere[nameOf(step)];
  if (play === undefined) throw new Error(`Nobody plays “${nameOf(step)}”.`);
  const fields = Object.fromEntries(step.fields.map(({ label, filled }) => [label, fillText(filled, earlier)]));
  const output = await play(fields);
  return output === 'filtered' ? { kind: 'filtered' } : { kind: 'goes on', given: givenElsewhere(output) };
};

/** Zapier goes on with the first that a search finds. Unless told otherwise, it stops the run when there is none. */
const firstOf = (found: unknown): unknown => (Array.isArray(found) ? found[0] : undefined);

const faultEnd = (fault: unknown): StepEnd => {
  if (!(fault instanceof AppFault)) throw fault;
  return { kind: fault.name === 'HaltedError' ? 'halted' : 'errored', reason: fault.message };
};

const runInApp = async (
  step: WrittenStep,
  earlier: ReadonlyMap<number, Given>,
  { connection, appSteps }: CourseParts,
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
    return { kind: 'goes on', given: givenByApp(appStep.outputFields, output), output };
  } catch (fault) {
    return faultEnd(fault);
  }
};

/**
 * Runs the steps after a trigger, one after the other, as far as they come.
 *
 * @param triggered what the trigger gave.
 * @throws Error for a step that nobody could set up like this in the editor.
 */
export const runCourse = async (
  parts: CourseParts,
  [trigger, ...steps]: readonly [WrittenStep, ...WrittenStep[]],
  triggered: Given,
): Promise<Course> => {
  const earlier = new Map([[trigger.number, triggered]]);
  const outputs = new Map<number, unknown>();
  for (const step of steps) {
    const run = step.app === parts.appName ? runInApp : runElsewhere;
    const end = await run(step, earlier, parts);
    switch (end.kind) {
      case 'goes on':
        earlier.set(step.number, end.given);
        if (end.output !== undefined) outputs.set(step.number, end.output);
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
