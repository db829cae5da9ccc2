import type { AppStep, InputField } from '../app-step.ts';
import { byLabel, lookUp, type StepOutput } from './step-output.ts';
import { type Filled, nameOf, type WrittenStep } from './written-step.ts';

type Earlier = ReadonlyMap<number, StepOutput>;

/** The fields of a step by key: with mapped values filled in, and raw as they stand in the editor. */
export type FilledIn = { inputData: Record<string, unknown>; inputDataRaw: Record<string, unknown> };

/** Zapier joins a list with commas where a text is expected, and writes nothing for a missing value. */
const textOf = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  return Array.isArray(value) ? value.map(textOf).join(',') : String(value);
};

/** The content of a field as text. */
export const fillText = (filled: Filled, earlier: Earlier): string =>
  filled.map((part) => (typeof part === 'string' ? part : textOf(lookUp(part, earlier)))).join('');

const rawOf = (filled: Filled): string =>
  filled.map((part) => (typeof part === 'string' ? part : `{{${part.step}__${part.label}}}`)).join('');

const switches = [
  { label: 'Yes', value: 'true' },
  { label: 'No', value: 'false' },
];

/** In a dropdown the text is the label of a choice. */
const choose = (words: string, { choices, isSwitch }: InputField): string => {
  const offered = isSwitch ? switches : choices;
  return offered.length === 0 ? words : byLabel(offered, words).value;
};

const contentOf = (filled: Filled, field: InputField, earlier: Earlier): unknown => {
  const [part, ...others] = filled;
  if (part === undefined) return field.isList ? [] : '';
  if (others.length > 0) return fillText(filled, earlier);
  if (typeof part === 'string') return choose(part, field);
  const value = lookUp(part, earlier);
  return field.isList && Array.isArray(value) ? value.map(textOf) : textOf(value);
};

/** What stands in a field, of which a list has a line for each of its values. */
const joined = ([value, ...more]: readonly unknown[], { isList, label }: InputField): unknown => {
  if (isList) return [value, ...more].flat();
  if (more.length > 0) throw new Error(`“${label}” takes one value.`);
  return value;
};

/**
 * Fills in the fields of a step of the app by label; the others keep their defaults. A list may be there several times,
 * with one of its values each.
 *
 * @throws Error for what the editor would not allow: an unknown field or choice, a value that the earlier step does not
 * have, or a missing required field.
 */
export const fillIn = (step: AppStep, written: WrittenStep, earlier: Earlier): FilledIn => {
  const filledIn: FilledIn = { inputData: {}, inputDataRaw: {} };
  const put = (field: InputField, contents: readonly { value: unknown; raw: unknown }[]) => {
    const [values, raws] = [contents.map(({ value }) => value), contents.map(({ raw }) => raw)];
    filledIn.inputData[field.key] = joined(values, field);
    filledIn.inputDataRaw[field.key] = joined(raws, field);
  };
  for (const field of step.inputFields) {
    if (field.usual !== undefined) put(field, [{ value: field.usual, raw: field.usual }]);
  }
  for (const [label, lines] of Map.groupBy(written.fields, (line) => line.label)) {
    const field = byLabel(step.inputFields, label);
    const contents = lines.map(({ filled }) => {
      const value = contentOf(filled, field, earlier);
      return { value, raw: filled.every((part) => typeof part === 'string') ? value : rawOf(filled) };
    });
    put(field, contents);
  }
  for (const { key, label, isRequired } of step.inputFields) {
    if (isRequired && !Object.hasOwn(filledIn.inputData, key)) {
      throw new Error(`“${nameOf(written)}” requires the field “${label}”.`);
    }
  }
  return filledIn;
};
