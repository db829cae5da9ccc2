import type { WrittenStep } from '../../dev/local-zapier/written-zap/written-step.ts';
import type { WorkedZap } from './worked-zaps.ts';

type Steps = WorkedZap['steps'];

/** The step with a number. */
export const stepIn = (steps: Steps, number: number): WrittenStep => {
  const step = steps.find((one) => one.number === number);
  if (step === undefined) throw new Error(`There is no step ${number}.`);
  return step;
};

/** The steps, one of them changed. */
export const changed = ([trigger, ...others]: Steps, number: number, change: Partial<WrittenStep>): Steps => {
  const apply = (step: WrittenStep): WrittenStep => (step.number === number ? { ...step, ...change } : step);
  return [apply(trigger), ...others.map(apply)];
};

/** The steps, with this choice in a field of one of them. */
export const choosing = (steps: Steps, number: number, label: string, choice: string): Steps => {
  const others = stepIn(steps, number).fields.filter((field) => field.label !== label);
  return changed(steps, number, { fields: [...others, { label, filled: [choice] }] });
};

/** The steps without one. */
export const withoutStep = ([trigger, ...others]: Steps, number: number): Steps => [
  trigger,
  ...others.filter((step) => step.number !== number),
];
