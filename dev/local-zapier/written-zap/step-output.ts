import type { OutputField } from '../app-step.ts';
import { isRecord } from '../is-record.ts';
import type { Mapped } from './written-step.ts';

/** What a step has given, by the labels that the editor shows. Throws for a label that it does not show. */
export type Given = (label: string) => unknown;

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

/** The one of several that has a label. Throws with what there is, when there is none or are several. */
export const byLabel = <Item extends { label: string }>(items: readonly Item[], label: string): Item =>
  only(
    items.filter((item) => item.label === label),
    label,
    items.map((item) => item.label),
  );

/** What a step of the app has given: `tasks[]id` is the ids of all tasks. */
export const givenByApp =
  (fields: readonly OutputField[], output: unknown): Given =>
  (label) =>
    along(output, pathOf(byLabel(fields, label).key));

/** What a step of another app has given. */
export const givenElsewhere =
  (output: Record<string, unknown>): Given =>
  (label) =>
    output[
      only(
        Object.keys(output).filter((key) => key === label),
        label,
        Object.keys(output),
      )
    ];

/** What was mapped. Throws when there is no such earlier step. */
export const lookUp = ({ step, label }: Mapped, earlier: ReadonlyMap<number, Given>): unknown => {
  const given = earlier.get(step);
  if (given === undefined) throw new Error(`There is no step ${step} before this one.`);
  return given(label);
};
