import type { OutputField } from '../app-step.ts';
import { isRecord } from '../is-record.ts';
import type { Mapped } from './written-step.ts';

/** Reads a value from a step's output by the label that the editor shows. Throws for an unknown label. */
export type StepOutput = (label: string) => unknown;

const along = (value: unknown, path: readonly string[]): unknown => {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  if (Array.isArray(value)) return value.map((one) => along(one, path));
  return isRecord(value) ? along(value[name], rest) : undefined;
};

const pathOf = (key: string): string[] => key.split(/__|\[\]/).filter((name) => name !== '');

const only = <Item>(items: readonly Item[], label: string, offered: readonly string[]): Item => {
  const [item, ...others] = items;
  if (item === undefined) throw new Error(`Nothing is called “${label}” here. There is: ${offered.join(', ')}.`);
  if (others.length > 0) throw new Error(`${items.length} are called “${label}” here.`);
  return item;
};

/** Finds the one item with a label. Throws, listing the labels, when none or several have it. */
export const byLabel = <Item extends { label: string }>(items: readonly Item[], label: string): Item =>
  only(
    items.filter((item) => item.label === label),
    label,
    items.map((item) => item.label),
  );

/** The output of a step of the app: `tasks[]id` is the ids of all tasks. */
export const outputOfApp =
  (fields: readonly OutputField[], output: unknown): StepOutput =>
  (label) =>
    along(output, pathOf(byLabel(fields, label).key));

/** The output of a step of another app, keyed by label. */
export const outputOfOtherApp =
  (output: Record<string, unknown>): StepOutput =>
  (label) =>
    output[
      only(
        Object.keys(output).filter((key) => key === label),
        label,
        Object.keys(output),
      )
    ];

/** Returns a mapped value. Throws when there is no such earlier step. */
export const lookUp = ({ step, label }: Mapped, earlier: ReadonlyMap<number, StepOutput>): unknown => {
  const output = earlier.get(step);
  if (output === undefined) throw new Error(`There is no step ${step} before this one.`);
  return output(label);
};
