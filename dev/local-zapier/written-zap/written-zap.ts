import type { LocalZapier } from '../local-zapier.ts';
import type { Zap } from '../zap.ts';
import { fillIn } from './fill-in.ts';
import { type Course, type CourseParts, runCourse } from './run-steps.ts';
import { byLabel, givenByApp, givenElsewhere } from './step-output.ts';
import type { WrittenStep } from './written-step.ts';

/** A Zap that was set up in the words of the editor, its trigger first. */
export type WrittenZap = {
  /** How each of its runs ended, oldest first. */
  readonly courses: readonly Course[];
  /** The trigger, when it is one of the app's; else `start` plays it. */
  readonly zap: Zap | undefined;
  /** Starts a run as a trigger of another app does, with what that gives by label. Resolves when the run has ended. */
  start(triggered: Record<string, unknown>): Promise<Course>;
};

type WrittenZapParts = Omit<CourseParts, 'appSteps'> & {
  zapier: LocalZapier;
  name: string;
  steps: readonly [WrittenStep, ...WrittenStep[]];
};

/**
 * Sets a Zap up; one with a trigger of the app starts runs by itself, once that was turned on.
 *
 * @throws Error for a trigger that nobody could set up like this in the editor.
 */
export const createWrittenZap = async ({ zapier, name, steps, ...others }: WrittenZapParts): Promise<WrittenZap> => {
  const { connection, appName } = others;
  const [trigger] = steps;
  const appSteps = await connection.steps();
  const parts = { ...others, appSteps };
  const courses: Course[] = [];
  const run = async (given: Parameters<typeof runCourse>[2]): Promise<Course> => {
    const course = await runCourse(parts, steps, given);
    courses.push(course);
    return course;
  };

  const createTrigger = (): Zap => {
    const appStep = byLabel(
      appSteps.filter(({ kind }) => kind === 'triggers'),
      trigger.event,
    );
    const { inputData } = fillIn(appStep, trigger, new Map());
    const heard = async ({ output }: { output: unknown }) => {
      await run(givenByApp(appStep.outputFields, output));
    };
    return zapier.createZap({ name, connection, trigger: appStep.key, inputData, heard });
  };

  return {
    courses,
    zap: trigger.app === appName ? createTrigger() : undefined,
    start: (triggered) => run(givenElsewhere(triggered)),
  };
};
