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

const listed = (value: unknown, { isList }: InputField): unknown => (isList && !Array.isArray(value) ? [value] : value);

/**
 * Fills in the fields of a step of the app by label; the others keep their defaults.
 *
 * @throws Error for what the editor would not allow: an unknown field or choice, a value that the earlier step does not
 * have, or a missing required field.
 */
export const fillIn = (step: AppStep, written: WrittenStep, earlier: Earlier): FilledIn => {
  const filledIn: FilledIn = { inputData: {}, inputDataRaw: {} };
  const put = (field: InputField, value: unknown, raw: unknown) => {
    filledIn.inputData[field.key] = listed(value, field);
    filledIn.inputDataRaw[field.key] = listed(raw, field);
  };
  for (const field of step.inputFields) if (field.usual !== undefined) put(field, field.usual, field.usual);
  for (const { label, filled } of written.fields) {
    const field = byLabel(step.inputFields, label);
    const value = contentOf(filled, field, earlier);
    put(field, value, filled.every((part) => typeof part === 'string') ? value : rawOf(filled));
  }
  for (const { key, label, isRequired } of step.inputFields) {
    if (isRequired && !Object.hasOwn(filledIn.inputData, key)) {
      throw new Error(`“${nameOf(written)}” requires the field “${label}”.`);
    }
  }
  return filledIn;
};
