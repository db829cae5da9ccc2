import type { LocalZapier } from '../local-zapier.ts';
import type { Zap } from '../zap.ts';
import { fillIn } from './fill-in.ts';
import { runSteps, type ZapRun, type ZapRunParts } from './run-steps.ts';
import { byLabel, outputOfApp, outputOfOtherApp, type StepOutput } from './step-output.ts';
import type { WrittenStep } from './written-step.ts';

/** A Zap that was set up by the labels of the editor. */
export type WrittenZap = {
  /** How each of its runs ended, oldest first. */
  readonly runs: readonly ZapRun[];
  /** The trigger, when it is one of the app's; otherwise `start` stands in for it. */
  readonly zap: Zap | undefined;
  /** Starts a run as a trigger of another app does, with its output by label. Resolves when the run has ended. */
  start(triggered: Record<string, unknown>): Promise<ZapRun>;
};

type WrittenZapParts = Omit<ZapRunParts, 'appSteps'> & {
  zapier: LocalZapier;
  name: string;
  steps: readonly [WrittenStep, ...WrittenStep[]];
};

/**
 * Sets a Zap up. With a trigger of the app it starts runs by itself, once `zap` is turned on.
 *
 * @param steps the trigger first.
 * @throws Error for a trigger that the editor would not allow.
 */
export const createWrittenZap = async ({ zapier, name, steps, ...others }: WrittenZapParts): Promise<WrittenZap> => {
  const { connection, appName } = others;
  const [trigger] = steps;
  const appSteps = await connection.steps();
  const parts = { ...others, appSteps };
  const runs: ZapRun[] = [];
  const run = async (triggered: StepOutput): Promise<ZapRun> => {
    const zapRun = await runSteps(parts, steps, triggered);
    runs.push(zapRun);
    return zapRun;
  };

  const createTrigger = (): Zap => {
    const appStep = byLabel(
      appSteps.filter(({ kind }) => kind === 'triggers'),
      trigger.event,
    );
    const { inputData } = fillIn(appStep, trigger, new Map());
    const onRun = async ({ output }: { output: unknown }) => {
      await run(outputOfApp(appStep.outputFields, output));
    };
    return zapier.createZap({ name, connection, trigger: appStep.key, inputData, onRun });
  };

  return {
    runs,
    zap: trigger.app === appName ? createTrigger() : undefined,
    start: (triggered) => run(outputOfOtherApp(triggered)),
  };
};
